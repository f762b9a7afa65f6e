// Normalisation with statistics from training, or of the input itself.
#include "layers/families.h"
#include "layers/masks.h"

namespace keravino::layers {
namespace {

/// At least float32: half precision overflows in sums of squares.
Tensor to_float32(const Tensor& x) { return ops::cast(x, result_type({x.dtype(), DType::float32})); }

/// Mean and variance of what a mask leaves in, as Keras weighs them.
std::pair<Tensor, Tensor> masked_moments(const Tensor& x, const Tensor& mask, const std::vector<int64_t>& axes) {
  constexpr double kEpsilon = 1e-7;
  const Tensor counts = up_to_rank(mask, x.rank());
  const auto sum = [&](const Tensor& values) { return ops::sum(ops::where(counts, values, 0), axes, true); };
  const Tensor count = sum(ops::ones_like(x)) + kEpsilon;
  const Tensor mean = sum(x) / count, variance = sum(ops::square(x - mean)) / count;
  return {ops::squeeze(mean, axes), ops::squeeze(variance, axes)};
}

/// Mean and variance of this batch, which also go into the moving averages.
std::pair<Tensor, Tensor> batch_moments(Layer& layer, const Tensor& x, int64_t axis, const Tensor& mask,
                                        const Tensor& moving_mean, const Tensor& moving_variance) {
  if (layer.get_or("renorm", false))
    throw layer.error("renorm=true is not supported in training", Error::Kind::unsupported);
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (i != axis) axes.push_back(i);
  }
  const auto [mean, variance] = mask ? masked_moments(x, mask, axes) : ops::moments(x, axes, false, false);
  const double momentum = layer.get_or("momentum", 0.99);
  layer.assign("moving_mean", moving_mean * momentum + mean * (1 - momentum));
  layer.assign("moving_variance", moving_variance * momentum + variance * (1 - momentum));
  return {mean, variance};
}

Tensor batch_normalization(Layer& layer, const Tensor& input) {
  const Tensor x = to_float32(input);
  const int64_t axis = ops::normalize_axis(layer.sizes("axis", 1)[0], x.rank());
  const int64_t channels = dimension(layer, x, axis);
  const auto weight = [&](const char* name) { return ops::cast(layer.weight(name, {channels}), x.dtype()); };
  const auto statistic = [&](const char* name) { return ops::cast(layer.statistic(name, {channels}), x.dtype()); };
  Tensor gamma, beta;
  if (layer.get_or("scale", true)) gamma = weight("gamma");
  if (layer.get_or("center", true)) beta = weight("beta");
  Tensor mean = statistic("moving_mean"), variance = statistic("moving_variance");
  // Renormalisation acts in training only, but keeps statistics of its own.
  if (layer.get_or("renorm", false)) {
    layer.statistic("renorm_mean", {channels});
    layer.statistic("renorm_stddev", {channels});
  }
  if (layer.training() && layer.trainable())
    std::tie(mean, variance) = batch_moments(layer, x, axis, mask_of(layer, input), mean, variance);
  const Tensor y = ops::batch_normalization(x, mean, variance, axis, beta, gamma, layer.get_or("epsilon", 1e-3));
  return ops::cast(y, layer.compute_dtype());
}

/// The axes to normalise, and their sizes: the shape of gamma and beta.
std::pair<std::vector<int64_t>, std::vector<int64_t>> axes_and_shape(const Layer& layer, const Tensor& x) {
  std::vector<int64_t> axes = ops::normalize_axes(layer.get<std::vector<int64_t>>("axis"), x.rank()), shape;
  for (const int64_t axis : axes) shape.push_back(dimension(layer, x, axis));
  return {axes, shape};
}

/// A weight over some axes, in the places where it broadcasts against an input of this rank.
Tensor along(const Tensor& weight, const std::vector<int64_t>& axes, const std::vector<int64_t>& shape, int64_t rank) {
  std::vector<int64_t> broadcast(static_cast<size_t>(rank), 1);
  for (size_t i = 0; i < axes.size(); ++i) broadcast[static_cast<size_t>(axes[i])] = shape[i];
  return ops::reshape(weight, broadcast);
}

Tensor layer_normalization(Layer& layer, const Tensor& input) {
  if (layer.get_or("rms_scaling", false)) {
    throw layer.error("rms_scaling=true is not supported; use RMSNormalization", Error::Kind::unsupported);
  }
  const Tensor x = to_float32(input);
  const auto [axes, shape] = axes_and_shape(layer, x);
  const auto weight = [&, &a = axes, &s = shape](const char* name) {
    return ops::cast(along(layer.weight(name, s), a, s, x.rank()), x.dtype());
  };
  Tensor y = ops::make<ov::op::v6::MVN>(x, axes, true, static_cast<float>(layer.get_or("epsilon", 1e-3)),
                                        ov::op::MVNEpsMode::INSIDE_SQRT);
  if (layer.get_or("scale", true)) y = y * weight("gamma");
  if (layer.get_or("center", true)) y = y + weight("beta");
  return ops::cast(y, layer.compute_dtype());
}

Tensor rms_normalization(Layer& layer, const Tensor& input) {
  const Tensor x = to_float32(input);
  const auto [axes, shape] = axes_and_shape(layer, x);
  const Tensor scale = ops::cast(along(layer.weight("scale", shape), axes, shape, x.rank()), x.dtype());
  const Tensor mean_square = ops::mean(ops::square(x), axes, true);
  return ops::cast(x * ops::rsqrt(mean_square + layer.get_or("epsilon", 1e-6)) * scale, layer.compute_dtype());
}

Tensor group_normalization(Layer& layer, const Tensor& input) {
  const Tensor x = to_float32(input);
  const int64_t rank = x.rank();
  const int64_t axis = ops::normalize_axis(layer.get_or<int64_t>("axis", -1), rank);
  const int64_t channels = dimension(layer, x, axis);
  int64_t groups = layer.get<int64_t>("groups");
  if (groups == -1) groups = channels;
  if (groups < 1 || channels % groups != 0) {
    throw layer.error(fmt::format("{} channels do not fall into {} groups", channels, groups));
  }
  // (batch, ..., channels) becomes (batch, ..., groups, channels / groups), and all but batch and groups are averaged.
  std::vector<int64_t> split = inner_shape(layer, x);
  split.insert(split.begin(), -1);
  split[static_cast<size_t>(axis)] = channels / groups;
  split.insert(split.begin() + axis, groups);
  std::vector<int64_t> axes;
  for (int64_t i = 1; i <= rank; ++i) {
    if (i != axis) axes.push_back(i);
  }
  const Tensor grouped = ops::reshape(x, split);
  const auto [mean, variance] = ops::moments(grouped, axes, true, false);
  std::vector<int64_t> broadcast(static_cast<size_t>(rank) + 1, 1);
  broadcast[static_cast<size_t>(axis)] = groups;
  broadcast[static_cast<size_t>(axis) + 1] = channels / groups;
  const auto weight = [&](const char* name) {
    return ops::cast(ops::reshape(layer.weight(name, {channels}), broadcast), x.dtype());
  };
  Tensor scale = ops::rsqrt(variance + layer.get_or("epsilon", 1e-3));
  if (layer.get_or("scale", true)) scale = scale * weight("gamma");
  Tensor shift = -mean * scale;
  if (layer.get_or("center", true)) shift = shift + weight("beta");
  std::vector<int64_t> whole = inner_shape(layer, x);
  whole.insert(whole.begin(), -1);
  return ops::cast(ops::reshape(grouped * scale + shift, whole), layer.compute_dtype());
}

Tensor unit_normalization(Layer& layer, const Tensor& x) {
  const auto axes = layer.get<std::vector<int64_t>>("axis");
  const Tensor square_sum = ops::sum(ops::square(x), axes, true);
  // keras.ops.normalize with order 2 and epsilon 1e-12.
  return ops::multiply(x, ops::rsqrt(ops::maximum(square_sum, 1e-24)));
}

/// The layer within, whose kernel training has normalised.
Tensor spectral_normalization(Layer& layer, const Tensor& x) {
  if (layer.training()) throw layer.error("is not supported in training", Error::Kind::unsupported);
  const Layer within = layer.sub("layer");
  const Tensor y = build(within, x);
  const ov::Shape kernel = layer.copy("kernel", within).start.shape().to_shape();
  layer.statistic("vector_u", {1, static_cast<int64_t>(kernel.back())});  // of power iterations, which training does
  return ops::cast(y, x.dtype());
}

constexpr Row kRows[] = {
    row<&batch_normalization>("BatchNormalization", Masks::passed),
    row<&group_normalization>("GroupNormalization", Masks::passed),
    row<&layer_normalization>("LayerNormalization", Masks::passed),
    row<&rms_normalization>("RMSNormalization"),
    row<&spectral_normalization>("SpectralNormalization"),
    row<&unit_normalization>("UnitNormalization", Masks::passed),
};

}  // namespace

std::span<const Row> normalization_layers() { return kRows; }

}  // namespace keravino::layers
