// Tensors as sets of numbers.
#pragma once

#include <optional>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// What unique() gives beside the values.
struct UniqueParts {
  bool index = false;    ///< where each value occurs first
  bool inverse = false;  ///< for each element the place of its value
  bool counts = false;   ///< how often each value occurs
};

/// The different values in ascending order (every NaN is one), then the parts asked for, as int32. Along an axis its
/// slices are compared, and the inverse belongs to them. With `size` there are so many: cut off, or filled up with
/// `fill_value` (by default the first value).
std::vector<Tensor> unique(Tensor x, UniqueParts parts = {}, std::optional<int64_t> axis = std::nullopt,
                           std::optional<int64_t> size = std::nullopt, Tensor fill_value = {});
/// Whether each element of `x1` is one of `x2`, or, inverted, is none.
Tensor isin(Tensor x1, Tensor x2, bool assume_unique = false, bool invert = false);

}  // namespace keravino::ops
