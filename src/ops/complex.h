// Functions of complex tensors: what an op does once it finds its argument complex, always of the dtype of the result.
#pragma once

#include "ops/shapes.h"

namespace keravino::ops {

/// sqrt(x^2 + y^2) and the angle of the point (x, y), for floats of one dtype, which they keep.
Tensor length(const Tensor& x, const Tensor& y);
Tensor direction(const Tensor& y, const Tensor& x);

namespace complex_form {

/// What `f` makes of each part.
template <class F>
Tensor by_parts(const Tensor& z, F f) {
  const Tensor re = f(real(z));
  return Tensor::complex(re, f(imag(z)));
}

/// z times a real number, or a real tensor of its parts' dtype.
Tensor scaled(const Tensor& z, const Tensor& factor);

Tensor multiply(const Tensor& a, const Tensor& b);
Tensor divide(const Tensor& a, const Tensor& b);
/// The literal `exponent`, where it is one, decides how exact the power is: whole numbers are products.
Tensor power(const Tensor& a, const Tensor& b, const Tensor& exponent);
Tensor prod(const Tensor& z, const Axes& axis, bool keepdims);

Tensor sign(const Tensor& z);
Tensor sqrt(const Tensor& z);
Tensor exp(const Tensor& z);
Tensor expm1(const Tensor& z);
Tensor log(const Tensor& z);
Tensor log1p(const Tensor& z);
Tensor sin(const Tensor& z);
Tensor cos(const Tensor& z);
Tensor tan(const Tensor& z);
Tensor sinh(const Tensor& z);
Tensor cosh(const Tensor& z);
Tensor tanh(const Tensor& z);

}  // namespace complex_form
}  // namespace keravino::ops
