// Sums, means and extremes along axes. No axis stands for all; a reduced axis stays as one of size 1 with `keepdims`.
#pragma once

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// Sums; bool and small integers become int32 or uint32. Float sums are right to 1e-6 over millions of numbers.
Tensor sum(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor prod(Tensor x, Axes axis = std::nullopt, bool keepdims = false, std::optional<DType> dtype = std::nullopt);
/// Means in at least float32; NaN over no numbers.
Tensor mean(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor var(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor std(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
/// Greatest and least numbers; NaN if there is one. Error over no numbers unless `initial` is given.
Tensor max(Tensor x, Axes axis = std::nullopt, bool keepdims = false, Tensor initial = {});
Tensor min(Tensor x, Axes axis = std::nullopt, bool keepdims = false, Tensor initial = {});
Tensor amax(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor amin(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
/// Greatest minus least.
Tensor ptp(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor all(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
Tensor any(Tensor x, Axes axis = std::nullopt, bool keepdims = false);
/// How many numbers are not zero, as int32.
Tensor count_nonzero(Tensor x, Axes axis = std::nullopt);
/// Weighted means; weights have the shape of `x`, or of its one axis.
Tensor average(Tensor x, Axes axis = std::nullopt, Tensor weights = {});
/// log(sum(exp(x))) without overflow.
Tensor logsumexp(Tensor x, Axes axis = std::nullopt, bool keepdims = false);

}  // namespace keravino::ops
