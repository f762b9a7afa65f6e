#include "keravino/ops/norm.h"

#include "ops/families.h"
#include "ops/spatial.h"

namespace keravino::ops {

/// The mean is subtracted first: with mean / sqrt(variance) folded into the offset, a mean far from 0 would cost
/// digits.
Tensor batch_normalization(Tensor x, Tensor mean, Tensor variance, int64_t axis, Tensor offset, Tensor scale,
                           double epsilon) {
  const int64_t rank = x.rank();
  axis = normalize_axis(axis, rank);
  std::vector<DType> dtypes{to_float(x).dtype()};
  for (const Tensor& t : {mean, variance, offset, scale}) {
    if (t) dtypes.push_back(t.promotion_dtype());
  }
  const DType dtype = wide_result_type(dtypes);
  std::vector<int64_t> along(static_cast<size_t>(rank), 1);
  along[static_cast<size_t>(axis)] = -1;
  const auto vector = [&](const Tensor& t) {
    if (t.rank() != 1) throw Error("mean, variance, offset and scale must be vectors");
    return axis == rank - 1 ? as(t, dtype) : reshape_to(as(t, dtype), along);
  };
  const Tensor deviation = make<v::v0::Sqrt>(vector(variance) + epsilon);
  const Tensor factor = (scale ? vector(scale) : as(1.0, dtype)) / deviation;
  const Tensor y = (as(x, dtype) - vector(mean)) * factor;
  return offset ? y + vector(offset) : y;
}

/// In one process there is nothing to synchronise with: `synchronized` changes nothing.
std::pair<Tensor, Tensor> moments(Tensor x, std::vector<int64_t> axes, bool keepdims, bool /*synchronized*/) {
  x = to_float(x);
  const DType dtype = x.dtype();
  const std::vector<int64_t> over = normalize_axes(axes, x.rank());
  const bool half = dtype == DType::float16 || dtype == DType::bfloat16;
  if (half) x = as(x, DType::float32);
  const Tensor mean = make<v::v1::ReduceMean>(x, over, true);
  const Tensor centred = x - mean;
  const Tensor variance = make<v::v1::ReduceMean>(centred * centred, over, keepdims);
  const auto finish = [&](const Tensor& t) {  // beyond a half's range there is only its end
    if (dtype == DType::float16) return as(make<v::v0::Clamp>(t, -65504.0, 65504.0), dtype);
    return as(t, dtype);
  };
  return {finish(keepdims || over.empty() ? mean : make<v::v0::Squeeze>(mean, over)), finish(variance)};
}

namespace {
constexpr OpDef kOps[] = {
    op<&batch_normalization>("nn.batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3)",
                             "Normalises by a given mean and variance along an axis."),
    op<&moments>("nn.moments(x, axes, keepdims=False, synchronized=False)", "Mean and variance over axes."),
};
}  // namespace
std::span<const OpDef> norm_ops() { return kOps; }

}  // namespace keravino::ops
