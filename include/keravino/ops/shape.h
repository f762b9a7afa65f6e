// The same numbers in another shape or order of axes.
#pragma once

#include <vector>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// The numbers in another shape; one dimension may be -1. Error if the counts differ.
Tensor reshape(Tensor x, Dims newshape);
Tensor ravel(Tensor x);
/// The axes in another order, reversed unless `axes` is given.
Tensor transpose(Tensor x, Axes axes = std::nullopt);
Tensor swapaxes(Tensor x, int64_t axis1, int64_t axis2);
Tensor moveaxis(Tensor x, std::vector<int64_t> source, std::vector<int64_t> destination);
/// Without axes of size one: all of them, or those given.
Tensor squeeze(Tensor x, Axes axis = std::nullopt);
/// With axes of size one, at these places of the result.
Tensor expand_dims(Tensor x, std::vector<int64_t> axis);
Tensor broadcast_to(Tensor x, Dims shape);
/// Number of elements, and of dimensions.
Dim size(Tensor x);
int64_t ndim(Tensor x);
/// The coordinates of flat indices in a tensor of this shape, one tensor for each axis.
std::vector<Tensor> unravel_index(Tensor indices, Dims shape);

}  // namespace keravino::ops
