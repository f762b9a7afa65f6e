// Pooling of keras.ops.nn, in one, two or three spatial dimensions. Layouts and padding are those of convolutions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// The largest element of each window; strides default to pool_size.
Tensor max_pool(Tensor inputs, std::vector<int64_t> pool_size, std::optional<std::vector<int64_t>> strides,
                std::string padding, std::optional<std::string> data_format);
/// The mean of each window; padding does not count.
Tensor average_pool(Tensor inputs, std::vector<int64_t> pool_size, std::optional<std::vector<int64_t>> strides,
                    std::string padding, std::optional<std::string> data_format);
/// The same over windows that divide the input into output_size parts, as evenly as they can.
Tensor adaptive_average_pool(Tensor inputs, std::vector<int64_t> output_size, std::optional<std::string> data_format);
Tensor adaptive_max_pool(Tensor inputs, std::vector<int64_t> output_size, std::optional<std::string> data_format);

}  // namespace keravino::ops
