#include "kernels/cross_entropy.h"

#include <openvino/core/parallel.hpp>

#include "engine/evaluators/exponential.h"
#include "engine/evaluators/rows.h"
#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

using engine::exponential;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// The largest of a row's numbers, and the sum of e^(x - largest).
struct Peak {
  float most;
  double sum;
};

FOR_EACH_PROCESSOR Peak peak(const float* x, size_t n) {
  const float most = engine::largest(x, n);
  return {most, engine::sum_of(x, n, [most](float number) { return exponential(number - most); })};
}

FOR_EACH_PROCESSOR void scaled_exponentials(const float* x, float most, float scale, float* out, size_t n) {
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) out[i] = exponential(x[i] - most) * scale;
}

/// Calls visit(row, its logits, its label; -1 if that is no class) for all rows, some in each thread.
template <class Visit>
void each_row(const ov::TensorVector& inputs, Visit visit) {
  const size_t rows = inputs[0].get_shape()[0], classes = inputs[0].get_shape()[1];
  const auto* logits = inputs[0].data<const float>();
  const auto* labels = inputs[1].data<const int32_t>();
  ov::parallel_for(rows, [&](size_t row) {
    const bool known = 0 <= labels[row] && labels[row] < static_cast<int64_t>(classes);
    visit(row, logits + row * classes, known ? labels[row] : -1);
  });
}

}  // namespace

bool CrossEntropy::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const ov::Shape& shape = inputs[0].get_shape();
  outputs[0].set_shape({shape[0]});
  outputs[1].set_shape({shape[0], 2});
  auto* losses = outputs[0].data<float>();
  auto* peaks = outputs[1].data<float>();
  each_row(inputs, [&](size_t row, const float* x, int32_t label) {
    const auto [most, sum] = peak(x, shape[1]);
    losses[row] = label < 0 ? kNaN : static_cast<float>(std::log(sum) - (double{x[label]} - double{most}));
    peaks[2 * row] = most;
    peaks[2 * row + 1] = static_cast<float>(1 / sum);
  });
  return true;
}

bool CrossEntropyGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const ov::Shape& shape = inputs[0].get_shape();
  outputs[0].set_shape(shape);
  const auto* gradients = inputs[2].data<const float>();
  const auto* peaks = inputs[3].data<const float>();
  auto* results = outputs[0].data<float>();
  each_row(inputs, [&](size_t row, const float* x, int32_t label) {
    const float g = label < 0 ? kNaN : gradients[row];
    float* out = results + row * shape[1];
    scaled_exponentials(x, peaks[2 * row], peaks[2 * row + 1] * g, out, shape[1]);
    if (label >= 0) out[label] -= g;
  });
  return true;
}

CrossEntropy::CrossEntropy(const ov::OutputVector& inputs) : Op(inputs) { constructor_validate_and_infer_types(); }

void CrossEntropy::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_size() == 2 && get_input_partial_shape(0).rank() == 2, "logits (N, C) wanted");
  set_output_type(0, ov::element::f32, get_input_partial_shape(1));
  set_output_type(1, ov::element::f32, {get_input_partial_shape(1)[0], 2});
}

std::shared_ptr<ov::Node> CrossEntropy::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CrossEntropy>(inputs);
}

CrossEntropyGradient::CrossEntropyGradient(const ov::OutputVector& inputs) : Op(inputs) {
  constructor_validate_and_infer_types();
}

void CrossEntropyGradient::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_size() == 4 && get_input_partial_shape(0).rank() == 2, "logits (N, C) wanted");
  set_output_type(0, ov::element::f32, get_input_partial_shape(0));
}

std::shared_ptr<ov::Node> CrossEntropyGradient::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CrossEntropyGradient>(inputs);
}

}  // namespace keravino::kernels
