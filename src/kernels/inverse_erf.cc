#include "kernels/inverse_erf.h"

#include <numbers>

#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

[[gnu::always_inline]] inline double polynomial(double x, std::initializer_list<double> coefficients) {
  double sum = 0;
  for (const double c : coefficients) sum = sum * x + c;
  return sum;
}

constexpr double kErfSlope = 0.88622692545275801365;  // sqrt(pi) / 2, over the slope of erf at 0

}  // namespace

/// Giles's approximation (2010) or that of the tail, then Newton's steps. Near 1 they go by the logarithm of the
/// complement, which keeps the digits and converges from any start.
double inverse_erf(double x) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double size = std::abs(x);
  if (!(size < 1)) return size == 1 ? std::copysign(kInfinity, x) : std::numeric_limits<double>::quiet_NaN();
  const double w = -std::log((1 - size) * (1 + size));
  double y = 0;
  if (w < 5) {
    y = size * polynomial(w - 2.5, {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
                                    -0.00125372503, -0.00417768164, 0.246640727, 1.50140941});
  } else {
    const double tail = -std::log(1 - size);
    y = std::sqrt(tail - std::log(std::numbers::pi * tail) / 2);
  }
  for (int step = 0; step < (w < 5 ? 2 : 4); ++step) {
    if (size < 0.5) {
      y -= (std::erf(y) - size) * std::exp(y * y) * kErfSlope;
    } else {
      const double rest = std::erfc(y);
      y += std::log(rest / (1 - size)) * rest * std::exp(y * y) * kErfSlope;
    }
  }
  return std::copysign(y, x);
}

/// Wichura's rational functions (1988, AS 241), right to 1e-16 where 1 - |x| is not below float's least.
FOR_EACH_PROCESSOR double inverse_erf(float number) {
  const double x = number, size = std::abs(x);
  if (size <= 0.85) {
    const double r = 0.180625 - 0.25 * x * x;
    return x *
           polynomial(r, {2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
                          4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
                          1.3314166789178437745e+2, 3.3871328727963666080e+0}) /
           polynomial(r, {5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
                          2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
                          4.2313330701600911252e+1, 1.0}) *
           (0.5 / std::numbers::sqrt2);
  }
  if (!(size < 1)) return inverse_erf(x);
  const double r = std::sqrt(-std::log((1 - size) / 2)) - 1.6;
  const double y = polynomial(r, {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                                  1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
                                  4.63033784615654529590e+0, 1.42343711074968357734e+0}) /
                   polynomial(r, {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                                  1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
                                  2.05319162663775882187e+0, 1.0});
  return std::copysign(y / std::numbers::sqrt2, x);
}

}  // namespace keravino::kernels
