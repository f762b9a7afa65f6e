// Comparisons and choices, element by element.
#pragma once

#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// x1 == x2.
Tensor equal(Tensor x1, Tensor x2);
/// x1 != x2.
Tensor not_equal(Tensor x1, Tensor x2);
/// x1 < x2.
Tensor less(Tensor x1, Tensor x2);
/// x1 <= x2.
Tensor less_equal(Tensor x1, Tensor x2);
/// x1 > x2.
Tensor greater(Tensor x1, Tensor x2);
/// x1 >= x2.
Tensor greater_equal(Tensor x1, Tensor x2);
/// Whether neither NaN nor infinite.
Tensor isfinite(Tensor x);
/// Whether infinite.
Tensor isinf(Tensor x);
/// Whether NaN.
Tensor isnan(Tensor x);
/// Whether minus infinity.
Tensor isneginf(Tensor x);
/// Whether plus infinity.
Tensor isposinf(Tensor x);
/// Whether the imaginary part is 0: always, of a real tensor.
Tensor isreal(Tensor x);
/// |x1 - x2| <= atol + rtol |x2|, or equal; integers must be equal. NaN is close to NaN if `equal_nan`.
Tensor isclose(Tensor x1, Tensor x2, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
/// Whether all elements are close, as a scalar.
Tensor allclose(Tensor x1, Tensor x2, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
/// x1 where the condition holds, x2 elsewhere.
Tensor where(Tensor condition, Tensor x1, Tensor x2);
/// The indices, (rank, n) int32, at which the condition holds.
Tensor where(Tensor condition);
/// The choice of the first condition that holds, `fallback` where none does.
Tensor select(std::vector<Tensor> conditions, std::vector<Tensor> choices, Tensor fallback = 0);

}  // namespace keravino::ops
