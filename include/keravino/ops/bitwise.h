// Logical and bitwise functions.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

/// x1 and x2, as truth values.
Tensor logical_and(Tensor x1, Tensor x2);
/// x1 or x2, as truth values.
Tensor logical_or(Tensor x1, Tensor x2);
/// Either x1 or x2, as truth values.
Tensor logical_xor(Tensor x1, Tensor x2);
/// Not x, as a truth value.
Tensor logical_not(Tensor x);
/// The bits that x and y have in common. Error for floats, as for all that follow.
Tensor bitwise_and(Tensor x, Tensor y);
/// The bits of x and those of y.
Tensor bitwise_or(Tensor x, Tensor y);
/// The bits that only one of x and y has.
Tensor bitwise_xor(Tensor x, Tensor y);
/// All bits inverted; of bool "not".
Tensor bitwise_not(Tensor x);
/// x with its bits moved left by y.
Tensor bitwise_left_shift(Tensor x, Tensor y);
/// x with its bits moved right by y; the sign stays.
Tensor bitwise_right_shift(Tensor x, Tensor y);

}  // namespace keravino::ops
