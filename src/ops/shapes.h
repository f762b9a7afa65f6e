// Shape arithmetic that stays in numbers where shapes are static and becomes a graph where they are not.
#pragma once

#include "ops/make.h"

namespace keravino::ops {

/// A constant of these numbers.
Tensor constant_tensor(const std::vector<int64_t>& numbers, const ov::Shape& shape, DType dtype);
Tensor constant_tensor(const std::vector<double>& numbers, const ov::Shape& shape, DType dtype);
/// A vector of int64 as a tensor: for shapes and axes.
Tensor ints(const std::vector<int64_t>& numbers);

/// The dimension of an axis (negative ones count from the end): a number, or a scalar tensor where it is dynamic.
Dim dim(const Tensor& x, int64_t axis);
/// All of them.
std::vector<Dim> dims(const Tensor& x);
/// The number, if it is one.
std::optional<int64_t> known(const Dim& dim);
/// An int64 scalar or an int64 vector of one, for a node's input.
Tensor as_scalar(const Dim& dim);
Tensor as_vector(const Dim& dim);

Dim operator+(const Dim& a, const Dim& b);
Dim operator-(const Dim& a, const Dim& b);
Dim operator*(const Dim& a, const Dim& b);
Dim smaller(const Dim& a, const Dim& b);
Dim larger(const Dim& a, const Dim& b);
/// The product of some dimensions; 1 for none.
Dim product(const std::vector<Dim>& dims);

/// 0, 1, ..., n - 1.
Tensor iota(const Dim& n, DType dtype);
/// A number of this dtype in every place of a shape.
Tensor filled(const Dims& shape, const Tensor& number, DType dtype);
/// The part of an axis from `start` up to `stop`, by `step`; bounds as in OpenVINO's Slice.
Tensor slice_axis(const Tensor& x, int64_t axis, const Dim& start, const Dim& stop, int64_t step = 1);
/// The number of a scalar whose value is known: anything but a tensor of a traced graph.
std::optional<double> known_scalar(const Tensor& t);

}  // namespace keravino::ops
