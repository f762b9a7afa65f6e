#pragma once

#include "layers/registry.h"

namespace keravino::layers {

/// keras.layers.EinsumDense: the equation says what the kernel's shape is.
Tensor einsum_dense(Layer& layer, const Tensor& x);

}  // namespace keravino::layers
