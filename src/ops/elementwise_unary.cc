#include "keravino/ops/elementwise_unary.h"

#include <limits>
#include <numbers>

#include "ops/complex.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"

namespace keravino::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_unsigned(DType dtype) { return dtype >= DType::uint8 && dtype <= DType::uint64; }

/// Keras's rule for a few functions: the float of int64 is float64, and stays so.
Tensor to_wide_float(const Tensor& x) { return x.dtype() == DType::int64 ? as(x, DType::float64) : to_float(x); }

Tensor round_half_even(const Tensor& x) { return make<v::v5::Round>(x, v::v5::Round::RoundMode::HALF_TO_EVEN); }

double largest(DType dtype) {
  switch (dtype) {
    case DType::float16:
      return 65504.0;
    case DType::bfloat16:
      return 0x1.fep127;
    case DType::float32:
      return std::numeric_limits<float>::max();
    default:
      return std::numeric_limits<double>::max();
  }
}

}  // namespace

Tensor negative(Tensor x) {
  x = strong(x);
  if (x.dtype() == DType::boolean) throw Error(Error::Kind::type, "bools have no negative; use logical_not");
  return is_unsigned(x.dtype()) ? 0 - x : make<v::v0::Negative>(x);
}

Tensor absolute(Tensor x) {
  x = strong(x);
  if (x.is_complex()) return length(real(x), imag(x));
  return is_unsigned(x.dtype()) || x.dtype() == DType::boolean ? x : make<v::v0::Abs>(x);
}

Tensor fabs(Tensor x) { return make<v::v0::Abs>(to_float(x)); }

Tensor sign(Tensor x) {
  x = strong(x);
  if (x.is_complex()) return complex_form::sign(x);
  if (is_unsigned(x.dtype())) return as(x != 0, x.dtype());
  return x.dtype() == DType::boolean ? x : make<v::v0::Sign>(x);
}

Tensor signbit(Tensor x) {
  x = to_number(x);
  if (!is_float(x.dtype())) return x < 0;
  return logical_or(x < 0, logical_and(x == 0, 1 / x < 0));
}

Tensor square(Tensor x) {
  x = to_number(x);
  return times(x, x);
}

Tensor sqrt(Tensor x) {
  x = to_float(x);
  return x.is_complex() ? complex_form::sqrt(x) : make<v::v0::Sqrt>(x);
}
Tensor rsqrt(Tensor x) { return reciprocal(sqrt(std::move(x))); }

/// One step of Newton takes away the error of the exponent 1/3, which has no exact form. 0 and infinities are their own
/// roots.
Tensor cbrt(Tensor x) {
  x = to_wide_float(x);
  const Tensor edge = x + x == x;
  const Tensor size = select(edge, 1, absolute(x));
  const Tensor root = make<v::v1::Power>(size, as(1.0 / 3.0, x.dtype()));
  return with_gradient(select(edge, x, sign(x) * (root - (root - size / (root * root)) / 3)), {x},
                       [](const auto&, const Tensor& y, const Tensor& g) { return g / (3 * y * y); });
}

Tensor reciprocal(Tensor x) {
  x = to_float(x);
  return x.is_complex() ? complex_form::divide(as(1, x.dtype()), x) : 1 / x;
}
Tensor ceil(Tensor x) { return make<v::v0::Ceiling>(to_float(x)); }
Tensor floor(Tensor x) { return make<v::v0::Floor>(to_float(x)); }

Tensor round(Tensor x, int64_t decimals) {
  x = strong(x);
  if (x.is_complex()) return complex_form::by_parts(x, [=](const Tensor& part) { return round(part, decimals); });
  const DType dtype = x.dtype();
  if (!is_float(dtype) && decimals >= 0) return x;
  x = to_float(x);
  if (decimals == 0) return round_half_even(x);
  // A whole factor is exact where its reciprocal is not: multiply by it, or divide by it.
  const Tensor factor = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  const Tensor rounded = decimals > 0 ? round_half_even(x * factor) / factor : round_half_even(x / factor) * factor;
  return as(rounded, dtype);
}

