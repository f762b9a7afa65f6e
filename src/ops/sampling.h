// Tensors read at fractional places.
#pragma once

#include "ops/shapes.h"

namespace keravino::ops {

/// How places between elements and beyond the ends are read. Order 0 takes the nearest element, 1 mixes neighbours.
struct Sampling {
  int64_t order = 1;
  std::string fill_mode = "constant";
  double fill_value = 0;
};

/// Error for an order or a fill mode that there is not.
void check(const Sampling& sampling);

/// `x` at these places: one tensor of coordinates (B..., P...) for each of the axes behind the first `batch` (B...),
/// which both have in common. Result: (B..., P..., remaining axes). Integers are rounded.
Tensor sampled(const Tensor& x, const std::vector<Tensor>& coordinates, int64_t batch, const Sampling& sampling);

}  // namespace keravino::ops
