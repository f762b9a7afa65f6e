// Convolutions of float64, which neither OpenVINO's `evaluate` nor its plugins compute, and pooling, in plain loops.
#include <openvino/op/util/avg_pool_base.hpp>
#include <openvino/op/util/convolution_backprop_base.hpp>
#include <openvino/op/util/convolution_base.hpp>
#include <openvino/op/util/max_pool_base.hpp>

#include "engine/evaluate.h"
#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// An element of the input within a window: places of the window, of the element in it, and in the input. First along
/// one axis, then in all spatial axes together.
struct Tap {
  size_t out, kernel, in;
};
using Taps = std::vector<Tap>;

/// One spatial axis: how many places it has in each of the three.
struct Axis {
  size_t out, kernel, in;
};

/// The taps of windows that lie in a row; what falls into the padding is left out.
Taps taps_of(const Axis& axis, size_t stride, size_t dilation, int64_t pad) {
  Taps taps;
  const auto step = static_cast<int64_t>(dilation), size = static_cast<int64_t>(axis.in);
  for (size_t o = 0; o < axis.out; ++o) {
    const int64_t start = static_cast<int64_t>(o * stride) - pad;
    const int64_t first = start < 0 ? (step - 1 - start) / step : 0;
    const int64_t end = std::min(static_cast<int64_t>(axis.kernel), (size - start + step - 1) / step);
    for (int64_t k = first; k < end; ++k)
      taps.push_back({o, static_cast<size_t>(k), static_cast<size_t>(start + k * step)});
  }
  return taps;
}

/// Adds an axis behind those that `taps` are about.
void append_axis(Taps& taps, const Axis& axis, const Taps& own) {
  Taps all;
  all.reserve(taps.size() * own.size());
  for (const Tap& a : taps) {
    for (const Tap& b : own) {
      all.push_back({a.out * axis.out + b.out, a.kernel * axis.kernel + b.kernel, a.in * axis.in + b.in});
    }
  }
  taps = std::move(all);
}

size_t spatial_size(const ov::Shape& shape) { return product(shape, 2, shape.size()); }

/// Returns f of a zero of the type of floats that a node whose shape is known computes; false for other nodes.
template <class F>
bool on_floats(const ov::Node& node, F f) {
  const auto type = node.get_input_element_type(0);
  return type.is_real() && node.get_output_partial_shape(0).is_static() && dispatch_wide(type, f);
}

/// (N, G * C, ...) by weights ([G,] to, C, ...); transposed by ([G,] C, to, ...): each element is then spread over its
/// window.
template <bool Grouped, bool Transposed>
bool convolution(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (node.get_input_element_type(0) != ov::element::f64 || node.get_output_partial_shape(0).is_dynamic()) return false;
  const auto& op = static_cast<const v::util::ConvolutionBase&>(node);
  const ov::Tensor &x = inputs[0], &weights = inputs[1];
  ov::Tensor y(ov::element::f64, node.get_output_shape(0));
  ov::Shape kernel = weights.get_shape();
  const size_t groups = Grouped ? kernel[0] : 1;
  if (Grouped) kernel.erase(kernel.begin());
  const size_t from = Transposed ? kernel[0] : kernel[1], to = Transposed ? kernel[1] : kernel[0];
  const ov::Shape &large = Transposed ? y.get_shape() : x.get_shape(),
                  &small = Transposed ? x.get_shape() : y.get_shape();
  Taps taps{{0, 0, 0}};
  for (size_t i = 0; i < kernel.size() - 2; ++i) {
    const Axis axis{small[i + 2], kernel[i + 2], large[i + 2]};
    append_axis(taps, axis, taps_of(axis, op.get_strides()[i], op.get_dilations()[i], op.get_pads_begin()[i]));
  }
  const size_t x_size = spatial_size(x.get_shape()), y_size = spatial_size(y.get_shape()), size = spatial_size(kernel);
  std::fill_n(y.data<double>(), y.get_size(), 0.0);
  for (size_t n = 0; n < x.get_shape()[0]; ++n) {
    for (size_t i = 0; i < groups * to * from; ++i) {
      const size_t c = i % from, o = i / from % to, g = i / from / to;
      const double* source = x.data<const double>() + ((n * groups + g) * from + c) * x_size;
      const double* weight =
          weights.data<const double>() + (g * to * from + (Transposed ? c * to + o : o * from + c)) * size;
      double* target = y.data<double>() + ((n * groups + g) * to + o) * y_size;
      for (const Tap& tap : taps) {
        target[Transposed ? tap.in : tap.out] += source[Transposed ? tap.out : tap.in] * weight[tap.kernel];
      }
    }
  }
  outputs.assign(1, y);
  return true;
}

