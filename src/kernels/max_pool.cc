#include "kernels/max_pool.h"

#include <openvino/core/parallel.hpp>

#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

/// Numbers of three spatial axes; the axes that are missing in front are of size 1.
using Axes = std::array<size_t, 3>;

template <class Numbers>
Axes three(const Numbers& numbers, size_t missing) {
  Axes out;
  out.fill(missing);
  std::copy(numbers.begin(), numbers.end(), out.end() - static_cast<std::ptrdiff_t>(numbers.size()));
  return out;
}

struct Geometry {
  Axes in, out, size, stride, begin;
  size_t channels;

  /// The places on an axis that window `i` covers.
  std::pair<size_t, size_t> range(size_t axis, size_t i) const {
    const size_t start = i * stride[axis], stop = start + size[axis];
    return {start > begin[axis] ? start - begin[axis] : 0,
            std::min(stop > begin[axis] ? stop - begin[axis] : 0, in[axis])};
  }
};

/// Of each channel the greatest number so far, and the place where it stands.
template <class T>
[[gnu::always_inline]] inline void look(const T* x, size_t channels, int32_t place, T* best, int32_t* where) {
  for (size_t c = 0; c < channels; ++c) {
    const bool better = x[c] > best[c];
    best[c] = better ? x[c] : best[c];
    where[c] = better ? place : where[c];
  }
}

/// Adds g to the channels whose maximum stands at this place.
template <class T>
[[gnu::always_inline]] inline void give(const T* g, size_t channels, int32_t place, const int32_t* where, T* out) {
  for (size_t c = 0; c < channels; ++c) out[c] += where[c] == place ? g[c] : T(0);
}

/// Calls visit(place) for each place of a window.
template <class F>
[[gnu::always_inline]] inline void each_place(const Geometry& w, const Axes& window, F visit) {
  const auto [d0, d1] = w.range(0, window[0]);
  const auto [h0, h1] = w.range(1, window[1]);
  const auto [w0, w1] = w.range(2, window[2]);
  for (size_t d = d0; d < d1; ++d) {
    for (size_t h = h0; h < h1; ++h) {
      for (size_t k = w0; k < w1; ++k) visit((d * w.in[1] + h) * w.in[2] + k);
    }
  }
}

/// Calls visit(window) for each window of an image in order.
template <class F>
[[gnu::always_inline]] inline void each_window(const Geometry& w, F visit) {
  for (size_t d = 0; d < w.out[0]; ++d) {
    for (size_t h = 0; h < w.out[1]; ++h) {
      for (size_t k = 0; k < w.out[2]; ++k) visit(Axes{d, h, k});
    }
  }
}

/// One image. Channels are worked on together, as many at once as the processor can.
template <class T>
[[gnu::always_inline]] inline void gradient(const T* x, const T* g, T* out, const Geometry& w, T* best,
                                            int32_t* where) {
  const size_t n = w.channels;
  std::fill_n(out, w.in[0] * w.in[1] * w.in[2] * n, T(0));
  each_window(w, [&](const Axes& window) {
    std::fill_n(best, n, -std::numeric_limits<T>::infinity());
    std::fill_n(where, n, -1);
    each_place(w, window, [&](size_t at) { look(x + at * n, n, static_cast<int32_t>(at), best, where); });
    each_place(w, window, [&](size_t at) { give(g, n, static_cast<int32_t>(at), where, out + at * n); });
    g += n;
  });
}

template <class T>
[[gnu::always_inline]] inline void maxima(const T* x, T* out, const Geometry& w) {
  const size_t n = w.channels;
  each_window(w, [&](const Axes& window) {
    std::fill_n(out, n, -std::numeric_limits<T>::infinity());
    each_place(w, window, [&](size_t at) {
      const T* from = x + at * n;
      for (size_t c = 0; c < n; ++c) out[c] = from[c] <= out[c] || out[c] != out[c] ? out[c] : from[c];  // NaN wins
    });
    out += n;
  });
}

FOR_EACH_PROCESSOR void image_gradient(const float* x, const float* g, float* out, const Geometry& w, float* best,
                                       int32_t* where) {
  gradient(x, g, out, w, best, where);
}
void image_gradient(const double* x, const double* g, double* out, const Geometry& w, double* best, int32_t* where) {
  gradient(x, g, out, w, best, where);
}
FOR_EACH_PROCESSOR void image_maxima(const float* x, float* out, const Geometry& w) { maxima(x, out, w); }
void image_maxima(const double* x, double* out, const Geometry& w) { maxima(x, out, w); }

Geometry geometry(const ov::Shape& in, const ov::Shape& out, const PoolWindow& window) {
  const auto spatial = [](const ov::Shape& shape) { return ov::Shape(shape.begin() + 1, shape.end() - 1); };
  return {three(spatial(in), 1),    three(spatial(out), 1), three(window.size, 1),
          three(window.strides, 1), three(window.begin, 0), in.back()};
}

