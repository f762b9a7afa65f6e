// Rounding float32 to fewer digits, in ops that the CPU plugin compiles (Veltkamp, 1968): a number of the right size is
// added and taken away.
#pragma once

#include <cmath>

#include "keravino/ops.h"

namespace keravino::passes {

/// x without the digits that a sum with `large` has no room for.
inline Tensor rounded_by(const Tensor& large, const Tensor& x) { return large + (x - large); }

/// The multiple of x by which it is rounded to so many binary digits; infinite for huge numbers.
inline Tensor multiple_for_digits(const Tensor& x, int digits) { return x * (std::exp2(24 - digits) + 1); }

/// x of so many binary digits, rounded up or down if it lies in the middle; NaN where the multiple is infinite.
inline Tensor to_digits(const Tensor& x, int digits) { return rounded_by(multiple_for_digits(x, digits), x); }

}  // namespace keravino::passes
