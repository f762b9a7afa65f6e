// Convolutions of keras.ops.nn, in one, two or three spatial dimensions.
// Inputs are (N, spatial..., C), or (N, C, spatial...) with data_format "channels_first"; padding is "valid" or "same".
// A lone number in strides or dilation_rate counts for all spatial dimensions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// Kernel (spatial..., C / groups, filters); the groups follow from C.
Tensor conv(Tensor inputs, Tensor kernel, std::vector<int64_t> strides, std::string padding,
            std::optional<std::string> data_format, std::vector<int64_t> dilation_rate);
/// Each channel by itself: kernel (spatial..., C, multiplier), result of C * multiplier channels.
Tensor depthwise_conv(Tensor inputs, Tensor kernel, std::vector<int64_t> strides, std::string padding,
                      std::optional<std::string> data_format, std::vector<int64_t> dilation_rate);
/// A depthwise convolution and then one that mixes the channels, pointwise_kernel (1..., C * multiplier, filters).
Tensor separable_conv(Tensor inputs, Tensor depthwise_kernel, Tensor pointwise_kernel, std::vector<int64_t> strides,
                      std::string padding, std::optional<std::string> data_format, std::vector<int64_t> dilation_rate);
/// The gradient of a convolution by its input: kernel (spatial..., filters, C).
Tensor conv_transpose(Tensor inputs, Tensor kernel, std::vector<int64_t> strides, std::string padding,
                      std::optional<std::vector<int64_t>> output_padding, std::optional<std::string> data_format,
                      std::vector<int64_t> dilation_rate);

}  // namespace keravino::ops
