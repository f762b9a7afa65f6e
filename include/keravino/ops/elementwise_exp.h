// Exponentials, logarithms and the error function. Integers become Keras's default float.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

/// e^x.
Tensor exp(Tensor x);
/// 2^x.
Tensor exp2(Tensor x);
/// e^x - 1, accurate near zero.
Tensor expm1(Tensor x);
/// Natural logarithm.
Tensor log(Tensor x);
/// Logarithm to base 2.
Tensor log2(Tensor x);
/// Logarithm to base 10.
Tensor log10(Tensor x);
/// log(1 + x), accurate near zero.
Tensor log1p(Tensor x);
/// log(e^x1 + e^x2) without overflow.
Tensor logaddexp(Tensor x1, Tensor x2);
/// log2(2^x1 + 2^x2) without overflow.
Tensor logaddexp2(Tensor x1, Tensor x2);
/// The error function.
Tensor erf(Tensor x);
/// 1 - erf(x), accurate for large x.
Tensor erfc(Tensor x);

}  // namespace keravino::ops
