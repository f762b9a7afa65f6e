// Activation functions, as other layers hold them in their configs.
#pragma once

#include "layers/registry.h"

namespace keravino::layers {

/// Applies what the config names under "activation": a function of keras.activations by name or as a serialised
/// function, a layer, or nothing.
Tensor activate(const Layer& layer, const Tensor& x, std::string_view key = "activation");

/// Scores before a softmax, very low where the mask is false.
Tensor masked_scores(const Tensor& scores, const Tensor& mask);

/// keras.activations.relu with the arguments in a config: "negative_slope", "max_value" and "threshold".
Tensor relu_of_config(const Layer& layer, const Tensor& x);

}  // namespace keravino::layers
