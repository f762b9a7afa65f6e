#include "kernels/max_pool_gradient.h"

#include <openvino/core/parallel.hpp>

namespace keravino::kernels {
namespace {

/// Sizes of three spatial axes, the missing ones in front being 1.
std::array<size_t, 3> three(const ov::Shape& sizes, size_t skip, size_t missing) {
  std::array<size_t, 3> out;
  out.fill(missing);
  std::copy(sizes.begin() + static_cast<std::ptrdiff_t>(skip), sizes.end(), out.end() - (sizes.size() - skip));
  return out;
}

/// One channel of one image.
template <class T>
void plane(const T* x, const T* g, T* out, const std::array<size_t, 3>& in, const std::array<size_t, 3>& pooled,
           const std::array<size_t, 3>& size, const std::array<size_t, 3>& stride, const std::array<size_t, 3>& begin) {
  std::fill_n(out, in[0] * in[1] * in[2], T(0));
  // The part of window `i` of an axis that lies on it.
  const auto range = [&](size_t axis, size_t i) {
    const size_t start = i * stride[axis];
    return std::pair{start > begin[axis] ? start - begin[axis] : 0,
                     std::min(start + size[axis] - std::min(begin[axis], start + size[axis]), in[axis])};
  };
  for (size_t d = 0; d < pooled[0]; ++d) {
    const auto [d0, d1] = range(0, d);
    for (size_t h = 0; h < pooled[1]; ++h) {
      const auto [h0, h1] = range(1, h);
      for (size_t w = 0; w < pooled[2]; ++w, ++g) {
        const auto [w0, w1] = range(2, w);
        size_t best = (d0 * in[1] + h0) * in[2] + w0;
        for (size_t i = d0; i < d1; ++i) {
          for (size_t j = h0; j < h1; ++j) {
            for (size_t k = w0; k < w1; ++k) {
              const size_t at = (i * in[1] + j) * in[2] + k;
              if (x[at] > x[best]) best = at;
            }
          }
        }
        out[best] = static_cast<T>(out[best] + *g);
      }
    }
  }
}

template <class T>
void all_planes(const ov::Tensor& x, const ov::Tensor& g, ov::Tensor& out, const PoolWindow& window) {
  const auto in = three(x.get_shape(), 2, 1), pooled = three(g.get_shape(), 2, 1);
  const auto size = three(window.size, 0, 1), stride = three(window.strides, 0, 1), begin = three(window.begin, 0, 0);
  const size_t planes = x.get_shape()[0] * x.get_shape()[1];
  const size_t from = in[0] * in[1] * in[2], to = pooled[0] * pooled[1] * pooled[2];
  const auto* numbers = x.data<const T>();
  const auto* gradients = g.data<const T>();
  auto* results = out.data<T>();
  ov::parallel_for(planes, [&](size_t i) {
    plane(numbers + i * from, gradients + i * to, results + i * from, in, pooled, size, stride, begin);
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
    all_planes<float>(inputs[0], inputs[1], outputs[0], window_);
  } else if (type == ov::element::f64) {
    all_planes<double>(inputs[0], inputs[1], outputs[0], window_);
  } else {
    return false;
  }
  return true;
}

}  // namespace keravino::kernels
