// Pooling over windows, over everything, and to a given size.
#include "layers/families.h"
#include "layers/masks.h"

namespace keravino::layers {
namespace {

void check_rank(const Layer& layer, const Tensor& x, size_t rank) {
  if (x.rank() == static_cast<int64_t>(rank) + 2) return;
  throw layer.error(fmt::format("expected an input of rank {}, got {}", rank + 2, ops::to_string(x.shape())));
}

template <auto F, size_t rank>
Tensor pool(Layer& layer, const Tensor& x) {
  check_rank(layer, x, rank);
  const std::vector<int64_t> size = layer.sizes("pool_size", rank);
  const std::vector<int64_t> strides = layer.has("strides") ? layer.sizes("strides", rank) : size;
  return F(x, size, strides, layer.choice("padding", {"valid", "same"}), layer.data_format());
}

template <auto F, size_t rank>
Tensor global_pool(Layer& layer, const Tensor& x) {
  check_rank(layer, x, rank);
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), layer.channels_first() ? 2 : 1);
  return F(x, axes, layer.get_or("keepdims", false));
}

Tensor mean(const Tensor& x, const std::vector<int64_t>& axes, bool keepdims) { return ops::mean(x, axes, keepdims); }
Tensor max(const Tensor& x, const std::vector<int64_t>& axes, bool keepdims) { return ops::max(x, axes, keepdims); }

/// The mean of the steps that a mask lets through.
Tensor global_average_pool_1d(Layer& layer, const Tensor& x) {
  const Tensor mask = mask_of(layer, x);
  if (!mask) return global_pool<&mean, 1>(layer, x);
  check_rank(layer, x, 1);
  const int64_t steps = layer.channels_first() ? 2 : 1;
  const Tensor weights = ops::cast(ops::expand_dims(mask, {3 - steps}), x.dtype());
  const bool keepdims = layer.get_or("keepdims", false);
  return ops::sum(x * weights, {{steps}}, keepdims) / ops::sum(weights, {{steps}}, keepdims);
}

template <auto F, size_t rank>
Tensor adaptive_pool(Layer& layer, const Tensor& x) {
  check_rank(layer, x, rank);
  return F(x, layer.sizes("output_size", rank), layer.data_format());
}

constexpr Row kRows[] = {
    row<&pool<&ops::average_pool, 1>>("AveragePooling1D"),
    row<&pool<&ops::average_pool, 2>>("AveragePooling2D"),
    row<&pool<&ops::average_pool, 3>>("AveragePooling3D"),
    row<&pool<&ops::max_pool, 1>>("MaxPooling1D"),
    row<&pool<&ops::max_pool, 2>>("MaxPooling2D"),
    row<&pool<&ops::max_pool, 3>>("MaxPooling3D"),
    row<&global_average_pool_1d>("GlobalAveragePooling1D"),
    row<&global_pool<&mean, 2>>("GlobalAveragePooling2D"),
    row<&global_pool<&mean, 3>>("GlobalAveragePooling3D"),
    row<&global_pool<&max, 1>>("GlobalMaxPooling1D"),
    row<&global_pool<&max, 2>>("GlobalMaxPooling2D"),
    row<&global_pool<&max, 3>>("GlobalMaxPooling3D"),
    row<&adaptive_pool<&ops::adaptive_average_pool, 1>>("AdaptiveAveragePooling1D"),
    row<&adaptive_pool<&ops::adaptive_average_pool, 2>>("AdaptiveAveragePooling2D"),
    row<&adaptive_pool<&ops::adaptive_average_pool, 3>>("AdaptiveAveragePooling3D"),
    row<&adaptive_pool<&ops::adaptive_max_pool, 1>>("AdaptiveMaxPooling1D"),
    row<&adaptive_pool<&ops::adaptive_max_pool, 2>>("AdaptiveMaxPooling2D"),
    row<&adaptive_pool<&ops::adaptive_max_pool, 3>>("AdaptiveMaxPooling3D"),
};

}  // namespace

std::span<const Row> pooling_layers() { return kRows; }

}  // namespace keravino::layers
