#include "kernels/max_pool_gradient.h"

#include <openvino/core/parallel.hpp>

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

/// One image. Channels are worked on together, as many at once as the processor can.
template <class T>
[[gnu::always_inline]] inline void image(const T* x, const T* g, T* out, const Geometry& w, T* best, int32_t* where) {
  const size_t n = w.channels;
  std::fill_n(out, w.in[0] * w.in[1] * w.in[2] * n, T(0));
  for (size_t d = 0; d < w.out[0]; ++d) {
    for (size_t h = 0; h < w.out[1]; ++h) {
      for (size_t k = 0; k < w.out[2]; ++k, g += n) {
        const std::pair<size_t, size_t> ranges[] = {w.range(0, d), w.range(1, h), w.range(2, k)};
        const auto each = [&](auto visit) {
          for (size_t a = ranges[0].first; a < ranges[0].second; ++a) {
            for (size_t b = ranges[1].first; b < ranges[1].second; ++b) {
              for (size_t c = ranges[2].first; c < ranges[2].second; ++c) visit((a * w.in[1] + b) * w.in[2] + c);
            }
          }
        };
        const size_t first = (ranges[0].first * w.in[1] + ranges[1].first) * w.in[2] + ranges[2].first;
        std::copy_n(x + first * n, n, best);
        std::fill_n(where, n, static_cast<int32_t>(first));
        each([&](size_t at) { look(x + at * n, n, static_cast<int32_t>(at), best, where); });
        each([&](size_t at) { give(g, n, static_cast<int32_t>(at), where, out + at * n); });
      }
    }
  }
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
[[gnu::target_clones("avx512f", "avx2", "default")]]
#endif
void any_image(const float* x, const float* g, float* out, const Geometry& w, float* best, int32_t* where) {
  image(x, g, out, w, best, where);
}
void any_image(const double* x, const double* g, double* out, const Geometry& w, double* best, int32_t* where) {
  image(x, g, out, w, best, where);
}

template <class T>
void all_images(const ov::Tensor& x, const ov::Tensor& g, ov::Tensor& out, const PoolWindow& window) {
  const auto spatial = [](const ov::Shape& shape) { return ov::Shape(shape.begin() + 1, shape.end() - 1); };
  const Geometry w{three(spatial(x.get_shape()), 1), three(spatial(g.get_shape()), 1), three(window.size, 1),
                   three(window.strides, 1),         three(window.begin, 0),           x.get_shape().back()};
  const size_t images = x.get_shape()[0];
  if (x.get_size() == 0) return;
  const size_t x_size = x.get_size() / images, g_size = g.get_size() / images;
  const auto* numbers = x.data<const T>();
  const auto* gradients = g.data<const T>();
  auto* results = out.data<T>();
  ov::parallel_for(images, [&](size_t i) {
    std::vector<T> best(w.channels);
    std::vector<int32_t> where(w.channels);
    any_image(numbers + i * x_size, gradients + i * g_size, results + i * x_size, w, best.data(), where.data());
  });
}

}  // namespace

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
  visitor.on_attribute("kernel", window_.size);
  visitor.on_attribute("strides", window_.strides);
  visitor.on_attribute("pads_begin", window_.begin);
  return true;
}

bool MaxPoolGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(inputs[0].get_shape());
  const ov::element::Type type = inputs[0].get_element_type();
  if (type == ov::element::f32) {
    all_images<float>(inputs[0], inputs[1], outputs[0], window_);
  } else if (type == ov::element::f64) {
    all_images<double>(inputs[0], inputs[1], outputs[0], window_);
  } else {
    return false;
  }
  return true;
}

}  // namespace keravino::kernels
