// Masks: which time steps count. They are followed only to where a layer would use one, which is an error: an answer
// that counts masked steps would be a wrong number.
#pragma once

#include "layers/registry.h"

namespace keravino::layers {

/// Notes that this layer makes a mask for its output.
Tensor masked(const Layer& layer, const Tensor& output);

/// Error if a masked tensor is given to a layer that computes something else then.
void check_masks(const Layer& layer, const Tensors& inputs);

/// Notes that the outputs are masked, if an input is and the layer hands masks on.
void pass_masks(const Layer& layer, const Tensors& inputs, const Tensors& outputs);

}  // namespace keravino::layers
