// Norms of vectors and matrices.
#pragma once

#include <variant>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// The order of a norm: a number (infinities too), "fro", or the usual one of 2 for vectors and "fro" for matrices.
using NormOrder = std::optional<std::variant<double, std::string>>;

/// The norm over one axis (of vectors) or two (of matrices); of all elements without an order and axes.
Tensor norm(Tensor x, NormOrder ord = std::nullopt, Axes axis = std::nullopt, bool keepdims = false);

}  // namespace keravino::ops
