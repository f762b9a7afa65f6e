#include "keravino/ops/bitwise.h"

#include "ops/families.h"
#include "ops/make.h"

namespace keravino::ops {
namespace {

template <class Op>
Tensor logical(const Tensor& x1, const Tensor& x2) {
  return make<Op>(cast(x1, DType::boolean), cast(x2, DType::boolean));
}

void demand_bits(const Tensor& x) {
  if (is_float(x.dtype())) {
    throw Error(Error::Kind::type, fmt::format("wanted integers or bools, got {}", name(x.dtype())));
  }
}

template <class Bitwise, class Logical>
Tensor bitwise(Tensor x, Tensor y) {
  promote(x, y);
  demand_bits(x);
  return x.dtype() == DType::boolean ? make<Logical>(x, y) : make<Bitwise>(x, y);
}

/// A literal distance takes the dtype of x, even of a bool; those are moved as int32.
template <class Op>
Tensor shift(Tensor x, Tensor y) {
  x = strong(x);
  if (y.value()->scalar)
    y = as(y, x.dtype());
  else
    promote(x, y);
  demand_bits(x);
  return as(make<Op>(to_number(x), to_number(y)), x.dtype());
}

}  // namespace

Tensor logical_and(Tensor x1, Tensor x2) { return logical<v::v1::LogicalAnd>(x1, x2); }
Tensor logical_or(Tensor x1, Tensor x2) { return logical<v::v1::LogicalOr>(x1, x2); }
Tensor logical_xor(Tensor x1, Tensor x2) { return logical<v::v1::LogicalXor>(x1, x2); }
Tensor logical_not(Tensor x) { return make<v::v1::LogicalNot>(cast(x, DType::boolean)); }

Tensor bitwise_and(Tensor x, Tensor y) { return bitwise<v::v13::BitwiseAnd, v::v1::LogicalAnd>(x, y); }
Tensor bitwise_or(Tensor x, Tensor y) { return bitwise<v::v13::BitwiseOr, v::v1::LogicalOr>(x, y); }
Tensor bitwise_xor(Tensor x, Tensor y) { return bitwise<v::v13::BitwiseXor, v::v1::LogicalXor>(x, y); }

Tensor bitwise_not(Tensor x) {
  x = strong(x);
  demand_bits(x);
  return x.dtype() == DType::boolean ? make<v::v1::LogicalNot>(x) : make<v::v13::BitwiseNot>(x);
}

Tensor bitwise_left_shift(Tensor x, Tensor y) { return shift<v::v15::BitwiseLeftShift>(x, y); }
Tensor bitwise_right_shift(Tensor x, Tensor y) { return shift<v::v15::BitwiseRightShift>(x, y); }

namespace {
constexpr OpDef kOps[] = {
    op<&logical_and>("numpy.logical_and(x1, x2)", "x1 and x2, as truth values."),
    op<&logical_or>("numpy.logical_or(x1, x2)", "x1 or x2, as truth values."),
    op<&logical_xor>("numpy.logical_xor(x1, x2)", "Either x1 or x2, as truth values."),
    op<&logical_not>("numpy.logical_not(x)", "Not x, as a truth value."),
    op<&bitwise_and>("numpy.bitwise_and(x, y)", "The bits that x and y have in common."),
    op<&bitwise_or>("numpy.bitwise_or(x, y)", "The bits of x and those of y."),
    op<&bitwise_xor>("numpy.bitwise_xor(x, y)", "The bits that only one of x and y has."),
    op<&bitwise_not>("numpy.bitwise_not(x)", "All bits inverted."),
    op<&bitwise_not>("numpy.bitwise_invert(x)", "All bits inverted."),
    op<&bitwise_left_shift>("numpy.bitwise_left_shift(x, y)", "x with its bits moved left by y."),
    op<&bitwise_left_shift>("numpy.left_shift(x, y)", "x with its bits moved left by y."),
    op<&bitwise_right_shift>("numpy.bitwise_right_shift(x, y)", "x with its bits moved right by y."),
    op<&bitwise_right_shift>("numpy.right_shift(x, y)", "x with its bits moved right by y."),
};
}  // namespace
std::span<const OpDef> bitwise_ops() { return kOps; }

}  // namespace keravino::ops