template <class T>
void all_gradients(const ov::Tensor& x, const ov::Tensor& g, ov::Tensor& out, const PoolWindow& window) {
  const Geometry w = geometry(x.get_shape(), g.get_shape(), window);
  const size_t images = x.get_shape()[0];
  const size_t x_size = x.get_size() / images, g_size = g.get_size() / images;
  const auto* numbers = x.data<const T>();
  const auto* gradients = g.data<const T>();
  auto* results = out.data<T>();
  ov::parallel_for(images, [&](size_t i) {
    std::vector<T> best(w.channels);
    std::vector<int32_t> where(w.channels);
    image_gradient(numbers + i * x_size, gradients + i * g_size, results + i * x_size, w, best.data(), where.data());
  });
}

template <class T>
void all_maxima(const ov::Tensor& x, ov::Tensor& out, const PoolWindow& window) {
  const Geometry w = geometry(x.get_shape(), out.get_shape(), window);
  const size_t images = x.get_shape()[0];
  const size_t x_size = x.get_size() / images, out_size = out.get_size() / images;
  const auto* numbers = x.data<const T>();
  auto* results = out.data<T>();
  ov::parallel_for(images, [&](size_t i) { image_maxima(numbers + i * x_size, results + i * out_size, w); });
}

void visit(ov::AttributeVisitor& visitor, PoolWindow& window) {
  visitor.on_attribute("kernel", window.size);
  visitor.on_attribute("strides", window.strides);
  visitor.on_attribute("pads_begin", window.begin);
}

}  // namespace

MaxPool::MaxPool(const ov::OutputVector& inputs, PoolWindow window, ov::Shape out)
    : Op(inputs), window_(std::move(window)), out_(std::move(out)) {
  constructor_validate_and_infer_types();
}

MaxPool::MaxPool(const ov::Output<ov::Node>& x, const ov::op::v1::MaxPool& pool)
    : Op({x}), window_{pool.get_kernel(), pool.get_strides(), pool.get_pads_begin()} {
  const ov::PartialShape& shape = pool.get_output_partial_shape(0);
  for (size_t i = 2; i < shape.size(); ++i) out_.push_back(static_cast<size_t>(shape[i].get_length()));
  constructor_validate_and_infer_types();
}

void MaxPool::validate_and_infer_types() {
  const ov::PartialShape& x = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, x.rank().is_static() && get_input_element_type(0).is_real(),
                        "numbers of a float dtype and known rank wanted");
  ov::PartialShape shape{x[0]};
  for (const size_t size : out_) shape.push_back(size);
  shape.push_back(x[x.size() - 1]);
  set_output_type(0, get_input_element_type(0), shape);
}

std::shared_ptr<ov::Node> MaxPool::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<MaxPool>(inputs, window_, out_);
}

bool MaxPool::visit_attributes(ov::AttributeVisitor& visitor) {
  visit(visitor, window_);
  visitor.on_attribute("out", out_);
  return true;
}

bool MaxPool::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  ov::Shape shape{inputs[0].get_shape()[0]};
  shape.insert(shape.end(), out_.begin(), out_.end());
  shape.push_back(inputs[0].get_shape().back());
  outputs[0].set_shape(shape);
  if (outputs[0].get_size() == 0) return true;
  const ov::element::Type type = inputs[0].get_element_type();
  if (type == ov::element::f32) {
    all_maxima<float>(inputs[0], outputs[0], window_);
  } else if (type == ov::element::f64) {
    all_maxima<double>(inputs[0], outputs[0], window_);
  } else {
    return false;
  }
  return true;
}

MaxPoolGradient::MaxPoolGradient(const ov::OutputVector& inputs, PoolWindow window)
    : Op(inputs), window_(std::move(window)) {
  constructor_validate_and_infer_types();
}

void MaxPoolGradient::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_size() == 2 && get_input_element_type(0).is_real(),
                        "numbers and gradients of a float dtype wanted");
  set_output_type(0, get_input_element_type(0), get_input_partial_shape(0));
}

std::shared_ptr<ov::Node> MaxPoolGradient::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<MaxPoolGradient>(inputs, window_);
}

bool MaxPoolGradient::visit_attributes(ov::AttributeVisitor& visitor) {
  visit(visitor, window_);
  return true;
}

bool MaxPoolGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(inputs[0].get_shape());
  const ov::element::Type type = inputs[0].get_element_type();
  if (inputs[0].get_size() == 0) return true;
  if (type == ov::element::f32) {
    all_gradients<float>(inputs[0], inputs[1], outputs[0], window_);
  } else if (type == ov::element::f64) {
    all_gradients<double>(inputs[0], inputs[1], outputs[0], window_);
  } else {
    return false;
  }
  return true;
}

}  // namespace keravino::kernels
