// Index tensors as OpenVINO takes them.
#pragma once

#include "ops/shapes.h"

namespace keravino::ops {

/// int32 or int64; Error for floats. Error, too, for a known index outside of an axis of `size`.
Tensor as_indices(const Tensor& indices, const Dim& size);
/// The same without a look at the range.
Tensor as_indices(const Tensor& indices);
/// Negative indices counted from the end.
Tensor wrapped(const Tensor& indices, const Dim& size);

}  // namespace keravino::ops
