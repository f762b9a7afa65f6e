#include "kernels/product.h"

#ifdef KERAVINO_ONEDNN
#include <openvino/core/parallel.hpp>

#include "kernels/onednn.h"
#endif

namespace keravino::kernels {

#ifdef KERAVINO_ONEDNN

bool Product::available() { return true; }

bool Product::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(get_output_shape(0));
  const size_t n = get_output_shape(0).back(), m = outputs[0].get_size() / n, k = inputs[0].get_size() / m;
  const auto* x = inputs[0].data<const float>();
  auto* y = outputs[0].data<float>();
  const Matrix weights{inputs[1].data<const float>(), transpose_weights_ ? k : n, transpose_weights_};
  const size_t parts = std::min(static_cast<size_t>(parallel_get_max_threads()), m);
  ov::parallel_for(parts, [&](size_t part) {
    const size_t first = m * part / parts, rows = m * (part + 1) / parts - first;
    const Matrix own{x + (transpose_x_ ? first : first * k), transpose_x_ ? m : k, transpose_x_};
    gemm(rows, n, k, own, weights, 0, y + first * n, n);
  });
  return true;
}

#else

bool Product::available() { return false; }
bool Product::evaluate(ov::TensorVector&, const ov::TensorVector&) const { OPENVINO_THROW("built without oneDNN"); }

#endif

Product::Product(const ov::OutputVector& inputs, bool transpose_x, bool transpose_weights)
    : Op(inputs), transpose_x_(transpose_x), transpose_weights_(transpose_weights) {
  constructor_validate_and_infer_types();
}

void Product::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_size() >= 2 && get_input_partial_shape(1).rank() == 2, "a matrix wanted, got ",
                        get_input_partial_shape(1));
  ov::Shape shape = get_input_shape(0);
  const ov::Shape& weights = get_input_shape(1);
  NODE_VALIDATION_CHECK(this, shape.size() >= 2 && (shape.size() == 2 || !transpose_x_), "x has shape ", shape);
  if (transpose_x_) std::swap(shape[0], shape[1]);
  NODE_VALIDATION_CHECK(this, shape.back() == weights[transpose_weights_ ? 1 : 0], "shapes ", shape, " and ", weights);
  shape.back() = weights[transpose_weights_ ? 0 : 1];
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Product::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Product>(inputs, transpose_x_, transpose_weights_);
}

bool Product::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("transpose_x", transpose_x_);
  visitor.on_attribute("transpose_weights", transpose_weights_);
  return true;
}

}  // namespace keravino::kernels
