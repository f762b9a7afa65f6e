// keras.regularizers: what a layer adds to the loss for the size of its weights or outputs.
#pragma once

#include "layers/layer.h"

namespace keravino::layers {

/// The penalty, a scalar, that a regularizer's config asks for: L1, L2, L1L2 or OrthogonalRegularizer. Error for an
/// unknown class.
Tensor regularizer(const Layer& config, const Tensor& x);

/// l1 * sum(|x|) + l2 * sum(x * x), where the config has "l1" and "l2".
Tensor l1_l2(const Layer& config, const Tensor& x);

}  // namespace keravino::layers
