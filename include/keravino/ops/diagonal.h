// Diagonals and triangles of matrices.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

/// The diagonal of a matrix, or the matrix with this diagonal.
Tensor diag(Tensor x, int64_t k = 0);
/// The matrix whose k-th diagonal holds all elements of `x`.
Tensor diagflat(Tensor x, int64_t k = 0);
/// The diagonals of the matrices along two axes, as the last axis.
Tensor diagonal(Tensor x, int64_t offset = 0, int64_t axis1 = 0, int64_t axis2 = 1);
/// The sums of these diagonals; small integers become int32 or uint32.
Tensor trace(Tensor x, int64_t offset = 0, int64_t axis1 = 0, int64_t axis2 = 1);
/// Zeros above (tril) or below (triu) the k-th diagonal of the last two axes.
Tensor tril(Tensor x, int64_t k = 0);
Tensor triu(Tensor x, int64_t k = 0);

}  // namespace keravino::ops
