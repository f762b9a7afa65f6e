// Tensors joined, cut and repeated.
#pragma once

#include <vector>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// Tensors in a row along an axis, in their common dtype. Error if their other dimensions differ.
Tensor concatenate(std::vector<Tensor> xs, int64_t axis = 0);
/// Tensors of one shape along a new axis.
Tensor stack(std::vector<Tensor> x, int64_t axis = 0);
Tensor hstack(std::vector<Tensor> xs);
Tensor vstack(std::vector<Tensor> xs);
Tensor dstack(std::vector<Tensor> xs);
/// `x2` after `x1`; flattened first unless an axis is given.
Tensor append(Tensor x1, Tensor x2, std::optional<int64_t> axis = std::nullopt);
/// Parts of equal size, or cut at indices.
std::vector<Tensor> split(Tensor x, Sections indices_or_sections, int64_t axis = 0);
/// The same; parts may differ by one in size.
std::vector<Tensor> array_split(Tensor x, Sections indices_or_sections, int64_t axis = 0);
std::vector<Tensor> hsplit(Tensor x, Sections indices_or_sections);
std::vector<Tensor> vsplit(Tensor x, Sections indices_or_sections);
std::vector<Tensor> dsplit(Tensor x, Sections indices_or_sections);
/// The slices along an axis, without that axis.
std::vector<Tensor> unstack(Tensor x, std::optional<int64_t> num = std::nullopt, int64_t axis = 0);
/// The whole tensor repeated along each axis.
Tensor tile(Tensor x, Dims repeats);
/// Each element repeated, all as often or each as often as its own number says; flattened unless an axis is given.
Tensor repeat(Tensor x, Dims repeats, std::optional<int64_t> axis = std::nullopt);

}  // namespace keravino::ops
