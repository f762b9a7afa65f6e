// Running sums and products, and differences.
#pragma once

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// Sums (products) of all elements up to each, along an axis or of the flattened tensor; bool becomes int32.
Tensor cumsum(Tensor x, std::optional<int64_t> axis = std::nullopt, std::optional<DType> dtype = std::nullopt);
Tensor cumprod(Tensor x, std::optional<int64_t> axis = std::nullopt, std::optional<DType> dtype = std::nullopt);
/// The same with NaN as 0 (1).
Tensor nancumsum(Tensor x, std::optional<int64_t> axis = std::nullopt, std::optional<DType> dtype = std::nullopt);
Tensor nancumprod(Tensor x, std::optional<int64_t> axis = std::nullopt, std::optional<DType> dtype = std::nullopt);
/// Each element minus the one before, n times.
Tensor diff(Tensor a, int64_t n = 1, int64_t axis = -1);
/// The integral of `y` over `x`, or over steps of `dx`, by trapezoids.
Tensor trapezoid(Tensor y, Tensor x = {}, Tensor dx = 1.0, int64_t axis = -1);

}  // namespace keravino::ops
