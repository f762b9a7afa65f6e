#include "keravino/ops/compare.h"

#include <limits>

#include "ops/complex.h"
#include "ops/families.h"

namespace keravino::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// An order of bools is that of 0 and 1.
template <class Op>
Tensor order(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return make<Op>(to_number(x1), to_number(x2));
}

/// True, or false, for each element of a tensor that holds no NaN.
Tensor always(const Tensor& x) { return make<v::v1::Equal>(x, x); }
Tensor never(const Tensor& x) { return make<v::v1::NotEqual>(x, x); }

}  // namespace

Tensor equal(Tensor x1, Tensor x2) {
  promote(x1, x2);
  if (x1.is_complex()) return logical_and(real(x1) == real(x2), imag(x1) == imag(x2));
  return make<v::v1::Equal>(x1, x2);
}
Tensor not_equal(Tensor x1, Tensor x2) {
  promote(x1, x2);
  if (x1.is_complex()) return logical_or(real(x1) != real(x2), imag(x1) != imag(x2));
  return make<v::v1::NotEqual>(x1, x2);
}
Tensor less(Tensor x1, Tensor x2) { return order<v::v1::Less>(x1, x2); }
Tensor less_equal(Tensor x1, Tensor x2) { return order<v::v1::LessEqual>(x1, x2); }
Tensor greater(Tensor x1, Tensor x2) { return order<v::v1::Greater>(x1, x2); }
Tensor greater_equal(Tensor x1, Tensor x2) { return order<v::v1::GreaterEqual>(x1, x2); }

/// Only NaN differs from itself.
Tensor isnan(Tensor x) { return x.is_complex() ? logical_or(isnan(real(x)), isnan(imag(x))) : never(strong(x)); }
Tensor isfinite(Tensor x) {
  x = strong(x);
  if (x.is_complex()) return logical_and(isfinite(real(x)), isfinite(imag(x)));
  return is_float(x.dtype()) ? make<v::v0::Abs>(x) < kInfinity : always(x);
}
Tensor isinf(Tensor x) {
  x = strong(x);
  if (x.is_complex()) return logical_or(isinf(real(x)), isinf(imag(x)));
  return is_float(x.dtype()) ? make<v::v0::Abs>(x) == kInfinity : never(x);
}
Tensor isneginf(Tensor x) {
  x = strong(x);
  return is_float(x.dtype()) ? x == -kInfinity : never(x);
}
Tensor isposinf(Tensor x) {
  x = strong(x);
  return is_float(x.dtype()) ? x == kInfinity : never(x);
}
Tensor isreal(Tensor x) {
  x = strong(x);
  if (x.is_complex()) return imag(x) == 0;
  return is_float(x.dtype()) ? logical_or(always(x), isnan(x)) : always(x);
}

Tensor isclose(Tensor x1, Tensor x2, double rtol, double atol, bool equal_nan) {
  promote(x1, x2);
  const Tensor same = equal(x1, x2);  // infinities, whose difference is NaN
  if (!is_inexact(x1.dtype())) {      // the distance without a sign, and exact where it is small
    x1 = to_number(x1), x2 = to_number(x2);
    const Tensor distance = as(maximum(x1, x2) - minimum(x1, x2), DType::float32);
    return logical_or(same, distance <= atol + rtol * absolute(as(x2, DType::float32)));
  }
  const Tensor near = logical_and(absolute(x1 - x2) <= atol + rtol * absolute(x2), isfinite(x2));
  const Tensor close = logical_or(same, near);
  return equal_nan ? logical_or(close, logical_and(isnan(x1), isnan(x2))) : close;
}

Tensor allclose(Tensor x1, Tensor x2, double rtol, double atol, bool equal_nan) {
  const Tensor close = isclose(x1, x2, rtol, atol, equal_nan);
  return make<v::v1::ReduceLogicalAnd>(close, normalize_axes(std::nullopt, close.rank()), false);
}

Tensor where(Tensor condition, Tensor x1, Tensor x2) {
  promote(x1, x2);
  return make<v::v1::Select>(cast(condition, DType::boolean), x1, x2);
}

Tensor where(Tensor condition) { return make<v::v3::NonZero>(strong(condition), ov::element::i32); }

Tensor select(std::vector<Tensor> conditions, std::vector<Tensor> choices, Tensor fallback) {
  if (conditions.empty() || conditions.size() != choices.size()) {
    throw Error(fmt::format("wanted as many choices as conditions, and at least one; got {} conditions and {} choices",
                            conditions.size(), choices.size()));
  }
  std::vector<Tensor> all = choices;
  all.push_back(fallback);
  const DType dtype = common_dtype(all);
  Tensor out = as(fallback, dtype);
  for (size_t i = conditions.size(); i-- > 0;) out = where(conditions[i], as(choices[i], dtype), out);
  return out;
}

namespace {

/// Keras's where: a choice, or the indices of a condition alone.
Tensor where_or_indices(const Tensor& condition, const Tensor& x1, const Tensor& x2) {
  if (!x1 && !x2) return where(condition);
  if (!x1 || !x2) throw Error("x1 and x2 must both be given, or neither");
  return where(condition, x1, x2);
}
constexpr auto kSelect = static_cast<Tensor (*)(std::vector<Tensor>, std::vector<Tensor>, Tensor)>(&select);

constexpr OpDef kOps[] = {
    op<&equal>("numpy.equal(x1, x2)", "Whether x1 == x2, element by element."),
    op<&not_equal>("numpy.not_equal(x1, x2)", "Whether x1 != x2, element by element."),
    op<&less>("numpy.less(x1, x2)", "Whether x1 < x2, element by element."),
    op<&less_equal>("numpy.less_equal(x1, x2)", "Whether x1 <= x2, element by element."),
    op<&greater>("numpy.greater(x1, x2)", "Whether x1 > x2, element by element."),
    op<&greater_equal>("numpy.greater_equal(x1, x2)", "Whether x1 >= x2, element by element."),
    op<&isfinite>("numpy.isfinite(x)", "Whether neither NaN nor infinite."),
    op<&isinf>("numpy.isinf(x)", "Whether infinite."),
    op<&isnan>("numpy.isnan(x)", "Whether NaN."),
    op<&isneginf>("numpy.isneginf(x)", "Whether minus infinity."),
    op<&isposinf>("numpy.isposinf(x)", "Whether plus infinity."),
    op<&isreal>("numpy.isreal(x)", "Whether the imaginary part is 0."),
    op<&isclose>("numpy.isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False)",
                 "Whether |x1 - x2| <= atol + rtol |x2|, element by element."),
    op<&allclose>("numpy.allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False)", "Whether all elements are close."),
    op<&where_or_indices>("numpy.where(condition, x1=None, x2=None)",
                          "x1 where the condition holds, x2 elsewhere; the indices of a condition alone."),
    op<kSelect>("numpy.select(condlist, choicelist, default=0)", "The choice of the first condition that holds."),
};
}  // namespace
std::span<const OpDef> compare_ops() { return kOps; }

}  // namespace keravino::ops
