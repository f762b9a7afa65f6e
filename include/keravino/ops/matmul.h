// Products of matrices.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

/// The matrix product of the last two dimensions, as NumPy's matmul: dimensions before them broadcast, a vector counts as
/// a row on the left and as a column on the right. Two int8 make an int32. Error for a scalar.
Tensor matmul(Tensor x1, Tensor x2);

}  // namespace keravino::ops
