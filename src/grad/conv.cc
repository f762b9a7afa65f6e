// Convolutions: (N, C, spatial...) with weights (out, in, spatial...), grouped and transposed forms.
#include "engine/device.h"
#include "grad/rule.h"
#include "keravino/ops.h"
#include "kernels/convolution.h"
#include "ops/shapes.h"
#include "ops/spatial.h"

namespace keravino::grad {
namespace {

using Ints = std::vector<int64_t>;

/// The window of a convolution from the larger to the smaller side.
struct Window {
  ov::Strides strides, dilations;
  ov::CoordinateDiff begin, end;
};

template <class Op>
Window window(const Op& op) {
  return {op.get_strides(), op.get_dilations(), op.get_pads_begin(), op.get_pads_end()};
}

Ints spatial(const Tensor& x, size_t rank) {
  const Ints shape = ops::static_shape(x);
  return {shape.end() - static_cast<std::ptrdiff_t>(rank), shape.end()};
}

/// How many elements at the end of each axis of `x` no window reaches.
ov::CoordinateDiff unused(const Window& w, const Tensor& x, const Tensor& y, const Tensor& weights) {
  const size_t rank = w.strides.size();
  const Ints in = spatial(x, rank), out = spatial(y, rank), kernel = spatial(weights, rank);
  ov::CoordinateDiff rest;
  for (size_t i = 0; i < rank; ++i) {
    const auto stride = static_cast<int64_t>(w.strides[i]), dilation = static_cast<int64_t>(w.dilations[i]);
    rest.push_back(in[i] + w.begin[i] + w.end[i] - (out[i] - 1) * stride - (kernel[i] - 1) * dilation - 1);
  }
  return rest;
}

/// The gradient of the larger side: what each of its elements gave to the smaller one.
template <class Op>
Tensor for_data(const Window& w, const Tensor& x, const Tensor& weights, const Tensor& g) {
  const ov::CoordinateDiff rest = unused(w, x, g, weights);
  if constexpr (std::is_same_v<Op, v::v1::GroupConvolutionBackpropData>) {
    if (weights.shape()[0] == 1) {  // the CPU plugin (2026.4.1) mistakes a single group's channels
      const Tensor own = ops::squeeze(weights, {{0}});
      return for_data<v::v1::ConvolutionBackpropData>(w, x, own, g);
    }
  }
  return make<Op>(g, weights, w.strides, w.begin, w.end, w.dilations, v::PadType::EXPLICIT, rest);
}

/// (N, G * C, ...) as (C, G * N, ...): batch and channels change places, group by group.
Tensor batch_as_channels(const Tensor& x, int64_t groups) {
  Ints shape = ops::static_shape(x);
  const int64_t n = shape[0], c = shape[1] / groups;
  Ints apart{n, groups, c}, order{2, 1, 0}, together{c, groups * n};
  for (size_t i = 2; i < shape.size(); ++i) {
    apart.push_back(shape[i]);
    order.push_back(static_cast<int64_t>(i + 1));
    together.push_back(shape[i]);
  }
  return ops::reshape_to(ops::permute(ops::reshape_to(x, apart), order), together);
}

/// (N, G * O, ...) as (G, O, N, ...).
Tensor batch_as_inputs(const Tensor& g, int64_t groups) {
  const Ints shape = ops::static_shape(g);
  Ints apart{shape[0], groups, shape[1] / groups}, order{1, 2, 0};
  for (size_t i = 2; i < shape.size(); ++i) {
    apart.push_back(shape[i]);
    order.push_back(static_cast<int64_t>(i + 1));
  }
  return ops::permute(ops::reshape_to(g, apart), order);
}

/// The gradient of the weights, as a convolution in which batch and channels change places, and strides and dilations
/// too. `x` is the larger side. Shaped (groups, out, in, spatial...).
Tensor for_weights(Window w, Tensor x, const Tensor& weights, const Tensor& g, int64_t groups) {
  const ov::CoordinateDiff rest = unused(w, x, g, weights);
  Ints kept = ops::static_shape(x);
  for (size_t i = 0; i < rest.size(); ++i) {
    w.end[i] -= rest[i];
    if (w.end[i] < 0) kept[i + 2] += w.end[i];
  }
  for (size_t i = 0; i < rest.size(); ++i) {
    const auto axis = static_cast<int64_t>(i + 2);
    if (w.end[i] < 0) x = ops::slice_axis(x, axis, int64_t{0}, kept[i + 2]);
    w.end[i] = std::max<int64_t>(w.end[i], 0);
  }
  const Tensor data = batch_as_channels(x, groups), filters = batch_as_inputs(g, groups);
  const Tensor y = make<v::v1::GroupConvolution>(data, filters, w.dilations, w.begin, w.end, w.strides,
                                                 v::PadType::EXPLICIT);  // (C, G * O, spatial...)
  Ints shape = ops::static_shape(y), order{1, 2, 0};
  const int64_t outputs = shape[1] / groups;
  shape[1] = outputs;
  shape.insert(shape.begin() + 1, groups);
  for (size_t i = 3; i < shape.size(); ++i) order.push_back(static_cast<int64_t>(i));
  return ops::permute(ops::reshape_to(y, shape), order);
}

/// The same by a kernel, where this device has it, in the shape of the weights.
Tensor weight_gradient(const Window& w, const Tensor& x, const Tensor& weights, const Tensor& g, int64_t groups) {
  if (g.shape().is_static() && ov::shape_size(g.shape().to_shape()) == 0) return ops::zeros_like(weights);
  const bool on_cpu = engine::is_cpu(engine::default_options().device);
  if (!on_cpu || !kernels::Convolution::available() || g.dtype() == DType::float64)
    return ops::reshape_to(for_weights(w, x, weights, g, groups), ops::static_shape(weights));
  const Ints size = spatial(weights, w.strides.size());
  const auto last = [](const Tensor& t) { return ops::from_channels_first(ops::as(t, DType::float32), true); };
  const kernels::ConvWindow window{{size.begin(), size.end()}, w.strides, w.dilations, w.begin, w.end};
  const Tensor found =
      make<kernels::Convolution>(std::vector<Tensor>{last(x), last(g)}, kernels::Convolution::Role::weights, window,
                                 ov::Shape{}, static_cast<size_t>(groups));
  const auto shape = ops::static_shape(weights);
  if (groups > 1) return ops::reshape_to(found, shape);
  const auto rank = static_cast<int64_t>(size.size());
  Ints order{rank + 1, rank};  // (spatial..., I, O) to (O, I, spatial...)
  for (int64_t i = 0; i < rank; ++i) order.push_back(i);
  return ops::reshape_to(ops::permute(found, order), shape);
}

int64_t groups_of(const Tensor& weights, size_t spatial_rank) {
  return static_cast<size_t>(weights.rank()) == spatial_rank + 3 ? weights.shape()[0].get_length() : 1;
}

/// Op from the larger side to the smaller one, Back the other way.
template <class Op, class Back>
std::vector<Tensor> convolution(const Step& s) {
  const Window w = window(static_cast<const Op&>(s.node));
  const Tensor &x = s.in[0], &weights = s.in[1], &g = s.g[0];
  std::vector<Tensor> result(2);
  if (s.wanted[0]) result[0] = for_data<Back>(w, x, weights, g);
  if (s.wanted[1]) {
    result[1] = weight_gradient(w, x, weights, g, groups_of(weights, w.strides.size()));
  }
  return result;
}

/// Op from the smaller side to the larger one: its gradients are those of Back with g as data.
template <class Op, class Back>
std::vector<Tensor> transposed(const Step& s) {
  if (s.in.size() > 2) throw Error(Error::Kind::unsupported, "[grad] a transposed convolution of a given shape");
  const Window w = window(static_cast<const Op&>(s.node));
  const Tensor &x = s.in[0], &weights = s.in[1], &g = s.g[0];
  std::vector<Tensor> result(2);
  if (s.wanted[0]) result[0] = make<Back>(g, weights, w.strides, w.begin, w.end, w.dilations, v::PadType::EXPLICIT);
  if (s.wanted[1]) {
    result[1] = weight_gradient(w, g, weights, x, groups_of(weights, w.strides.size()));
  }
  return result;
}

}  // namespace

Table conv_rules() {
  using Conv = v::v1::Convolution;
  using Back = v::v1::ConvolutionBackpropData;
  using GroupConv = v::v1::GroupConvolution;
  using GroupBack = v::v1::GroupConvolutionBackpropData;
  return {
      row<Conv>(convolution<Conv, Back>),
      row<GroupConv>(convolution<GroupConv, GroupBack>),
      row<Back>(transposed<Back, Conv>),
      row<GroupBack>(transposed<GroupBack, GroupConv>),
  };
}

}  // namespace keravino::grad
