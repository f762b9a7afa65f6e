// Element-wise arithmetic of keras.ops.numpy. Tensors are broadcast; dtypes are promoted as Keras promotes them.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

/// x1 + x2; of bools "or".
Tensor add(Tensor x1, Tensor x2);
/// x1 - x2; Error for bools.
Tensor subtract(Tensor x1, Tensor x2);
/// x1 * x2; of bools "and".
Tensor multiply(Tensor x1, Tensor x2);
/// x1 / x2 as floats.
Tensor divide(Tensor x1, Tensor x2);
/// x1 / x2 as floats, and 0 where x2 is 0.
Tensor divide_no_nan(Tensor x1, Tensor x2);
/// The quotient rounded down. Integers: 0 where x2 is 0.
Tensor floor_divide(Tensor x1, Tensor x2);
/// The remainder with the sign of x2. Integers: 0 where x2 is 0.
Tensor mod(Tensor x1, Tensor x2);
/// The remainder with the sign of x1. Integers: 0 where x2 is 0.
Tensor fmod(Tensor x1, Tensor x2);
/// x1 to the power of x2. Integers wrap around; with a negative exponent the result is 0, or a power of 1 or -1.
Tensor power(Tensor x1, Tensor x2);
/// The larger one; NaN if either is NaN.
Tensor maximum(Tensor x1, Tensor x2);
/// The smaller one; NaN if either is NaN.
Tensor minimum(Tensor x1, Tensor x2);
/// The larger one; the other where one is NaN.
Tensor fmax(Tensor x1, Tensor x2);
/// The smaller one; the other where one is NaN.
Tensor fmin(Tensor x1, Tensor x2);
/// x limited to [x_min, x_max], in x's dtype (bool: int32).
Tensor clip(Tensor x, Tensor x_min, Tensor x_max);
/// 0 where x1 is negative, x2 where it is 0, else 1.
Tensor heaviside(Tensor x1, Tensor x2);
/// x1 * 2^x2 with an integer x2, without overflow on the way. Error for a float x2.
Tensor ldexp(Tensor x1, Tensor x2);
/// sqrt(x1^2 + x2^2) without overflow on the way.
Tensor hypot(Tensor x1, Tensor x2);
/// The greatest common divisor of integers.
Tensor gcd(Tensor x1, Tensor x2);
/// The least common multiple of integers.
Tensor lcm(Tensor x1, Tensor x2);

}  // namespace keravino::ops
