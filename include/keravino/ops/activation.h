// Activation functions of keras.ops.nn.
#pragma once

#include <optional>

#include "keravino/tensor.h"

namespace keravino::ops {

/// max(x, 0).
Tensor relu(Tensor x);
/// min(max(x, 0), 6).
Tensor relu6(Tensor x);
/// 1 / (1 + e^-x).
Tensor sigmoid(Tensor x);
/// (x + 1) / 2 limited to [0, 1].
Tensor sparse_sigmoid(Tensor x);
/// x - tanh(x).
Tensor tanh_shrink(Tensor x);
/// log(1 + e^x).
Tensor softplus(Tensor x);
/// x / (1 + |x|).
Tensor softsign(Tensor x);
/// x moved towards 0 by `threshold`, and 0 nearer to it.
Tensor soft_shrink(Tensor x, double threshold = 0.5);
/// 0 up to -1, x from 1, and (x + 1)^2 / 4 between.
Tensor sparse_plus(Tensor x);
/// x sigmoid(x).
Tensor silu(Tensor x);
/// (x + sqrt(x^2 + b)) / 2.
Tensor squareplus(Tensor x, Tensor b = 4);
/// log(sigmoid(x)).
Tensor log_sigmoid(Tensor x);
/// x, times `negative_slope` where negative.
Tensor leaky_relu(Tensor x, double negative_slope = 0.2);
/// relu6(x + 3) / 6.
Tensor hard_sigmoid(Tensor x);
/// x hard_sigmoid(x).
Tensor hard_silu(Tensor x);
/// x, and alpha (e^x - 1) where negative.
Tensor elu(Tensor x, double alpha = 1.0);
/// elu with the constants that keep mean and variance.
Tensor selu(Tensor x);
/// x times the normal distribution function, or its tanh approximation.
Tensor gelu(Tensor x, bool approximate = true);
/// x, and alpha (e^(x / alpha) - 1) where negative.
Tensor celu(Tensor x, double alpha = 1.0);
/// The first half along the axis times the sigmoid of the second. Error for an odd dimension.
Tensor glu(Tensor x, int64_t axis = -1);
/// x limited to [-1, 1].
Tensor hard_tanh(Tensor x);
/// 0 where |x| <= threshold, else x.
Tensor hard_shrink(Tensor x, double threshold = 0.5);
/// x where it is above `threshold`, else `default_value`.
Tensor threshold(Tensor x, double threshold, double default_value);
/// e^x over its sum along the axis; over all elements without an axis.
Tensor softmax(Tensor x, std::optional<int64_t> axis = -1);
/// The logarithm of softmax.
Tensor log_softmax(Tensor x, std::optional<int64_t> axis = -1);
/// The nearest point of the probability simplex along the axis.
Tensor sparsemax(Tensor x, int64_t axis = -1);

}  // namespace keravino::ops