Tensor trunc(Tensor x) {
  x = strong(x);
  demand_real(x);
  return is_float(x.dtype()) ? select(x < 0, ceil(x), floor(x)) : x;
}

Tensor nan_to_num(Tensor x, double nan, std::optional<double> posinf, std::optional<double> neginf) {
  x = strong(x);
  if (x.is_complex()) {
    return complex_form::by_parts(x, [=](const Tensor& part) { return nan_to_num(part, nan, posinf, neginf); });
  }
  if (!is_float(x.dtype())) return x;
  const double most = largest(x.dtype());
  const Tensor finite =
      select(x == kInfinity, posinf.value_or(most), select(x == -kInfinity, neginf.value_or(-most), x));
  return select(isnan(x), nan, finite);
}

Tensor real(Tensor x) { return x.is_complex() ? strong(x).value()->real : strong(x); }
Tensor imag(Tensor x) {
  return x.is_complex() ? strong(x).value()->imaginary : make<v::v3::Broadcast>(as(0, x.dtype()), shape_tensor(x));
}
Tensor conjugate(Tensor x) { return x.is_complex() ? Tensor::complex(real(x), -imag(x)) : strong(x); }

Tensor angle(Tensor x) {
  x = to_float(x);
  if (x.is_complex()) return direction(imag(x), real(x));
  return select(isnan(x), x, select(signbit(x), std::numbers::pi, as(0.0, x.dtype())));
}

Tensor deg2rad(Tensor x) { return to_wide_float(x) * (std::numbers::pi / 180); }
Tensor rad2deg(Tensor x) { return to_wide_float(x) * (180 / std::numbers::pi); }

namespace {
constexpr OpDef kOps[] = {
    op<&negative>("numpy.negative(x)", "The negated tensor."),
    op<&absolute>("numpy.absolute(x)", "The absolute value."),
    op<&absolute>("numpy.abs(x)", "The absolute value."),
    op<&fabs>("numpy.fabs(x)", "The absolute value as a float."),
    op<&sign>("numpy.sign(x)", "-1, 0 or 1."),
    op<&signbit>("numpy.signbit(x)", "Whether the sign is minus, also of -0."),
    op<&square>("numpy.square(x)", "x times itself."),
    op<&sqrt>("numpy.sqrt(x)", "Square root."),
    op<&rsqrt>("math.rsqrt(x)", "1 / sqrt(x)."),
    op<&cbrt>("numpy.cbrt(x)", "Cube root."),
    op<&reciprocal>("numpy.reciprocal(x)", "1 / x."),
    op<&ceil>("numpy.ceil(x)", "Rounded up."),
    op<&floor>("numpy.floor(x)", "Rounded down."),
    op<&round>("numpy.round(x, decimals=0)", "Rounded to decimal places, halves to even."),
    op<&trunc>("numpy.trunc(x)", "Rounded towards zero."),
    op<&nan_to_num>("numpy.nan_to_num(x, nan=0.0, posinf=None, neginf=None)",
                    "NaN and infinities replaced by numbers."),
    op<&real>("numpy.real(x)", "The real part."),
    op<&imag>("numpy.imag(x)", "The imaginary part: zeros of real numbers."),
    op<&conjugate>("numpy.conjugate(x)", "The complex conjugate; of real numbers themselves."),
    op<&conjugate>("numpy.conj(x)", "The complex conjugate; of real numbers themselves."),
    op<&angle>("numpy.angle(x)", "The angle in the complex plane: pi of a negative number, 0 of a positive one."),
    op<&deg2rad>("numpy.deg2rad(x)", "Degrees to radians."),
    op<&rad2deg>("numpy.rad2deg(x)", "Radians to degrees."),
};
}  // namespace
std::span<const OpDef> elementwise_unary_ops() { return kOps; }

}  // namespace keravino::ops
