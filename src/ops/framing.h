// Sequences cut out of a signal and added up again.
#pragma once

#include "ops/shapes.h"

namespace keravino::ops {

/// (..., n) -> (..., sequences, length), one every `stride`; the rest is left out.
Tensor framed(const Tensor& x, int64_t length, int64_t stride);
/// The reverse, where sequences overlap their sum: (..., sequences, length) -> (..., stride (sequences - 1) + length).
Tensor overlap_added(const Tensor& x, int64_t stride);
/// The sum at each place of a sequence when there are others without end before and behind: (1, length) -> (length).
Tensor steady_sum(const Tensor& x, int64_t stride);

}  // namespace keravino::ops
