// Elements taken and set by index.
#pragma once

#include <string>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// The slices at these indices of an axis; of the flattened tensor without an axis. Negative indices count from the
/// end. Error for an index out of range, where the indices are known; zeros otherwise.
Tensor take(Tensor x, Tensor indices, std::optional<int64_t> axis = std::nullopt);
/// Elements picked along an axis by indices of the same rank; other axes broadcast.
Tensor take_along_axis(Tensor x, Tensor indices, std::optional<int64_t> axis = std::nullopt);
/// x[key] with NumPy's meaning of integers, ranges, Ellipsis, None, integer tensors and boolean masks.
Tensor get_item(Tensor x, Key key);
/// The block of this shape (-1: the rest of an axis) that begins at `start_indices`.
Tensor slice(Tensor inputs, Dims start_indices, Dims shape);
/// `inputs` with the block at `start_indices` replaced.
Tensor slice_update(Tensor inputs, Dims start_indices, Tensor updates);
/// Zeros of this shape plus `values` at the places whose coordinates are in the last axis of `indices`.
Tensor scatter(Tensor indices, Tensor values, Dims shape);
/// `inputs` with `updates` at these places; reduction is nothing, "add", "max", "min" or "mul".
Tensor scatter_update(Tensor inputs, Tensor indices, Tensor updates,
                      std::optional<std::string> reduction = std::nullopt);
/// One along a new axis where the class is, zeros elsewhere; all zeros for a class out of range.
Tensor one_hot(Tensor x, int64_t num_classes, int64_t axis = -1, std::optional<DType> dtype = std::nullopt,
               bool sparse = false);
/// One for each class that occurs along the second axis (the first of a vector).
Tensor multi_hot(Tensor x, int64_t num_classes, int64_t axis = -1, std::optional<DType> dtype = std::nullopt,
                 bool sparse = false);

}  // namespace keravino::ops
