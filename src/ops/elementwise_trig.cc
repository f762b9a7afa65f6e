#include "keravino/ops/elementwise_trig.h"

#include <numbers>

#include "ops/complex.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"

namespace keravino::ops {
namespace {

template <class Op>
Tensor function(const Tensor& x) {
  return make<Op>(to_float(x));
}

/// The same where there is a form of it for complex numbers.
template <class Op, Tensor (*OfComplex)(const Tensor&)>
Tensor function(const Tensor& x) {
  const Tensor z = to_float(x);
  return z.is_complex() ? OfComplex(z) : make<Op>(z);
}

}  // namespace

Tensor sin(Tensor x) { return function<v::v0::Sin, complex_form::sin>(x); }
Tensor cos(Tensor x) { return function<v::v0::Cos, complex_form::cos>(x); }
Tensor tan(Tensor x) { return function<v::v0::Tan, complex_form::tan>(x); }
Tensor arcsin(Tensor x) { return function<v::v0::Asin>(x); }
Tensor arccos(Tensor x) { return function<v::v0::Acos>(x); }
Tensor arctan(Tensor x) { return function<v::v0::Atan>(x); }
Tensor sinh(Tensor x) { return function<v::v0::Sinh, complex_form::sinh>(x); }
Tensor cosh(Tensor x) { return function<v::v0::Cosh, complex_form::cosh>(x); }
Tensor tanh(Tensor x) { return function<v::v0::Tanh, complex_form::tanh>(x); }
Tensor arcsinh(Tensor x) { return function<v::v3::Asinh>(x); }
Tensor arccosh(Tensor x) { return function<v::v3::Acosh>(x); }
Tensor arctanh(Tensor x) { return function<v::v3::Atanh>(x); }

Tensor arctan2(Tensor x1, Tensor x2) {
  promote_float(x1, x2);
  return direction(x1, x2);
}

namespace {

/// (cos(pi x) - sinc(x)) / x; where these are nearly equal by its power series, that of a spherical Bessel function.
Tensor sinc_gradient(const std::vector<Tensor>& xs, const Tensor& y, const Tensor& g) {
  const Tensor& x = xs[0];
  const Tensor near = absolute(x) < 0.25;
  const Tensor u = std::numbers::pi * select(near, x, 0), t = u * u;
  const Tensor series = u * (1 - t * (1.0 / 10) * (1 - t * (1.0 / 28) * (1 - t * (1.0 / 54) * (1 - t * (1.0 / 88)))));
  const Tensor far = (cos(std::numbers::pi * x) - y) / select(near, 1, x);
  return g * select(near, series * (-std::numbers::pi / 3), far);
}

}  // namespace

/// sin(pi x) from the distance to the nearest whole number n, which is exact: (-1)^n sin(pi (x - n)).
Tensor sinc(Tensor x) {
  x = to_float(x);
  const Tensor whole = round(x);
  const Tensor half = whole * 0.5;
  const Tensor parity = 1 - 4 * (half - floor(half));
  const Tensor zero = x == 0;
  const Tensor sine = parity * sin(std::numbers::pi * (x - whole));
  const Tensor y = select(zero, 1, sine / (std::numbers::pi * select(zero, 1, x)));
  return with_gradient(y, {x}, sinc_gradient);
}

namespace {
constexpr OpDef kOps[] = {
    op<&sin>("numpy.sin(x)", "Sine of an angle in radians."),
    op<&cos>("numpy.cos(x)", "Cosine of an angle in radians."),
    op<&tan>("numpy.tan(x)", "Tangent of an angle in radians."),
    op<&arcsin>("numpy.arcsin(x)", "Inverse sine."),
    op<&arccos>("numpy.arccos(x)", "Inverse cosine."),
    op<&arctan>("numpy.arctan(x)", "Inverse tangent."),
    op<&arctan2>("numpy.arctan2(x1, x2)", "The angle of the point (x2, x1), in [-pi, pi]."),
    op<&sinh>("numpy.sinh(x)", "Hyperbolic sine."),
    op<&cosh>("numpy.cosh(x)", "Hyperbolic cosine."),
    op<&tanh>("numpy.tanh(x)", "Hyperbolic tangent."),
    op<&tanh>("nn.tanh(x)", "Hyperbolic tangent."),
    op<&arcsinh>("numpy.arcsinh(x)", "Inverse hyperbolic sine."),
    op<&arccosh>("numpy.arccosh(x)", "Inverse hyperbolic cosine."),
    op<&arctanh>("numpy.arctanh(x)", "Inverse hyperbolic tangent."),
    op<&sinc>("numpy.sinc(x)", "sin(pi x) / (pi x), and 1 at 0."),
};
}  // namespace
std::span<const OpDef> elementwise_trig_ops() { return kOps; }

}  // namespace keravino::ops
