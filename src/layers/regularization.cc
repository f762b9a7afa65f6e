// Layers that act in training only: at inference each gives its input.
#include "layers/families.h"
#include "layers/regularizers.h"

namespace keravino::layers {
namespace {

/// How much a layer drops or adds; 0 where it does nothing.
double rate_of(const Layer& layer, const char* key = "rate") { return layer.training() ? layer.get<double>(key) : 0; }

/// The config's "noise_shape", where null stands for the input's dimension.
std::optional<ops::Dims> noise_shape(const Layer& layer, const Tensor& x) {
  if (!layer.has("noise_shape")) return std::nullopt;
  const json& given = layer.value("noise_shape");
  const auto is_dim = [](const json& item) { return item.is_null() || item.is_number_integer(); };
  if (!given.is_array() || static_cast<int64_t>(given.size()) != x.rank() || !std::ranges::all_of(given, is_dim))
    throw layer.error(fmt::format("\"noise_shape\" is {}, wanted {} integers or nulls", given.dump(), x.rank()));
  std::vector<int64_t> shape;
  for (const json& item : given) {
    const auto axis = static_cast<int64_t>(shape.size());
    shape.push_back(item.is_null() ? dimension(layer, x, axis) : item.get<int64_t>());
  }
  return shape;
}

Tensor dropout(Layer& layer, const Tensor& x) {
  const double rate = rate_of(layer);
  return rate == 0 ? x : ops::dropout(x, rate, noise_shape(layer, x), layer.seed());
}

/// Drops whole channels.
Tensor spatial_dropout(Layer& layer, const Tensor& x) {
  const double rate = rate_of(layer);
  if (rate == 0) return x;
  std::vector<int64_t> shape(static_cast<size_t>(x.rank()), 1);
  for (const int64_t axis : {int64_t{0}, layer.channel_axis(x.rank())})
    shape[static_cast<size_t>(axis)] = dimension(layer, x, axis);
  return ops::dropout(x, rate, shape, layer.seed());
}

Tensor noise(Layer& layer, const Tensor& x, double mean, double deviation) {
  return ops::normal(ops::static_shape(x), mean, deviation, layer.compute_dtype(), layer.seed());
}

Tensor gaussian_noise(Layer& layer, const Tensor& x) {
  const double deviation = rate_of(layer, "stddev");
  return deviation == 0 ? x : x + noise(layer, x, 0.0, deviation);
}

Tensor gaussian_dropout(Layer& layer, const Tensor& x) {
  const double rate = rate_of(layer);
  return rate == 0 ? x : x * noise(layer, x, 1.0, std::sqrt(rate / (1 - rate)));
}

/// Dropout to the negative limit of SELU, scaled and moved so that mean and variance stay (Klambauer et al. 2017).
Tensor alpha_dropout(Layer& layer, const Tensor& x) {
  const double rate = rate_of(layer);
  if (rate == 0) return x;
  const double limit = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;
  const ops::Dims shape = noise_shape(layer, x).value_or(ops::static_shape(x));
  const Tensor random = ops::uniform(shape, 0.0, 1.0, DType::float32, layer.seed());
  const Tensor kept = ops::cast(random >= rate, x.dtype());
  const double scale = 1 / std::sqrt((1 - rate) * (1 + rate * limit * limit));
  return scale * (x * kept + limit * (1 - kept)) - scale * limit * rate;
}

Tensor activity_regularization(Layer& layer, const Tensor& x) {
  if (layer.source().purpose != Purpose::predict)
    layer.source().losses.push_back(l1_l2(layer, x) / static_cast<double>(dimension(layer, x, 0)));
  return x;
}

/// ConvNeXt's own layer, which Keras saves with its models: drops a branch for whole samples.
Tensor stochastic_depth(Layer& layer, const Tensor& x) {
  if (!layer.training()) return x;
  throw layer.error("is not supported in training", Error::Kind::unsupported);
}

constexpr Row kRows[] = {
    row<&activity_regularization>("ActivityRegularization", Masks::passed),
    row<&alpha_dropout>("AlphaDropout", Masks::passed),
    row<&dropout>("Dropout", Masks::passed),
    row<&gaussian_dropout>("GaussianDropout", Masks::passed),
    row<&gaussian_noise>("GaussianNoise", Masks::passed),
    row<&spatial_dropout>("SpatialDropout1D", Masks::passed),
    row<&spatial_dropout>("SpatialDropout2D", Masks::passed),
    row<&spatial_dropout>("SpatialDropout3D", Masks::passed),
    row<&stochastic_depth>("StochasticDepth"),
};

}  // namespace

std::span<const Row> regularization_layers() { return kRows; }

}  // namespace keravino::layers
