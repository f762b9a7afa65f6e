#include "keravino/ops/norm.h"

#include "kernels/after.h"
#include "kernels/channels.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"
#include "ops/shapes.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

/// The gradients of x, mean, variance, and of scale and offset where they are there, from two sums over each channel.
std::vector<Tensor> batch_normalization_gradient(const std::vector<Tensor>& xs, const Tensor& g, bool scaled,
                                                 bool shifted, double epsilon) {
  const Tensor &x = xs[0], &mean = xs[1], &variance = xs[2];
  const auto sums = make_all<kernels::ChannelSums>(std::vector<Tensor>{g, x, mean});
  const Tensor inverse = 1 / make<v::v0::Sqrt>(variance + epsilon);
  const Tensor factor = scaled ? xs[3] * inverse : inverse;
  std::vector<Tensor> result{g * factor, -factor * sums[0], -0.5 * factor * inverse * inverse * sums[1]};
  if (scaled) result.push_back(inverse * sums[1]);
  if (shifted) result.push_back(sums[0]);
  return result;
}

/// Mean and variance of each channel by a kernel, with the axes that were reduced kept.
std::pair<Tensor, Tensor> channel_moments(const Tensor& x) {
  const auto found = make_all<kernels::ChannelMoments>(std::vector<Tensor>{x});
  const auto vjp = [](const std::vector<Tensor>& xs, const std::vector<Tensor>& ys, const std::vector<Tensor>& gs) {
    const std::vector<int64_t> shape = static_shape(xs[0]);
    const double count = static_cast<double>(ov::shape_size(ov::Shape(shape.begin(), shape.end() - 1)));
    Tensor g = gs[0] ? gs[0] / count : Tensor();
    if (gs[1]) {
      // Not the difference that the forward pass takes: that one would be kept until here, as large as x.
      const Tensor mean = make<kernels::After>(std::vector<Tensor>{ys[0], gs[1]});
      const Tensor more = (xs[0] - mean) * (gs[1] * (2 / count));
      g = g ? g + more : more;
    }
    return std::vector<Tensor>{g + filled(dims(xs[0]), 0, xs[0].dtype())};
  };
  const auto own = with_gradient(found, {x}, vjp);
  std::vector<int64_t> kept(static_cast<size_t>(x.rank()), 1);
  kept.back() = -1;
  return {reshape_to(own[0], kept), reshape_to(own[1], kept)};
}

/// Whether `over` are all axes but the last.
bool is_by_channel(const Tensor& x, const std::vector<int64_t>& over) {
  return static_cast<int64_t>(over.size()) == x.rank() - 1 &&
         std::find(over.begin(), over.end(), x.rank() - 1) == over.end();
}

}  // namespace

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
  const Tensor normal = (as(x, dtype) - vector(mean)) * factor;
  const Tensor y = offset ? normal + vector(offset) : normal;
  if (axis != rank - 1 || !takes_kernels(y)) return y;
  std::vector<Tensor> inputs{as(x, dtype), as(mean, dtype), as(variance, dtype)};
  for (const Tensor& t : {scale, offset}) {
    if (t) inputs.push_back(as(t, dtype));
  }
  const bool scaled = static_cast<bool>(scale), shifted = static_cast<bool>(offset);
  return with_gradient({y}, inputs, [=](const auto& xs, const auto&, const auto& gs) {
    return batch_normalization_gradient(xs, gs[0], scaled, shifted, epsilon);
  })[0];
}

/// In one process there is nothing to synchronise with: `synchronized` changes nothing.
std::pair<Tensor, Tensor> moments(Tensor x, std::vector<int64_t> axes, bool keepdims, bool /*synchronized*/) {
  x = to_float(x);
  const DType dtype = x.dtype();
  const std::vector<int64_t> over = normalize_axes(axes, x.rank());
  const bool half = dtype == DType::float16 || dtype == DType::bfloat16;
  if (half) x = as(x, DType::float32);
  if (takes_kernels(x) && x.shape().is_static() && !over.empty() && is_by_channel(x, over)) {
    const auto [mean, variance] = channel_moments(x);
    return {keepdims ? mean : make<v::v0::Squeeze>(mean, over),
            keepdims ? variance : make<v::v0::Squeeze>(variance, over)};
  }
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
