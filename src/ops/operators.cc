// C++ operators on Tensors. Unlike Keras's functions they keep 64 bits.
#include "ops/make.h"

namespace keravino {
namespace {

template <class Op>
Tensor binary(Tensor a, Tensor b) {
  ops::promote_wide(a, b);
  return ops::make<Op>(a, b);
}

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::Add>(a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::Subtract>(a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::Multiply>(a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::Divide>(a, b); }
Tensor operator-(const Tensor& a) { return ops::make<ov::op::v0::Negative>(ops::strong(a)); }
Tensor operator<(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::Less>(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::LessEqual>(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::Greater>(a, b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::GreaterEqual>(a, b); }
Tensor operator==(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::Equal>(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return binary<ov::op::v1::NotEqual>(a, b); }

Tensor ops::select(const Tensor& condition, Tensor a, Tensor b) {
  promote_wide(a, b);
  return make<ov::op::v1::Select>(as(condition, DType::boolean), a, b);
}

}  // namespace keravino
