// Masks as in Keras: booleans beside a tensor, which say what of it counts.
#pragma once

#include "layers/layer.h"

namespace keravino::layers {

/// The mask of a tensor, boolean; no Tensor if it has none.
Tensor mask_of(const Layer& layer, const Tensor& x);

/// The same tensor with this mask, or without any: others that stand for the same numbers keep theirs.
Tensor with_mask(const Layer& layer, const Tensor& x, const Tensor& mask);

/// Whether any of these has a mask.
bool any_masked(const Layer& layer, const std::vector<Tensor>& tensors);

/// "and" of those that are there.
Tensor both(const Tensor& a, const Tensor& b);

/// A mask with axes of size 1 at the end, up to this rank.
Tensor up_to_rank(Tensor mask, int64_t rank);

}  // namespace keravino::layers
