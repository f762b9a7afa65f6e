// Convolutions of every kind.
#include "layers/activation.h"
#include "layers/families.h"

namespace keravino::layers {
namespace {

/// What all convolutions read from their configs.
struct Window {
  Window(const Layer& layer, const Tensor& x, size_t rank)
      : kernel(layer.sizes("kernel_size", rank)),
        strides(layer.sizes("strides", rank)),
        dilation(layer.sizes("dilation_rate", rank)),
        padding(layer.choice("padding", {"valid", "same", "causal"})),
        format(layer.data_format()) {
    if (x.rank() != static_cast<int64_t>(rank) + 2) {
      throw layer.error(fmt::format("expected an input of rank {}, got {}", rank + 2, ops::to_string(x.shape())));
    }
    channels = dimension(layer, x, layer.channel_axis(x.rank()));
  }

  /// The shape of a kernel: the window's sizes, then these.
  std::vector<int64_t> kernel_shape(std::initializer_list<int64_t> more) const {
    std::vector<int64_t> shape = kernel;
    shape.insert(shape.end(), more);
    return shape;
  }

  std::vector<int64_t> kernel, strides, dilation;
  std::string padding, format;
  int64_t channels;
};

/// Adds the bias, if the layer has one, along the axis of channels; then the activation.
Tensor finish(Layer& layer, Tensor x, int64_t filters) {
  if (layer.get_or("use_bias", true)) {
    Tensor bias = layer.weight("bias", {filters});
    if (layer.channels_first()) {
      std::vector<int64_t> shape(static_cast<size_t>(x.rank()) - 1, 1);
      shape[0] = filters;
      bias = ops::reshape(bias, shape);
    }
    x = ops::add(x, bias);
  }
  return activate(layer, x);
}

template <size_t rank>
Tensor conv(Layer& layer, const Tensor& input) {
  Tensor x = input;
  Window window(layer, x, rank);
  const int64_t filters = layer.get<int64_t>("filters"), groups = layer.get_or<int64_t>("groups", 1);
  if (groups < 1 || window.channels % groups != 0) {
    throw layer.error(fmt::format("{} channels do not fall into {} groups", window.channels, groups));
  }
  const Tensor kernel = layer.weight("kernel", window.kernel_shape({window.channels / groups, filters}));
  if (window.padding == "causal") {
    ops::PadWidth pads{std::vector<std::pair<int64_t, int64_t>>(3)};
    pads.pairs[layer.channels_first() ? 2 : 1].first = window.dilation[0] * (window.kernel[0] - 1);
    x = ops::pad(x, pads);
    window.padding = "valid";
  }
  return finish(layer, ops::conv(x, kernel, window.strides, window.padding, window.format, window.dilation), filters);
}

template <size_t rank>
Tensor conv_transpose(Layer& layer, const Tensor& x) {
  const Window window(layer, x, rank);
  const int64_t filters = layer.get<int64_t>("filters");
  const Tensor kernel = layer.weight("kernel", window.kernel_shape({filters, window.channels}));
  std::optional<std::vector<int64_t>> output_padding;
  if (layer.has("output_padding")) output_padding = layer.sizes("output_padding", rank);
  return finish(
      layer,
      ops::conv_transpose(x, kernel, window.strides, window.padding, output_padding, window.format, window.dilation),
      filters);
}

template <size_t rank>
Tensor depthwise_conv(Layer& layer, const Tensor& x) {
  const Window window(layer, x, rank);
  const int64_t multiplier = layer.get_or<int64_t>("depth_multiplier", 1);
  const Tensor kernel = layer.weight("kernel", window.kernel_shape({window.channels, multiplier}));
  return finish(layer, ops::depthwise_conv(x, kernel, window.strides, window.padding, window.format, window.dilation),
                window.channels * multiplier);
}

template <size_t rank>
Tensor separable_conv(Layer& layer, const Tensor& x) {
  const Window window(layer, x, rank);
  const int64_t filters = layer.get<int64_t>("filters"), multiplier = layer.get_or<int64_t>("depth_multiplier", 1);
  const Tensor depthwise = layer.weight("depthwise_kernel", window.kernel_shape({window.channels, multiplier}));
  std::vector<int64_t> point(rank, 1);
  point.insert(point.end(), {window.channels * multiplier, filters});
  const Tensor pointwise = layer.weight("pointwise_kernel", point);
  return finish(
      layer,
      ops::separable_conv(x, depthwise, pointwise, window.strides, window.padding, window.format, window.dilation),
      filters);
}

constexpr Row kRows[] = {
    row<&conv<1>>("Conv1D"),
    row<&conv<2>>("Conv2D"),
    row<&conv<3>>("Conv3D"),
    row<&conv_transpose<1>>("Conv1DTranspose"),
    row<&conv_transpose<2>>("Conv2DTranspose"),
    row<&conv_transpose<3>>("Conv3DTranspose"),
    row<&depthwise_conv<1>>("DepthwiseConv1D"),
    row<&depthwise_conv<2>>("DepthwiseConv2D"),
    row<&separable_conv<1>>("SeparableConv1D"),
    row<&separable_conv<2>>("SeparableConv2D"),
};

}  // namespace

std::span<const Row> convolution_layers() { return kRows; }

}  // namespace keravino::layers
