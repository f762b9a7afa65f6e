// Trigonometric and hyperbolic functions. Integers become Keras's default float.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

/// Sine.
Tensor sin(Tensor x);
/// Cosine.
Tensor cos(Tensor x);
/// Tangent.
Tensor tan(Tensor x);
/// Inverse sine, in [-pi/2, pi/2].
Tensor arcsin(Tensor x);
/// Inverse cosine, in [0, pi].
Tensor arccos(Tensor x);
/// Inverse tangent, in [-pi/2, pi/2].
Tensor arctan(Tensor x);
/// The angle of the point (x2, x1), in [-pi, pi]; signed zeros and infinities as in IEEE 754.
Tensor arctan2(Tensor x1, Tensor x2);
/// Hyperbolic sine.
Tensor sinh(Tensor x);
/// Hyperbolic cosine.
Tensor cosh(Tensor x);
/// Hyperbolic tangent.
Tensor tanh(Tensor x);
/// Inverse hyperbolic sine.
Tensor arcsinh(Tensor x);
/// Inverse hyperbolic cosine.
Tensor arccosh(Tensor x);
/// Inverse hyperbolic tangent.
Tensor arctanh(Tensor x);
/// sin(pi x) / (pi x), and 1 at 0.
Tensor sinc(Tensor x);

}  // namespace keravino::ops
