// Special functions, distances, and the bits of numbers.
#pragma once

#include <optional>

#include "keravino/tensor.h"

namespace keravino::ops {

/// The inverse of the error function; infinite at -1 and 1, NaN beyond.
Tensor erfinv(Tensor x);
/// The modified Bessel function of the first kind and order 0.
Tensor i0(Tensor x);
/// The next float after x1 towards x2.
Tensor nextafter(Tensor x1, Tensor x2);
/// Euclidean distances between the rows of x (..., m, d) and y (..., n, d): (..., m, n).
Tensor cdist(Tensor x, Tensor y);
/// The same bits as numbers of another dtype; where sizes differ the last axis grows or shrinks.
Tensor view(Tensor x, std::optional<DType> dtype = std::nullopt);

/// Windows of x points, which taper to the ends (Bartlett's is a triangle). No points make an empty tensor.
Tensor bartlett(Tensor x);
Tensor blackman(Tensor x);
Tensor hamming(Tensor x);
Tensor hanning(Tensor x);
Tensor kaiser(Tensor x, Tensor beta);

}  // namespace keravino::ops
