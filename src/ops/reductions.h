// What reductions are made of.
#pragma once

#include "ops/shapes.h"

namespace keravino::ops {

/// The numbers that a reduction over these axes takes in.
Dim count(const Tensor& x, const Axes& axis);
/// True if it is known that there are none.
inline bool none(const Tensor& x, const Axes& axis) { return known(count(x, axis)) == 0; }

/// An OpenVINO reduction; `x` itself where there are no axes.
template <class Op>
Tensor reduce(const Tensor& x, const Axes& axis, bool keepdims) {
  const std::vector<int64_t> axes = normalize_axes(axis, x.rank());
  return axes.empty() ? x : make<Op>(x, axes, keepdims);
}

/// Sums in the dtype of `x`. Long float32 sums go in stages: the CPU plugin adds one by one, with an error that grows.
Tensor total(const Tensor& x, const Axes& axis, bool keepdims);
/// The root of a sum of squares: where all of them are 0, the gradient is 0, too.
Tensor root(const Tensor& squares);
/// The dtype in which floats are added up: float32 in place of float16 and bfloat16.
DType sum_precision(DType dtype);
/// The dtype of a sum: bool and small integers widen to 32 bits.
DType widened(DType dtype);
/// Whether each element is true: not zero.
Tensor truth(const Tensor& x);
/// The shape of a result of this reduction, filled with a number.
Tensor filled_like_reduced(const Tensor& x, const Axes& axis, bool keepdims, const Tensor& number, DType dtype);
/// Which elements are NaN.
Tensor is_nan(const Tensor& x);

}  // namespace keravino::ops
