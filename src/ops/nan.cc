#include "keravino/ops/nan.h"

#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// `x` with another number in place of NaN.
Tensor instead_of_nan(const Tensor& x, double number) {
  return is_inexact(x.dtype()) ? select(is_nan(strong(x)), as(number, x.dtype()), strong(x)) : strong(x);
}

/// How many elements are not NaN, in the dtype of `x`.
Tensor numbers_of(const Tensor& x, const Axes& axis, bool keepdims) {
  return as(total(as(x == x, DType::int32), axis, keepdims), x.dtype());
}

Tensor nan_mean_of(const Tensor& x, const Axes& axis, bool keepdims) {
  return total(instead_of_nan(x, 0), axis, keepdims) / numbers_of(x, axis, keepdims);
}

Tensor nan_variance(const Tensor& x, const Axes& axis, bool keepdims) {
  const Tensor missing = is_nan(x);
  const Tensor distance = select(missing, 0, x - nan_mean_of(x, axis, true));  // no NaN, so that its gradient is none
  return total(distance * distance, axis, keepdims) / numbers_of(x, axis, keepdims);
}

/// nanmax and nanmin: the extreme of what is left, NaN where nothing is.
Tensor nan_extreme(const Tensor& x, const Axes& axis, bool keepdims, bool greatest) {
  const DType dtype = is_float(x.dtype()) ? x.dtype() : result_type({x.dtype()});
  const double worst = greatest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  const Tensor rest = instead_of_nan(x, worst);
  const Tensor found = greatest ? max(rest, axis, keepdims) : min(rest, axis, keepdims);
  if (!is_float(dtype)) return as(found, dtype);
  const Tensor only_nan = reduce<v::v1::ReduceLogicalAnd>(is_nan(strong(x)), axis, keepdims);
  return select(only_nan, as(std::numeric_limits<double>::quiet_NaN(), dtype), found);
}

DType float_result(const Tensor& x) {
  return is_float(x.dtype()) ? x.dtype() : result_type({x.dtype(), DType::python_float});
}
DType compute_dtype(const Tensor& x) { return wide_result_type({x.dtype(), DType::float32}); }

}  // namespace

Tensor nansum(Tensor x, Axes axis, bool keepdims) { return sum(instead_of_nan(x, 0), std::move(axis), keepdims); }
Tensor nanprod(Tensor x, Axes axis, bool keepdims) { return prod(instead_of_nan(x, 1), std::move(axis), keepdims); }
Tensor nanmax(Tensor x, Axes axis, bool keepdims) { return nan_extreme(x, axis, keepdims, true); }
Tensor nanmin(Tensor x, Axes axis, bool keepdims) { return nan_extreme(x, axis, keepdims, false); }

Tensor nanmean(Tensor x, Axes axis, bool keepdims) {
  return as(nan_mean_of(as(x, compute_dtype(x)), axis, keepdims), float_result(x));
}
Tensor nanvar(Tensor x, Axes axis, bool keepdims) {
  return as(nan_variance(as(x, compute_dtype(x)), axis, keepdims), float_result(x));
}
Tensor nanstd(Tensor x, Axes axis, bool keepdims) {
  return as(root(nan_variance(as(x, compute_dtype(x)), axis, keepdims)), float_result(x));
}

namespace {
constexpr OpDef kOps[] = {
    op<&nansum>("numpy.nansum(x, axis=None, keepdims=False)", "Sum along axes with NaN as zero."),
    op<&nanprod>("numpy.nanprod(x, axis=None, keepdims=False)", "Product along axes with NaN as one."),
    op<&nanmax>("numpy.nanmax(x, axis=None, keepdims=False)", "Greatest element along axes but NaN."),
    op<&nanmin>("numpy.nanmin(x, axis=None, keepdims=False)", "Least element along axes but NaN."),
    op<&nanmean>("numpy.nanmean(x, axis=None, keepdims=False)", "Mean along axes of what is not NaN."),
    op<&nanvar>("numpy.nanvar(x, axis=None, keepdims=False)", "Variance along axes of what is not NaN."),
    op<&nanstd>("numpy.nanstd(x, axis=None, keepdims=False)", "Standard deviation along axes of what is not NaN."),
};
}  // namespace
std::span<const OpDef> nan_ops() { return kOps; }

}  // namespace keravino::ops