/// Calls take(window, element, place) for each element of each window of each channel.
template <class F>
void each_element(const ov::Shape& in, const ov::Shape& out, const Taps& taps, F take) {
  const size_t from = spatial_size(in), to = spatial_size(out);
  for (size_t channel = 0; channel < in[0] * in[1]; ++channel) {
    for (const Tap& tap : taps) take(channel * to + tap.out, channel * from + tap.in, tap.in);
  }
}

/// Means of the elements of each window.
template <class T>
void means(ov::Tensor& y, const ov::Tensor& x, const Taps& taps) {
  std::vector<size_t> counts(y.get_size(), 0);
  const T* from = x.data<const T>();
  T* to = y.data<T>();
  std::fill_n(to, y.get_size(), T(0));
  each_element(x.get_shape(), y.get_shape(), taps, [&](size_t window, size_t element, size_t) {
    to[window] += from[element];
    ++counts[window];
  });
  for (size_t i = 0; i < counts.size(); ++i) to[i] /= static_cast<T>(counts[i]);
}

/// The largest of each window, NaN if it holds one, and its place in the channel.
template <class T>
std::vector<int64_t> maxima(ov::Tensor& y, const ov::Tensor& x, const Taps& taps) {
  std::vector<int64_t> places(y.get_size(), -1);
  const T* from = x.data<const T>();
  T* to = y.data<T>();
  each_element(x.get_shape(), y.get_shape(), taps, [&](size_t window, size_t element, size_t place) {
    const T value = from[element];
    if (places[window] >= 0 && (value <= to[window] || std::isnan(to[window]))) return;
    to[window] = value;
    places[window] = static_cast<int64_t>(place);
  });
  return places;
}

template <class Op>
Taps pool_taps(const Op& op, const ov::Shape& in, const ov::Shape& out) {
  Taps taps{{0, 0, 0}};
  for (size_t i = 0; i < op.get_kernel().size(); ++i) {
    const Axis axis{out[i + 2], op.get_kernel()[i], in[i + 2]};
    append_axis(taps, axis, taps_of(axis, op.get_strides()[i], 1, static_cast<int64_t>(op.get_pads_begin()[i])));
  }
  return taps;
}

bool max_pool(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  return on_floats(node, [&]<class T>(T) {
    outputs.assign(1, ov::Tensor(inputs[0].get_element_type(), node.get_output_shape(0)));
    const auto& op = static_cast<const v::util::MaxPoolBase&>(node);
    maxima<T>(outputs[0], inputs[0], pool_taps(op, inputs[0].get_shape(), outputs[0].get_shape()));
    return true;
  });
}

/// Without the padding, which is how Keras counts.
bool average_pool(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::util::AvgPoolBase&>(node);
  return op.get_exclude_pad() && on_floats(node, [&]<class T>(T) {
           outputs.assign(1, ov::Tensor(inputs[0].get_element_type(), node.get_output_shape(0)));
           means<T>(outputs[0], inputs[0], pool_taps(op, inputs[0].get_shape(), outputs[0].get_shape()));
           return true;
         });
}

/// Windows that divide the input: from the part's start rounded down to its end rounded up.
Taps adaptive_taps(const ov::Shape& in, const ov::Shape& out) {
  Taps taps{{0, 0, 0}};
  for (size_t i = 2; i < in.size(); ++i) {
    Taps own;
    for (size_t o = 0; o < out[i]; ++o) {
      const size_t end = ((o + 1) * in[i] + out[i] - 1) / out[i];
      for (size_t at = o * in[i] / out[i]; at < end; ++at) own.push_back({o, 0, at});
    }
    append_axis(taps, {out[i], 1, in[i]}, own);
  }
  return taps;
}

template <bool Max>
bool adaptive_pool(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  return on_floats(node, [&]<class T>(T) {
    const ov::Shape& shape = node.get_output_shape(0);
    const Taps taps = adaptive_taps(inputs[0].get_shape(), shape);
    outputs.assign(1, ov::Tensor(inputs[0].get_element_type(), shape));
    if (!Max) {
      means<T>(outputs[0], inputs[0], taps);
      return true;
    }
    const std::vector<int64_t> places = maxima<T>(outputs[0], inputs[0], taps);
    ov::Tensor indices(ov::element::i64, shape);
    std::copy(places.begin(), places.end(), indices.data<int64_t>());
    outputs.push_back(convert(indices, node.get_output_element_type(1)));
    return true;
  });
}

}  // namespace

std::span<const EvaluatorRow> window_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v1::Convolution>(&convolution<false, false>),
      row<v::v1::GroupConvolution>(&convolution<true, false>),
      row<v::v1::ConvolutionBackpropData>(&convolution<false, true>),
      row<v::v1::GroupConvolutionBackpropData>(&convolution<true, true>),
      row<v::v1::MaxPool>(&max_pool),
      row<v::v1::AvgPool>(&average_pool),
      row<v::v8::AdaptiveAvgPool>(&adaptive_pool<false>),
      row<v::v8::AdaptiveMaxPool>(&adaptive_pool<true>),
  };
  return kRows;
}

}  // namespace keravino::engine
