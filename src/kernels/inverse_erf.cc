#include "kernels/inverse_erf.h"

#include <array>
#include <bit>
#include <numbers>

#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

[[gnu::always_inline]] inline double polynomial(double x, std::initializer_list<double> coefficients) {
  double sum = 0;
  for (const double c : coefficients) sum = sum * x + c;
  return sum;
}

/// log(x) of a normal number: of its exponent, and of its mantissa m by the series of atanh((m - 1) / (m + 1)).
[[gnu::always_inline]] inline double logarithm(double x) {
  constexpr uint64_t kHalf = std::bit_cast<uint64_t>(std::numbers::sqrt2 / 2), kInteger = 0x4338000000000000;
  const auto bits = std::bit_cast<uint64_t>(x);
  const auto exponent = static_cast<uint64_t>(static_cast<int64_t>(bits - kHalf) >> 52);
  const auto m = std::bit_cast<double>(bits - (exponent << 52));
  const double s = (m - 1) / (m + 1), z = s * s;
  const double series =
      polynomial(z, {1. / 21, 1. / 19, 1. / 17, 1. / 15, 1. / 13, 1. / 11, 1. / 9, 1. / 7, 1. / 5, 1. / 3, 1});
  // Its bits added to those of 1.5 2^52 are the exponent's as a number, in vectors too.
  return (std::bit_cast<double>(exponent + kInteger) - 0x1.8p52) * std::numbers::ln2 + 2 * s * series;
}

/// Wichura's rational functions (1988, AS 241), right to 1e-16: in the middle, and for 1 - |x| not below float's least.
constexpr double kMiddle = 0.85;

[[gnu::always_inline]] inline double middle(double x) {
  const double r = 0.180625 - 0.25 * x * x;
  return x *
         polynomial(r, {2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
                        4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
                        1.3314166789178437745e+2, 3.3871328727963666080e+0}) /
         polynomial(
             r, {5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
                 5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0}) *
         (0.5 / std::numbers::sqrt2);
}

[[gnu::always_inline]] inline double tail(double x) {
  const double r = std::sqrt(-logarithm((1 - std::abs(x)) / 2)) - 1.6;
  const double y = polynomial(r, {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                                  1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
                                  4.63033784615654529590e+0, 1.42343711074968357734e+0}) /
                   polynomial(r, {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                                  1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
                                  2.05319162663775882187e+0, 1.0});
  return std::copysign(y / std::numbers::sqrt2, x);
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

FOR_EACH_PROCESSOR void inverse_erf(const float* x, double* y, size_t n) {
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) y[i] = middle(static_cast<double>(x[i]));
  constexpr size_t kMost = 64;  // few are in the tails: those of so many numbers are put together
  std::array<double, kMost> numbers;
  std::array<size_t, kMost> places;
  for (size_t first = 0; first < n; first += kMost) {
    size_t count = 0;
    for (size_t i = first; i < std::min(n, first + kMost); ++i) {
      numbers[count] = static_cast<double>(x[i]);
      places[count] = i;
      count += !(std::abs(numbers[count]) <= kMiddle);
    }
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) numbers[i] = tail(numbers[i]);
    for (size_t i = 0; i < count; ++i) {
      const double size = std::abs(static_cast<double>(x[places[i]]));
      y[places[i]] = size < 1 ? numbers[i] : inverse_erf(static_cast<double>(x[places[i]]));
    }
  }
}

void inverse_erf(const double* x, double* y, size_t n) {
  std::transform(x, x + n, y, [](double number) { return inverse_erf(number); });
}

}  // namespace keravino::kernels
