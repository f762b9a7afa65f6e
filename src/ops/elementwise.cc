#include "keravino/ops/elementwise.h"

#include "ops/families.h"
#include "ops/make.h"

namespace keravino::ops {
namespace {

template <class Op>
Tensor arithmetic(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return make<Op>(x1, x2);
}

}  // namespace

/// Of bools, as in NumPy: the sum is "or", the product "and", and there is no difference.
Tensor add(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return x1.dtype() == DType::boolean ? make<v::v1::LogicalOr>(x1, x2) : make<v::v1::Add>(x1, x2);
}
Tensor subtract(Tensor x1, Tensor x2) {
  promote(x1, x2);
  if (x1.dtype() == DType::boolean) throw Error(Error::Kind::type, "bools cannot be subtracted; use logical_xor");
  return make<v::v1::Subtract>(x1, x2);
}
Tensor multiply(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return x1.dtype() == DType::boolean ? make<v::v1::LogicalAnd>(x1, x2) : make<v::v1::Multiply>(x1, x2);
}
Tensor divide(Tensor x1, Tensor x2) {
  promote_float(x1, x2);
  return make<v::v1::Divide>(x1, x2);
}
Tensor negative(Tensor x) { return make<v::v0::Negative>(strong(x)); }
Tensor equal(Tensor x1, Tensor x2) { return arithmetic<v::v1::Equal>(x1, x2); }
Tensor not_equal(Tensor x1, Tensor x2) { return arithmetic<v::v1::NotEqual>(x1, x2); }
Tensor less(Tensor x1, Tensor x2) { return arithmetic<v::v1::Less>(x1, x2); }
Tensor less_equal(Tensor x1, Tensor x2) { return arithmetic<v::v1::LessEqual>(x1, x2); }
Tensor greater(Tensor x1, Tensor x2) { return arithmetic<v::v1::Greater>(x1, x2); }
Tensor greater_equal(Tensor x1, Tensor x2) { return arithmetic<v::v1::GreaterEqual>(x1, x2); }

Tensor where(Tensor condition, Tensor x1, Tensor x2) {
  promote(x1, x2);
  return make<v::v1::Select>(as(condition, DType::boolean), x1, x2);
}

Tensor log(Tensor x) { return make<v::v0::Log>(to_float(x)); }

/// log(1 + x) without the loss of 1 + x near zero (Kahan): log(u) * x / (u - 1) with u = 1 + x rounded.
Tensor log1p(Tensor x) {
  x = to_float(x);
  const Tensor u = 1 + x;
  return select(u == 1, x, log(u) * x / (u - 1));
}

namespace {
constexpr OpDef kOps[] = {
    op<&add>("numpy.add(x1, x2)", "Sum, element by element."),
    op<&subtract>("numpy.subtract(x1, x2)", "Difference, element by element."),
    op<&multiply>("numpy.multiply(x1, x2)", "Product, element by element."),
    op<&divide>("numpy.divide(x1, x2)", "Quotient, element by element."),
    op<&negative>("numpy.negative(x)", "The negated tensor."),
    op<&equal>("numpy.equal(x1, x2)", "Whether x1 == x2, element by element."),
    op<&not_equal>("numpy.not_equal(x1, x2)", "Whether x1 != x2, element by element."),
    op<&less>("numpy.less(x1, x2)", "Whether x1 < x2, element by element."),
    op<&less_equal>("numpy.less_equal(x1, x2)", "Whether x1 <= x2, element by element."),
    op<&greater>("numpy.greater(x1, x2)", "Whether x1 > x2, element by element."),
    op<&greater_equal>("numpy.greater_equal(x1, x2)", "Whether x1 >= x2, element by element."),
    op<&where>("numpy.where(condition, x1=None, x2=None)", "x1 where the condition holds, x2 elsewhere."),
    op<&log>("numpy.log(x)", "Natural logarithm."),
    op<&log1p>("numpy.log1p(x)", "log(1 + x), accurate near zero."),
};
}  // namespace
std::span<const OpDef> elementwise_ops() { return kOps; }

}  // namespace keravino::ops
