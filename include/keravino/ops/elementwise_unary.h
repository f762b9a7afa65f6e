// Element-wise functions of one tensor: signs, rounding, roots, parts of complex numbers.
#pragma once

#include <optional>

#include "keravino/tensor.h"

namespace keravino::ops {

/// -x; unsigned integers wrap around. Error for bools.
Tensor negative(Tensor x);
/// |x|, the length of complex numbers.
Tensor absolute(Tensor x);
/// |x| as a float.
Tensor fabs(Tensor x);
/// -1, 0 or 1; NaN of NaN. x / |x| of complex numbers.
Tensor sign(Tensor x);
/// Whether the sign is minus, also of -0.
Tensor signbit(Tensor x);
/// x * x; int32 of bool.
Tensor square(Tensor x);
/// The square root.
Tensor sqrt(Tensor x);
/// 1 / sqrt(x).
Tensor rsqrt(Tensor x);
/// The cube root, of negative numbers too.
Tensor cbrt(Tensor x);
/// 1 / x.
Tensor reciprocal(Tensor x);
/// Rounded up; a float.
Tensor ceil(Tensor x);
/// Rounded down; a float.
Tensor floor(Tensor x);
/// Rounded to `decimals` decimal places, halves to even; integers keep their dtype. Each part of complex numbers.
Tensor round(Tensor x, int64_t decimals = 0);
/// Rounded towards zero.
Tensor trunc(Tensor x);
/// NaN and infinities replaced; by the largest finite numbers unless `posinf` and `neginf` are given. In each part of
/// complex numbers.
Tensor nan_to_num(Tensor x, double nan = 0.0, std::optional<double> posinf = std::nullopt,
                  std::optional<double> neginf = std::nullopt);
/// The real part; x itself if it is real.
Tensor real(Tensor x);
/// The imaginary part; zeros if x is real.
Tensor imag(Tensor x);
/// The complex conjugate; x itself if it is real.
Tensor conjugate(Tensor x);
/// The angle in the complex plane, in [-pi, pi]: pi of a negative real number, 0 of a positive one.
Tensor angle(Tensor x);
/// Degrees to radians.
Tensor deg2rad(Tensor x);
/// Radians to degrees.
Tensor rad2deg(Tensor x);

}  // namespace keravino::ops
