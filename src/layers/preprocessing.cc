// Layers that prepare images and features.
#include "layers/arguments.h"
#include "layers/families.h"

namespace keravino::layers {
namespace {

/// A number or a nested list of numbers in a config, as a constant.
Tensor numbers(const Layer& layer, std::string_view key) {
  const ops::Arg arg = argument(layer, layer.value(key), [&](const History&, const json&) -> Tensor {
    throw layer.error(fmt::format("\"{}\" holds a tensor of the model", key));
  });
  try {
    return ops::cast(ops::convert<Tensor>(arg), layer.compute_dtype());
  } catch (const Error&) {
    throw layer.error(fmt::format("\"{}\" is {}, wanted numbers", key, layer.value(key).dump()));
  }
}

Tensor rescaling(Layer& layer, const Tensor& x) {
  return ops::cast(x, layer.compute_dtype()) * numbers(layer, "scale") + numbers(layer, "offset");
}

Tensor normalization(Layer& layer, const Tensor& input) {
  const Tensor x = ops::cast(input, layer.compute_dtype());
  std::vector<int64_t> axes;
  if (layer.has("axis")) axes = ops::normalize_axes(layer.get<std::vector<int64_t>>("axis"), x.rank());
  std::sort(axes.begin(), axes.end());
  std::vector<int64_t> kept, broadcast(static_cast<size_t>(x.rank()), 1);
  for (const int64_t axis : axes) {
    kept.push_back(dimension(layer, x, axis));
    broadcast[static_cast<size_t>(axis)] = kept.back();
  }
  Tensor mean, variance;
  if (layer.has("mean")) {
    mean = numbers(layer, "mean");
    variance = numbers(layer, "variance");
    // Their axes are the last of the kept ones.
    std::vector<int64_t> shape(broadcast.size(), 1);
    const std::vector<int64_t> given = ops::static_shape(mean);
    if (given.size() > axes.size()) throw layer.error("\"mean\" has more axes than \"axis\" keeps");
    for (size_t i = 1; i <= given.size(); ++i)
      shape[static_cast<size_t>(axes[axes.size() - i])] = given[given.size() - i];
    broadcast = shape;
  } else {
    mean = layer.statistic("mean", kept);
    variance = layer.statistic("variance", kept);
    layer.statistic("count", {});
  }
  mean = ops::reshape(mean, broadcast);
  const Tensor deviation = ops::maximum(ops::sqrt(ops::reshape(variance, broadcast)), 1e-7);
  return layer.get_or("invert", false) ? mean + x * deviation : (x - mean) / deviation;
}

std::vector<int64_t> image_size(const Layer& layer) {
  return {layer.get<int64_t>("height"), layer.get<int64_t>("width")};
}

Tensor resizing(Layer& layer, const Tensor& x) {
  return ops::resize(x, image_size(layer), layer.get_or<std::string>("interpolation", "bilinear"),
                     layer.get_or("antialias", false), layer.get_or("crop_to_aspect_ratio", false),
                     layer.get_or("pad_to_aspect_ratio", false), layer.get_or<std::string>("fill_mode", "constant"),
                     layer.get_or("fill_value", 0.0), layer.data_format());
}

Tensor center_crop(Layer& layer, const Tensor& input) {
  const Tensor x = ops::cast(input, layer.compute_dtype());
  const int64_t rank = x.rank();
  if (rank != 3 && rank != 4)
    throw layer.error(fmt::format("expected an input of rank 3 or 4, got {}", ops::to_string(x.shape())));
  const int64_t first = layer.channels_first() ? rank - 2 : rank - 3;
  const std::vector<int64_t> size = image_size(layer);
  std::vector<int64_t> starts, stops;
  for (size_t i = 0; i < 2; ++i) {
    const int64_t dim = dimension(layer, x, first + static_cast<int64_t>(i));
    // What is too small is enlarged until it covers the size.
    if (size[i] > dim) return ops::resize(x, size, "bilinear", false, true, false, "constant", 0, layer.data_format());
    starts.push_back((dim - size[i]) / 2);
    stops.push_back(starts.back() + size[i]);
  }
  return ops::make<ov::op::v8::Slice>(x, starts, stops, std::vector<int64_t>{1, 1},
                                      std::vector<int64_t>{first, first + 1});
}

constexpr Row kRows[] = {
    row<&center_crop>("CenterCrop"),
    row<&normalization>("Normalization", Masks::passed),
    row<&rescaling>("Rescaling", Masks::passed),
    row<&resizing>("Resizing"),
};

}  // namespace

std::span<const Row> preprocessing_layers() { return kRows; }

}  // namespace keravino::layers
