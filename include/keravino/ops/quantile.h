// Medians and quantiles.
#pragma once

#include <string>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// The number below which a share `q` of the elements lies; several shares come as the first axis. NaN if one is NaN.
/// method: linear, lower, higher, nearest or midpoint. Error for a `q` that is not known or not within [0, 1].
Tensor quantile(Tensor x, Tensor q, Axes axis = std::nullopt, std::string method = "linear", bool keepdims = false);
/// The same with `q` in [0, 100].
Tensor percentile(Tensor x, Tensor q, Axes axis = std::nullopt, std::string method = "linear", bool keepdims = false);
Tensor median(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
/// The same of what is not NaN.
Tensor nanquantile(Tensor x, Tensor q, Axes axis = std::nullopt, std::string method = "linear", bool keepdims = false);
Tensor nanpercentile(Tensor x, Tensor q, Axes axis = std::nullopt, std::string method = "linear",
                     bool keepdims = false);
Tensor nanmedian(Tensor x, Axes axis = std::nullopt, bool keepdims = false);

}  // namespace keravino::ops
