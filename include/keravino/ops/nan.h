// Reductions that pass over NaN.
#pragma once

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

Tensor nansum(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor nanprod(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
/// NaN where there is nothing else.
Tensor nanmax(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor nanmin(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor nanmean(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor nanvar(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor nanstd(Tensor x, Axes axis = std::nullopt, bool keepdims = false);

}  // namespace keravino::ops
