// keras.random: numbers that depend on their seed alone. A seed is a tensor of two integers, of which 32 bits count
// each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// Reals in [minval, maxval); a float dtype, floatx by default.
Tensor uniform(Dims shape, Tensor minval, Tensor maxval, std::optional<DType> dtype, Tensor seed);
Tensor normal(Dims shape, Tensor mean, Tensor stddev, std::optional<DType> dtype, Tensor seed);
/// Normal numbers within two deviations of the mean.
Tensor truncated_normal(Dims shape, Tensor mean, Tensor stddev, std::optional<DType> dtype, Tensor seed);
/// Integers in [minval, maxval), which broadcast to the shape; an integer dtype.
Tensor randint(Dims shape, Tensor minval, Tensor maxval, std::optional<DType> dtype, Tensor seed);
/// Indices of classes, (batch, num_samples), out of unnormalised log-probabilities (batch, classes).
Tensor categorical(Tensor logits, int64_t num_samples, std::optional<DType> dtype, Tensor seed);
/// Zeroes a share `rate` of the inputs and scales the others by 1 / (1 - rate). None in noise_shape is the input's
/// dimension.
Tensor dropout(Tensor inputs, double rate, std::optional<Dims> noise_shape, Tensor seed);
/// The slices along `axis` in random order.
Tensor shuffle(Tensor x, int64_t axis, Tensor seed);
Tensor gamma(Dims shape, Tensor alpha, std::optional<DType> dtype, Tensor seed);
Tensor beta(Dims shape, Tensor alpha, Tensor beta, std::optional<DType> dtype, Tensor seed);
Tensor binomial(Dims shape, Tensor counts, Tensor probabilities, std::optional<DType> dtype, Tensor seed);

}  // namespace keravino::ops
