#include "layers/masks.h"

#include "keravino/ops.h"
#include "tensor/value.h"

namespace keravino::layers {

Tensor mask_of(const Layer& layer, const Tensor& x) {
  const auto& masks = layer.source().masks;
  const auto found = masks.find(x.value());
  return found == masks.end() ? Tensor() : found->second;
}

Tensor with_mask(const Layer& layer, const Tensor& x, const Tensor& mask) {
  if (!mask && !mask_of(layer, x)) return x;
  const Tensor own(std::make_shared<Value>(x.output(), x.traced(), 0));
  if (mask) layer.source().masks[own.value()] = mask.dtype() == DType::boolean ? mask : ops::not_equal(mask, 0);
  return own;
}

bool any_masked(const Layer& layer, const std::vector<Tensor>& tensors) {
  return std::ranges::any_of(tensors, [&](const Tensor& x) { return static_cast<bool>(mask_of(layer, x)); });
}

Tensor both(const Tensor& a, const Tensor& b) { return !a ? b : !b ? a : ops::logical_and(a, b); }

Tensor up_to_rank(Tensor mask, int64_t rank) {
  while (mask.rank() < rank) mask = ops::expand_dims(mask, {-1});
  return mask;
}

}  // namespace keravino::layers
