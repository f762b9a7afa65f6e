// Layers that change shapes: crop, pad, repeat, reorder.
#include "layers/families.h"
#include "layers/models.h"

namespace keravino::layers {
namespace {

/// The first of `count` spatial axes; Error for an input of another rank.
int64_t first_spatial_axis(const Layer& layer, const Tensor& x, size_t count) {
  if (x.rank() != static_cast<int64_t>(count) + 2) {
    throw layer.error(fmt::format("expected an input of rank {}, got {}", count + 2, ops::to_string(x.shape())));
  }
  return layer.channels_first() ? 2 : 1;
}

template <size_t count>
Tensor cropping(Layer& layer, const Tensor& x) {
  const int64_t first = first_spatial_axis(layer, x, count);
  std::vector<int64_t> starts, stops, axes;
  for (const auto& [before, after] : layer.pairs("cropping", count)) {
    const int64_t axis = first + static_cast<int64_t>(axes.size());
    const ov::Dimension dim = x.shape()[static_cast<size_t>(axis)];
    if (before < 0 || after < 0 || (dim.is_static() && before + after >= dim.get_length())) {
      throw layer.error(
          fmt::format("cannot crop ({}, {}) off axis {} of {}", before, after, axis, ops::to_string(x.shape())));
    }
    starts.push_back(before);
    stops.push_back(after == 0 ? INT64_MAX : -after);
    axes.push_back(axis);
  }
  return ops::make<ov::op::v8::Slice>(x, starts, stops, std::vector<int64_t>(count, 1), axes);
}

template <size_t count>
Tensor zero_padding(Layer& layer, const Tensor& x) {
  const auto first = static_cast<size_t>(first_spatial_axis(layer, x, count));
  ops::PadWidth pads{std::vector<std::pair<int64_t, int64_t>>(static_cast<size_t>(x.rank()))};
  const auto pairs = layer.pairs("padding", count);
  for (size_t i = 0; i < count; ++i) {
    if (pairs[i].first < 0 || pairs[i].second < 0) throw layer.error("\"padding\" must not be negative");
    pads.pairs[first + i] = pairs[i];
  }
  return ops::pad(x, pads);
}

template <size_t count>
Tensor up_sampling(Layer& layer, const Tensor& x) {
  const int64_t first = first_spatial_axis(layer, x, count);
  const std::vector<int64_t> factors = layer.sizes("size", count);
  const std::string mode = layer.get_or<std::string>("interpolation", "nearest");
  if constexpr (count == 2) {
    if (mode != "nearest") {
      const std::vector<int64_t> size = {factors[0] * dimension(layer, x, first),
                                         factors[1] * dimension(layer, x, first + 1)};
      return ops::resize(x, size, mode, false, false, false, "constant", 0, layer.data_format());
    }
  }
  Tensor y = x;
  for (size_t i = 0; i < count; ++i) y = ops::repeat(y, {factors[i]}, first + static_cast<int64_t>(i));
  return y;
}

/// -1 for a batch that is open, the known sizes, and at most one more -1.
Tensor reshaped(const Layer& layer, const Tensor& x, std::vector<int64_t> inner) {
  if (x.rank() < 1) throw layer.error("expected an input with a batch dimension");
  const ov::Dimension batch = x.shape()[0];
  if (batch.is_static()) {
    inner.insert(inner.begin(), batch.get_length());
    return ops::reshape(x, inner);
  }
  const auto open = std::find(inner.begin(), inner.end(), -1);
  if (open == inner.end()) {
    inner.insert(inner.begin(), -1);
    return ops::reshape(x, inner);
  }
  // Two open sizes: the batch is copied from the input, which Reshape writes as 0.
  if (std::count(inner.begin(), inner.end(), -1) > 1) throw layer.error("has more than one open dimension");
  inner.insert(inner.begin(), 0);
  return ops::make<ov::op::v1::Reshape>(x, inner, true);
}

/// The elements of a sample, -1 if a dimension is open.
int64_t inner_size(const Layer& layer, const Tensor& x) {
  std::vector<int64_t> sizes;
  for (size_t axis = 1; axis < x.shape().size(); ++axis) {
    if (x.shape()[axis].is_dynamic()) return -1;
    sizes.push_back(x.shape()[axis].get_length());
  }
  return layer.product(sizes);
}

Tensor flatten(Layer& layer, const Tensor& input) {
  Tensor x = input;
  if (layer.channels_first() && x.rank() > 1) {
    std::vector<int64_t> axes(static_cast<size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 1);
    axes.front() = 0;
    axes.back() = 1;
    x = ops::transpose(x, axes);
  }
  return reshaped(layer, x, {inner_size(layer, x)});
}

/// Keras writes an open dimension as null or as -1.
json with_nulls(json shape) {
  for (json& dim : shape) {
    if (dim == -1) dim = nullptr;
  }
  return shape;
}

Tensor reshape(Layer& layer, const Tensor& x) {
  std::vector<int64_t> target;
  for (const ov::Dimension& dim : partial_shape(layer, with_nulls(layer.value("target_shape")))) {
    target.push_back(dim.is_static() ? dim.get_length() : -1);
  }
  const auto open = std::find(target.begin(), target.end(), -1);
  if (open != target.end()) {
    *open = 1;
    const int64_t known = layer.product(target), all = inner_size(layer, x);
    *open = all != -1 && known > 0 && all % known == 0 ? all / known : -1;
  }
  return reshaped(layer, x, target);
}

Tensor permute(Layer& layer, const Tensor& x) {
  std::vector<int64_t> axes = layer.get<std::vector<int64_t>>("dims");
  axes.insert(axes.begin(), 0);
  return ops::transpose(x, axes);
}

Tensor repeat_vector(Layer& layer, const Tensor& x) {
  if (x.rank() != 2) throw layer.error(fmt::format("expected an input of rank 2, got {}", ops::to_string(x.shape())));
  return ops::repeat(ops::expand_dims(x, {1}), {layer.get<int64_t>("n")}, 1);
}

constexpr Row kRows[] = {
    row<&cropping<1>>("Cropping1D"),
    row<&cropping<2>>("Cropping2D"),
    row<&cropping<3>>("Cropping3D"),
    row<&flatten>("Flatten"),
    row<&permute>("Permute"),
    row<&repeat_vector>("RepeatVector"),
    row<&reshape>("Reshape"),
    row<&up_sampling<1>>("UpSampling1D"),
    row<&up_sampling<2>>("UpSampling2D"),
    row<&up_sampling<3>>("UpSampling3D"),
    row<&zero_padding<1>>("ZeroPadding1D"),
    row<&zero_padding<2>>("ZeroPadding2D"),
    row<&zero_padding<3>>("ZeroPadding3D"),
};

}  // namespace

std::span<const Row> reshaping_layers() { return kRows; }

}  // namespace keravino::layers
