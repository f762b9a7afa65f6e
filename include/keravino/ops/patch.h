// Images as patches, and depth as space: keras.ops.nn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// Sliding windows of (N, C, H, W) as columns: (N, C * kh * kw, places). Lone numbers count for both dimensions.
Tensor unfold(Tensor input, std::vector<int64_t> kernel_size, std::vector<int64_t> dilation,
              std::vector<int64_t> padding, std::vector<int64_t> stride);
/// Sums such columns up into (N, C, height, width).
Tensor fold(Tensor x, std::vector<int64_t> output_size, std::vector<int64_t> kernel_size, std::vector<int64_t> dilation,
            std::vector<int64_t> padding, std::vector<int64_t> stride);
/// Channels to blocks of pixels, and back.
Tensor depth_to_space(Tensor x, int64_t block_size, std::optional<std::string> data_format);
Tensor space_to_depth(Tensor x, int64_t block_size, std::optional<std::string> data_format);

}  // namespace keravino::ops
