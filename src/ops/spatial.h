// What convolutions, pooling and images share: the order of axes, padding, and numbers given once or for each
// dimension.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/tensor.h"
#include "ops/make.h"

namespace keravino::ops {

/// True for "channels_last"; None means Keras's image_data_format. Error for what is no data format.
bool is_channels_last(const std::optional<std::string>& data_format);

/// (N, spatial..., C) to OpenVINO's (N, C, spatial...) and back; nothing to do when the channels are not last.
Tensor to_channels_first(const Tensor& x, bool channels_last);
Tensor from_channels_first(const Tensor& x, bool channels_last);

/// `x` with its axes in another order.
Tensor permute(const Tensor& x, const std::vector<int64_t>& order);
/// `x` in a shape of numbers, one of which may be -1, and 0 for the dimension of `x` in this place.
Tensor reshape_to(const Tensor& x, const std::vector<int64_t>& shape);

/// Number of spatial dimensions of a batch of images, signals or volumes: 1, 2 or 3; Error otherwise.
size_t spatial_rank(const Tensor& x);

/// `values` as `count` positive numbers; one number stands for all.
std::vector<size_t> positive(const std::vector<int64_t>& values, size_t count, std::string_view name);

/// OpenVINO's name for "valid" or "same", in any case of letters. "same" pads the end by one more where it is uneven.
ov::op::PadType pad_type(const std::string& padding);

/// Error if windows of this extent do not fit into the spatial dimensions of (N, C, spatial...) at all.
void check_windows_fit(const Tensor& x, const std::vector<size_t>& extent, ov::op::PadType padding);

}  // namespace keravino::ops
