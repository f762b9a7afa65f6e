#include "ops/custom_gradient.h"

#include "engine/device.h"
#include "kernels/channels.h"
#include "ops/make.h"

namespace keravino::ops {
namespace {

thread_local int t_recordings = 0;

}  // namespace

Recording::Recording() { ++t_recordings; }
Recording::~Recording() { --t_recordings; }
bool recording() { return t_recordings > 0; }
bool takes_kernels(const Tensor& x) {
  return recording() && x.traced() && x.dtype() == DType::float32 && engine::is_cpu(engine::default_options().device);
}

std::vector<Tensor> with_gradient(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, WantedVjp vjp) {
  const bool traced = std::any_of(ys.begin(), ys.end(), [](const Tensor& y) { return y.traced(); });
  if (!recording() || !traced) return ys;
  const std::lock_guard lock(graph_mutex());
  ov::OutputVector inputs;
  for (const Tensor& y : ys) inputs.push_back(y.output());
  for (const Tensor& x : xs) inputs.push_back(x.output());
  const auto node = std::make_shared<CustomGradient>(inputs, ys.size(), std::move(vjp));
  std::vector<Tensor> outputs;
  for (const auto& output : node->outputs()) outputs.push_back(wrap(output, {.traced = true}));
  return outputs;
}

std::vector<Tensor> with_gradient(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, Vjp vjp) {
  return with_gradient(ys, xs, [vjp = std::move(vjp)](const auto& in, const auto& out, const auto& gs, const auto&) {
    return vjp(in, out, gs);
  });
}

Tensor with_gradient(const Tensor& y, const std::vector<Tensor>& xs,
                     Tensor (*vjp)(const std::vector<Tensor>& xs, const Tensor& y, const Tensor& g)) {
  const auto one = [vjp](const std::vector<Tensor>& in, const std::vector<Tensor>& out, const std::vector<Tensor>& gs) {
    return std::vector<Tensor>{vjp(in, out[0], gs[0])};
  };
  return with_gradient(std::vector{y}, xs, one)[0];
}

Tensor gated(const Tensor& y, const Tensor& g, double low, double high) {
  if (takes_kernels(y) && takes_kernels(g)) return make<kernels::Gate>(std::vector<Tensor>{y, g}, low, high);
  const Tensor above = y > low;
  return select(std::isinf(high) ? above : make<v::v1::LogicalAnd>(above, y < high), g, 0);
}

CustomGradient::CustomGradient(const ov::OutputVector& inputs, size_t outputs, WantedVjp vjp)
    : Op(inputs), outputs_(outputs), vjp_(std::move(vjp)) {
  constructor_validate_and_infer_types();
}

void CustomGradient::validate_and_infer_types() {
  for (size_t i = 0; i < outputs_; ++i) set_output_type(i, get_input_element_type(i), get_input_partial_shape(i));
}

std::shared_ptr<ov::Node> CustomGradient::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CustomGradient>(inputs, outputs_, vjp_);
}

bool CustomGradient::visit_attributes(ov::AttributeVisitor& visitor) {
  auto count = static_cast<int64_t>(outputs_);
  visitor.on_attribute("outputs", count);
  return true;
}

bool CustomGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  for (size_t i = 0; i < outputs_; ++i) outputs[i] = inputs[i];
  return true;
}

}  // namespace keravino::ops
