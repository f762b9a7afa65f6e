// Interpolation along one axis as a matrix: each row holds the weights with which inputs make one output.
#pragma once

#include <string>

#include "keravino/tensor.h"

namespace keravino::ops {

/// True for the names of filters: bilinear, bicubic, lanczos3, lanczos5.
bool is_resize_filter(const std::string& interpolation);

/// (output, input) weights for `input`, a scalar integer tensor, elements stretched over `output` ones; the centres of
/// the first and last half-pixels coincide. With `antialias` the filter widens by the factor of shrinking. float32.
Tensor resize_weights(const Tensor& input, int64_t output, const std::string& interpolation, bool antialias);

/// For each of `output` elements the number of the nearest among `input` ones, exactly. int64.
Tensor nearest_indices(const Tensor& input, int64_t output);

}  // namespace keravino::ops
