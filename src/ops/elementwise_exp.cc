#include "keravino/ops/elementwise_exp.h"

#include <limits>
#include <numbers>

#include "ops/complex.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"

namespace keravino::ops {
namespace {

/// log(erfc(z) e^(z^2) (1 + z / 2)) for z >= 0, as a Chebyshev series in 4 / (2 + z) - 1.
constexpr double kErfc[] = {
    -1.30265371978170943,    0.64196979235649026,      0.0194764732041858363,    -0.00956151478680863164,
    -9.46595344482036866e-4, 3.66839497852761452e-4,   4.25233248069077716e-5,   -2.02785781125342432e-5,
    -1.62429000464702551e-6, 1.3036558355805232e-6,    1.56264417220661432e-8,   -8.52380959149265425e-8,
    6.5290544390988515e-9,   5.05934349555146894e-9,   -9.91364156493033087e-10, -2.27365122293183586e-10,
    9.6467911020155268e-11,  2.39403808303911474e-12,  -6.8860275264975534e-12,  8.94487927309072572e-13,
    3.13092139934295808e-13, -1.12708223613672524e-13, 3.81090525518923206e-16,  7.10609761360923699e-15,
    -1.5230282014571043e-15, -9.457494571291234e-17,   1.21023718922427899e-16,  -2.81666308774717697e-17,
};

/// Clenshaw's sum of kErfc.
Tensor erfc_series(const Tensor& u) {
  Tensor sum = kErfc[std::size(kErfc) - 1], before = 0.0;
  for (size_t i = std::size(kErfc) - 1; i-- > 1;) {
    const Tensor next = 2 * u * sum - before + kErfc[i];
    before = sum;
    sum = next;
  }
  return u * sum - before + 0.5 * kErfc[0];
}

/// e^(z^2) erfc(z) for z in [0.5, 10.3], in float32: (1 + 2 z) e^(z^2) erfc(z), which stays between 1 and 1.3, is a
/// minimax polynomial in (3 - z) / (2 + z), to 0.25 ulp.
Tensor erfcx(const Tensor& z) {
  static constexpr double kTerms[] = {0.25300806272,   0.11301778801,    -0.051865959775,
                                      -0.060881551605, -0.023277707087,  -0.00088259124289,
                                      0.0022397231525, 0.00024470473038, -0.00022179755442};
  const Tensor s = (3 - z) / (2 + z);
  Tensor sum = kTerms[std::size(kTerms) - 1];
  for (size_t i = std::size(kTerms) - 1; i-- > 0;) sum = sum * s + kTerms[i];
  return (1 + sum) / (1 + 2 * z);
}

}  // namespace

Tensor exp(Tensor x) {
  x = to_float(x);
  return x.is_complex() ? complex_form::exp(x) : make<v::v0::Exp>(x);
}

Tensor exp2(Tensor x) {
  x = to_float(x);
  return make<v::v1::Power>(as(2, x.dtype()), x);
}

/// e^x - 1 = tanh(x / 2) (e^x + 1): no difference of nearly equal numbers.
Tensor expm1(Tensor x) {
  x = to_float(x);
  if (x.is_complex()) return complex_form::expm1(x);
  return with_gradient(make<v::v0::Tanh>(x * 0.5) * (exp(x) + 1), {x},
                       [](const auto&, const Tensor& y, const Tensor& g) { return g * (y + 1); });
}

namespace {

Tensor scaled(const Tensor& x, double factor) { return x.is_complex() ? complex_form::scaled(x, factor) : x * factor; }

}  // namespace

Tensor log(Tensor x) {
  x = to_float(x);
  return x.is_complex() ? complex_form::log(x) : make<v::v0::Log>(x);
}
Tensor log2(Tensor x) { return scaled(log(std::move(x)), std::numbers::log2e); }
Tensor log10(Tensor x) { return scaled(log(std::move(x)), std::numbers::log10e); }

/// log(1 + x) without the loss of 1 + x near zero (Kahan): x log(u) / (u - 1) with u = 1 + x rounded.
/// The factor of x is 1 where u - 1 is 0 or infinite.
Tensor log1p(Tensor x) {
  x = to_float(x);
  if (x.is_complex()) return complex_form::log1p(x);
  const Tensor u = 1 + x;
  const Tensor d = u - 1;
  const Tensor edge = logical_or(d == 0, d == std::numeric_limits<double>::infinity());
  return with_gradient(x * select(edge, 1, log(u) / select(edge, 1, d)), {x},
                       [](const auto& xs, const Tensor&, const Tensor& g) { return g / (1 + xs[0]); });
}

namespace {

/// high + f(low - high) for an f that falls like `power`, base^x, below 0. Equal numbers, infinities among them, have
/// no difference to look at. What rounding took from the difference is found by Dekker's sum and put back by its slope.
/// `rate` is the logarithm of the base: the gradient goes to both by their shares in the sum.
template <class F, class Power>
Tensor log_of_sum(Tensor x1, Tensor x2, F f, Power power, double rate) {
  promote_float(x1, x2);
  const Tensor high = maximum(x1, x2), low = make<v::v1::Minimum>(x1, x2);
  const Tensor difference = select(x1 == x2, 0, low - high);
  const Tensor finite = logical_and(-200 < difference, difference < 0);
  const Tensor lost = select(finite, (low - difference) - high, 0);
  const auto shares = [rate](const auto& xs, const auto&, const auto& gs) -> std::vector<Tensor> {
    const Tensor lead = rate * select(xs[0] == xs[1], 0, xs[0] - xs[1]);
    return {gs[0] * make<v::v0::Sigmoid>(lead), gs[0] * make<v::v0::Sigmoid>(-lead)};
  };
  return with_gradient({high + (f(difference) + lost * power(difference))}, {x1, x2}, shares)[0];
}

}  // namespace

Tensor logaddexp(Tensor x1, Tensor x2) {
  return log_of_sum(
      x1, x2, [](const Tensor& d) { return make<v::v4::SoftPlus>(d); }, &exp, 1);
}

Tensor logaddexp2(Tensor x1, Tensor x2) {
  const auto log2_of_sum = [](const Tensor& d) { return select(d == 0, 1, log1p(exp2(d)) * std::numbers::log2e); };
  return log_of_sum(x1, x2, log2_of_sum, &exp2, std::numbers::ln2);
}

Tensor erf(Tensor x) { return make<v::v0::Erf>(to_float(x)); }

namespace {

/// e^(-z^2) is taken apart at h, z cut to a few bits, because h^2 is exact and a rounded z^2 would cost digits.
Tensor erfc_of(const Tensor& x) {
  const Tensor size = absolute(x);
  if (x.dtype() == DType::float64) {
    const Tensor z = select(size > 32, 32, size);
    const Tensor t = 2 / (2 + z);
    const Tensor h = floor(z * 16) * 0.0625;
    const Tensor tail = t * exp(-h * h) * exp(erfc_series(2 * t - 1) - (z - h) * (z + h));
    return select(x < 0, 2 - tail, tail);
  }
  const Tensor z = select(size > 12, 12, select(size < 0.65, 0.65, size));
  const Tensor h = floor(z * 64) * 0x1p-6;
  return select(x < 0.65, 1 - erf(x), exp(-h * h) * (exp((h - z) * (h + z)) * erfcx(z)));
}

}  // namespace

Tensor erfc(Tensor x) {
  x = to_float(x);
  return with_gradient(erfc_of(x), {x}, [](const auto& xs, const Tensor&, const Tensor& g) {
    return g * (-2 * std::numbers::inv_sqrtpi) * exp(-xs[0] * xs[0]);
  });
}

namespace {
constexpr OpDef kOps[] = {
    op<&exp>("numpy.exp(x)", "e to the power of x."),
    op<&exp2>("numpy.exp2(x)", "2 to the power of x."),
    op<&expm1>("numpy.expm1(x)", "e**x - 1, accurate near zero."),
    op<&log>("numpy.log(x)", "Natural logarithm."),
    op<&log2>("numpy.log2(x)", "Logarithm to base 2."),
    op<&log10>("numpy.log10(x)", "Logarithm to base 10."),
    op<&log1p>("numpy.log1p(x)", "log(1 + x), accurate near zero."),
    op<&logaddexp>("numpy.logaddexp(x1, x2)", "log(e**x1 + e**x2), without overflow."),
    op<&logaddexp2>("numpy.logaddexp2(x1, x2)", "log2(2**x1 + 2**x2), without overflow."),
    op<&erf>("math.erf(x)", "The error function."),
    op<&erfc>("math.erfc(x)", "1 - erf(x), accurate for large x."),
};
}  // namespace
std::span<const OpDef> elementwise_exp_ops() { return kOps; }

}  // namespace keravino::ops
