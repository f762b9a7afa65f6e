// keras.ops.core: dtypes and identities.
#pragma once

#include <optional>

#include "keravino/tensor.h"

namespace keravino::ops {

/// `x` in another dtype, as NumPy's astype; the same tensor if it has that dtype.
Tensor cast(Tensor x, DType dtype);

}  // namespace keravino::ops
