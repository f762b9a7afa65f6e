// Element-wise arithmetic and functions of keras.ops.numpy.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

Tensor add(Tensor x1, Tensor x2);
Tensor subtract(Tensor x1, Tensor x2);
Tensor multiply(Tensor x1, Tensor x2);
Tensor divide(Tensor x1, Tensor x2);
Tensor negative(Tensor x);
Tensor equal(Tensor x1, Tensor x2);
Tensor not_equal(Tensor x1, Tensor x2);
Tensor less(Tensor x1, Tensor x2);
Tensor less_equal(Tensor x1, Tensor x2);
Tensor greater(Tensor x1, Tensor x2);
Tensor greater_equal(Tensor x1, Tensor x2);
Tensor where(Tensor condition, Tensor x1, Tensor x2);
Tensor log(Tensor x);
Tensor log1p(Tensor x);

}  // namespace keravino::ops
