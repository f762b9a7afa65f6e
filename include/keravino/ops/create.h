// Tensors made from shapes and numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// `x` as a tensor of this dtype, or of its own.
Tensor array(Tensor x, std::optional<DType> dtype = std::nullopt);
/// The same tensor: tensors do not change.
Tensor copy(Tensor x);
/// A tensor of this shape and one number; floatx unless `dtype` is given.
Tensor full(Dims shape, Tensor fill_value, std::optional<DType> dtype = std::nullopt);
Tensor zeros(Dims shape, std::optional<DType> dtype = std::nullopt);
Tensor ones(Dims shape, std::optional<DType> dtype = std::nullopt);
Tensor empty(Dims shape, std::optional<DType> dtype = std::nullopt);
/// A tensor of the shape of `x`, and of its dtype unless `dtype` is given.
Tensor full_like(Tensor x, Tensor fill_value, std::optional<DType> dtype = std::nullopt);
Tensor zeros_like(Tensor x, std::optional<DType> dtype = std::nullopt);
Tensor ones_like(Tensor x, std::optional<DType> dtype = std::nullopt);
Tensor empty_like(Tensor x, std::optional<DType> dtype = std::nullopt);
/// start, start + step, ... before `stop`; with one number that is `stop`.
Tensor arange(Tensor start, Tensor stop = {}, Tensor step = {}, std::optional<DType> dtype = std::nullopt);
/// `num` numbers from `start` to `stop` along a new axis; start and stop may be tensors that broadcast.
Tensor linspace(Tensor start, Tensor stop, int64_t num = 50, bool endpoint = true,
                std::optional<DType> dtype = std::nullopt, int64_t axis = 0);
/// base ** linspace(start, stop).
Tensor logspace(Tensor start, Tensor stop, int64_t num = 50, bool endpoint = true, double base = 10,
                std::optional<DType> dtype = std::nullopt, int64_t axis = 0);
/// A geometric progression from `start` to `stop`.
Tensor geomspace(Tensor start, Tensor stop, int64_t num = 50, bool endpoint = true,
                 std::optional<DType> dtype = std::nullopt, int64_t axis = 0);
/// Ones on the k-th diagonal of an N x M matrix; M is N unless given.
Tensor eye(Dim N, std::optional<Dim> M = std::nullopt, int64_t k = 0, std::optional<DType> dtype = std::nullopt);
/// The n x n identity matrix; floatx unless `dtype` is given.
Tensor identity(Dim n, std::optional<DType> dtype = std::nullopt);
/// Ones at and below the k-th diagonal of an N x M matrix.
Tensor tri(Dim N, std::optional<Dim> M = std::nullopt, int64_t k = 0, std::optional<DType> dtype = std::nullopt);
/// Coordinate matrices from vectors; indexing is "xy" or "ij".
std::vector<Tensor> meshgrid(std::vector<Tensor> x, std::string indexing = "xy");
/// Powers of a vector as columns, the highest first unless `increasing`.
Tensor vander(Tensor x, std::optional<int64_t> N = std::nullopt, bool increasing = false);

}  // namespace keravino::ops
