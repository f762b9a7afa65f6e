#include "keravino/ops/conv.h"

#include "ops/families.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

using Data = std::optional<std::string>;
using Ints = std::vector<int64_t>;

/// What all convolutions have in common, in OpenVINO's terms.
struct Window {
  bool channels_last;
  ov::Strides strides, dilations;
  ov::op::PadType padding;
  std::vector<size_t> extent;  // of the dilated kernel
  ov::CoordinateDiff none;     // OpenVINO computes the pads of "same" itself, also for dimensions it does not know yet
};

/// Reads the arguments and brings `inputs` to channels first; both tensors become floats of one dtype.
Window prepare(Tensor& inputs, Tensor& kernel, const Ints& strides, const std::string& padding, const Data& data_format,
               const Ints& dilation_rate) {
  inputs = to_float(inputs);
  kernel = to_float(kernel);
  promote_wide(inputs, kernel);
  const size_t rank = spatial_rank(inputs);
  if (kernel.rank() != inputs.rank()) {
    throw Error(
        fmt::format("the kernel must have {} dimensions as the inputs have, got {}", inputs.rank(), kernel.rank()));
  }
  Window w{is_channels_last(data_format),
           positive(strides, rank, "strides"),
           positive(dilation_rate, rank, "dilation_rate"),
           pad_type(padding),
           {},
           ov::CoordinateDiff(rank, 0)};
  inputs = to_channels_first(inputs, w.channels_last);
  const Ints kernel_shape = static_shape(kernel);
  for (size_t i = 0; i < rank; ++i) w.extent.push_back((static_cast<size_t>(kernel_shape[i]) - 1) * w.dilations[i] + 1);
  return w;
}

/// (spatial..., a, b) to (b, a, spatial...), or to (a, b, spatial...).
Tensor kernel_channels_first(const Tensor& kernel, bool swapped) {
  const int64_t rank = kernel.rank();
  Ints order{swapped ? rank - 1 : rank - 2, swapped ? rank - 2 : rank - 1};
  for (int64_t axis = 0; axis < rank - 2; ++axis) order.push_back(axis);
  return permute(kernel, order);
}

/// The channels of (N, C, spatial...), which must be known: they decide the groups.
int64_t channels(const Tensor& x) {
  if (x.shape()[1].is_dynamic()) throw Error("the number of channels must be known while the graph is traced");
  return x.shape()[1].get_length();
}

[[noreturn]] void wrong_channels(int64_t inputs, int64_t kernel, std::string_view rule) {
  throw Error(fmt::format("the inputs have {} channels, {} the kernel's {}", inputs, rule, kernel));
}

/// Weights (out, in / groups, spatial...) as (groups, out / groups, in / groups, spatial...).
Tensor grouped(const Tensor& weights, int64_t groups) {
  Ints shape = static_shape(weights);
  shape[0] /= groups;
  shape.insert(shape.begin(), groups);
  return reshape_to(weights, shape);
}

}  // namespace

Tensor conv(Tensor inputs, Tensor kernel, Ints strides, std::string padding, Data data_format, Ints dilation_rate) {
  const Window w = prepare(inputs, kernel, strides, padding, data_format, dilation_rate);
  check_windows_fit(inputs, w.extent, w.padding);
  const Tensor weights = kernel_channels_first(kernel, true);
  const int64_t in = channels(inputs);
  const int64_t per_group = channels(weights);
  if (per_group == 0 || in % per_group != 0) wrong_channels(in, per_group, "which is no multiple of");
  const int64_t groups = in / per_group;
  const int64_t filters = weights.shape()[0].get_length();
  if (groups > 0 && filters % groups != 0) {
    throw Error(fmt::format("{} filters cannot be split into {} groups", filters, groups));
  }
  const Tensor y = groups == 1
                       ? make<v::v1::Convolution>(inputs, weights, w.strides, w.none, w.none, w.dilations, w.padding)
                       : make<v::v1::GroupConvolution>(inputs, grouped(weights, groups), w.strides, w.none, w.none,
                                                       w.dilations, w.padding);
  return from_channels_first(y, w.channels_last);
}

