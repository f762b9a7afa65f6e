#include "kernels/winograd.h"

#ifdef KERAVINO_ONEDNN
#include "kernels/winograd_convolution.h"
#endif

namespace keravino::kernels {

#ifdef KERAVINO_ONEDNN

struct Winograd::Operands {
  Operands(size_t in, size_t out, const std::vector<double>& more)
      : inputs(in), outputs(out), weights(in, out), bias(more.begin(), more.end()) {}

  size_t inputs, outputs;
  winograd::PackedWeights weights;
  std::vector<float> bias;
};

std::shared_ptr<const Winograd::Operands> Winograd::operands(const float* weights, const ov::Shape& shape,
                                                             const std::vector<double>& scale,
                                                             const std::vector<double>& bias) {
  const size_t outputs = shape[0], inputs = shape[1];
  const auto made = std::make_shared<Operands>(inputs, outputs, bias);
  made->weights.set({weights, 1, 9, static_cast<std::ptrdiff_t>(9 * inputs)}, scale);
  return made;
}

bool Winograd::available() { return winograd::is_fast(); }

bool Winograd::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const ov::Shape& x = inputs[0].get_shape();
  const auto size = [&](size_t axis) { return x[axis + 1] + static_cast<size_t>(begin_[axis] + end_[axis]) - 2; };
  const winograd::Geometry geometry{
      x[0], {x[1], x[2]}, {size(0), size(1)}, {begin_[0], begin_[1]}, operands_->inputs, operands_->outputs};
  outputs[0].set_shape({x[0], size(0), size(1), operands_->outputs});
  winograd::convolve(geometry, inputs[0].data<const float>(), operands_->weights, operands_->bias.data(), low_, high_,
                     outputs[0].data<float>());
  return true;
}

#else

struct Winograd::Operands {
  size_t outputs;
};
std::shared_ptr<const Winograd::Operands> Winograd::operands(const float*, const ov::Shape&, const std::vector<double>&,
                                                             const std::vector<double>&) {
  OPENVINO_THROW("built without oneDNN");
}
bool Winograd::available() { return false; }
bool Winograd::evaluate(ov::TensorVector&, const ov::TensorVector&) const { OPENVINO_THROW("built without oneDNN"); }

#endif

Winograd::Winograd(const ov::Output<ov::Node>& x, std::shared_ptr<const Operands> operands, ov::CoordinateDiff begin,
                   ov::CoordinateDiff end, float low, float high)
    : Op({x}), operands_(std::move(operands)), begin_(std::move(begin)), end_(std::move(end)), low_(low), high_(high) {
  constructor_validate_and_infer_types();
}

void Winograd::validate_and_infer_types() {
  ov::PartialShape shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, shape.rank() == 4, "a channels-last tensor wanted, got ", shape);
  for (const size_t i : {size_t{0}, size_t{1}})
    shape[i + 1] = shape[i + 1] + ov::Dimension(begin_[i] + end_[i]) - ov::Dimension(2);
  shape[3] = static_cast<int64_t>(operands_->outputs);
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Winograd::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Winograd>(inputs[0], operands_, begin_, end_, low_, high_);
}

bool Winograd::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("pads_begin", begin_);
  visitor.on_attribute("pads_end", end_);
  visitor.on_attribute("low", low_);
  visitor.on_attribute("high", high_);
  return true;
}

}  // namespace keravino::kernels
