// Products of vectors, matrices and tensors.
#pragma once

#include <string>
#include <vector>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// Matrix product over the last two axes; earlier ones broadcast. int8 by int8 gives int32. Error for scalars.
Tensor matmul(Tensor x1, Tensor x2);
/// Sum over the last axis of `x1` and the last but one of `x2`; a product for scalars.
Tensor dot(Tensor x1, Tensor x2);
/// Dot product of the flattened tensors.
Tensor vdot(Tensor x1, Tensor x2);
/// Sum over the last axes of both.
Tensor inner(Tensor x1, Tensor x2);
/// All products of an element of each.
Tensor outer(Tensor x1, Tensor x2);
/// Sum over these axes of `x1` and those of `x2`.
Tensor tensordot(Tensor x1, Tensor x2, std::vector<int64_t> axes1, std::vector<int64_t> axes2);
/// Einstein's summation, with "..." and repeated letters.
Tensor einsum(std::string subscripts, std::vector<Tensor> operands);
Tensor kron(Tensor x1, Tensor x2);
/// Cross products of vectors of size 2 or 3 along an axis.
Tensor cross(Tensor x1, Tensor x2, int64_t axisa = -1, int64_t axisb = -1, int64_t axisc = -1,
             std::optional<int64_t> axis = std::nullopt);

}  // namespace keravino::ops
