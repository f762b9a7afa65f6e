#include "kernels/element_wise.h"

namespace keravino::kernels {

ElementWise::ElementWise(const ov::OutputVector& inputs, std::shared_ptr<const engine::Fused> fused)
    : Op(inputs), fused_(std::move(fused)) {
  constructor_validate_and_infer_types();
}

void ElementWise::validate_and_infer_types() {
  set_output_size(fused_->results().size());
  for (size_t i = 0; i < fused_->results().size(); ++i)
    set_output_type(i, fused_->results()[i].type, fused_->results()[i].shape);
}

std::shared_ptr<ov::Node> ElementWise::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<ElementWise>(inputs, fused_);
}

bool ElementWise::visit_attributes(ov::AttributeVisitor& visitor) {
  std::string nodes = fused_->text();
  visitor.on_attribute("nodes", nodes);
  return true;
}

bool ElementWise::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  fused_->run(outputs, inputs);
  return true;
}

}  // namespace keravino::kernels