Tensor depthwise_conv(Tensor inputs, Tensor kernel, Ints strides, std::string padding, Data data_format,
                      Ints dilation_rate) {
  const Window w = prepare(inputs, kernel, strides, padding, data_format, dilation_rate);
  check_windows_fit(inputs, w.extent, w.padding);
  const Tensor weights = kernel_channels_first(kernel, false);
  Ints shape = static_shape(weights);
  if (channels(inputs) != shape[0]) wrong_channels(channels(inputs), shape[0], "not");
  shape.insert(shape.begin() + 2, 1);
  const Tensor y = make<v::v1::GroupConvolution>(inputs, reshape_to(weights, shape), w.strides, w.none, w.none,
                                                 w.dilations, w.padding);
  return from_channels_first(y, w.channels_last);
}

Tensor separable_conv(Tensor inputs, Tensor depthwise_kernel, Tensor pointwise_kernel, Ints strides,
                      std::string padding, Data data_format, Ints dilation_rate) {
  const Tensor y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate);
  return conv(y, pointwise_kernel, {1}, "valid", data_format, {1});
}

Tensor conv_transpose(Tensor inputs, Tensor kernel, Ints strides, std::string padding,
                      std::optional<Ints> output_padding, Data data_format, Ints dilation_rate) {
  const Window w = prepare(inputs, kernel, strides, padding, data_format, dilation_rate);
  const Tensor weights = kernel_channels_first(kernel, true);
  const int64_t in = weights.shape()[0].get_length();
  if (channels(inputs) != in) wrong_channels(channels(inputs), in, "not");
  // The full result has (n - 1) * stride + extent elements. Keras's rule says how many of them, on either side, are cut
  // off or, where negative, missing.
  ov::CoordinateDiff begin, end, extra;
  for (size_t i = 0; i < w.extent.size(); ++i) {
    const auto extent = static_cast<int64_t>(w.extent[i]);
    const auto stride = static_cast<int64_t>(w.strides[i]);
    std::optional<int64_t> asked;
    if (output_padding) asked = output_padding->at(output_padding->size() == 1 ? 0 : i);
    int64_t left = 0;
    int64_t right = 0;
    if (w.padding == ov::op::PadType::VALID) {
      right = -asked.value_or(std::max(extent, stride) - extent);
    } else {
      const int64_t padded = asked ? extent + extent % 2 - 2 + *asked : stride + extent - 2;
      const int64_t before = std::min(padded - padded / 2, extent - 1);
      left = extent - 1 - before;
      right = extent - 1 - (padded - before);
    }
    begin.push_back(left);
    end.push_back(std::max<int64_t>(right, 0));
    extra.push_back(std::max<int64_t>(-right, 0));
  }
  const Tensor y = make<v::v1::ConvolutionBackpropData>(inputs, weights, w.strides, begin, end, w.dilations,
                                                        ov::op::PadType::EXPLICIT, extra);
  return from_channels_first(y, w.channels_last);
}

namespace {
constexpr OpDef kOps[] = {
    op<&conv>("nn.conv(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1)",
              "Convolution in one to three dimensions; groups follow from the kernel's channels."),
    op<&depthwise_conv>(
        "nn.depthwise_conv(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1)",
        "Convolution of each channel by itself."),
    op<&separable_conv>("nn.separable_conv(inputs, depthwise_kernel, pointwise_kernel, strides=1, padding='valid', "
                        "data_format=None, dilation_rate=1)",
                        "A depthwise convolution and a pointwise one."),
    op<&conv_transpose>("nn.conv_transpose(inputs, kernel, strides=1, padding='valid', output_padding=None, "
                        "data_format=None, dilation_rate=1)",
                        "Transposed convolution in one to three dimensions."),
};
}  // namespace
std::span<const OpDef> conv_ops() { return kOps; }

}  // namespace keravino::ops
