// Normalisation of keras.ops.nn.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// (x - mean) / sqrt(variance + epsilon) * scale + offset, where mean, variance, scale and offset are vectors along
/// `axis`.
Tensor batch_normalization(Tensor x, Tensor mean, Tensor variance, int64_t axis, Tensor offset, Tensor scale,
                           double epsilon);
/// Mean and variance over `axes`; halves are summed up in float32.
std::pair<Tensor, Tensor> moments(Tensor x, std::vector<int64_t> axes, bool keepdims, bool synchronized);

}  // namespace keravino::ops
