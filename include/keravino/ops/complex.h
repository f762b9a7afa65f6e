// Complex tensors and their two parts. `real`, `imag`, `conjugate` and `angle` are in elementwise_unary.h.
#pragma once

#include <utility>

#include "keravino/tensor.h"

namespace keravino::ops {

/// The complex tensor of a real and an imaginary part of one shape: complex128 of float64, else complex64.
Tensor complex_of(std::pair<Tensor, Tensor> parts);
/// The same from a last axis of the two parts; complex64, as Keras has it. Error if that axis has another size.
Tensor view_as_complex(Tensor x);
/// Both parts of `x` along a new last axis.
Tensor view_as_real(Tensor x);
/// The complex tensor of an absolute value and an angle.
Tensor polar(Tensor abs_, Tensor angle);

}  // namespace keravino::ops
