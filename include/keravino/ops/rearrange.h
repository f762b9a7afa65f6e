// Elements moved along their axes, and borders around them.
#pragma once

#include <string>
#include <vector>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// The order of elements reversed along the axes, all of them by default.
Tensor flip(Tensor x, Axes axis = std::nullopt);
Tensor fliplr(Tensor x);
Tensor flipud(Tensor x);
/// Elements moved along axes; those that leave at one end enter at the other. Without an axis the flattened tensor
/// rolls.
Tensor roll(Tensor x, std::vector<int64_t> shift, Axes axis = std::nullopt);
/// Turned by 90 degrees, `k` times, from the first axis towards the second.
Tensor rot90(Tensor array, int64_t k = 1, std::pair<int64_t, int64_t> axes = {0, 1});
/// Borders: mode is constant, reflect, symmetric or edge; constant_values only with constant.
Tensor pad(Tensor x, PadWidth pad_width, std::string mode = "constant", Tensor constant_values = {});

}  // namespace keravino::ops
