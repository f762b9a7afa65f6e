#include "kernels/interpreted.h"

#include "engine/evaluate.h"
#include "tensor/value.h"

namespace keravino::kernels {
namespace {

/// The node on inputs of the same types and shapes; constants stay, as shapes hang on them.
std::shared_ptr<ov::Node> detached(const ov::Node& node) {
  ov::OutputVector leaves;
  for (const auto& input : node.input_values()) {
    if (ov::is_type<ov::op::v0::Constant>(input.get_node())) {
      leaves.push_back(input.get_node()->clone_with_new_inputs({}));
    } else {
      leaves.push_back(
          std::make_shared<ov::op::v0::Parameter>(input.get_element_type(), input.get_partial_shape())->output(0));
    }
  }
  return node.clone_with_new_inputs(leaves);
}

}  // namespace

Interpreted::Interpreted(const ov::Node& node) : Interpreted(node.input_values(), detached(node)) {}

Interpreted::Interpreted(const ov::OutputVector& inputs, std::shared_ptr<ov::Node> node)
    : Op(inputs), node_(std::move(node)) {
  constructor_validate_and_infer_types();
}

void Interpreted::validate_and_infer_types() {
  const auto node = node_->clone_with_new_inputs(input_values());
  set_output_size(node->get_output_size());
  for (size_t i = 0; i < node->get_output_size(); ++i) {
    const ov::element::Type type = node->get_output_element_type(i);
    set_output_type(i, type == ov::element::boolean ? ov::element::u8 : type, node->get_output_partial_shape(i));
  }
}

std::shared_ptr<ov::Node> Interpreted::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::shared_ptr<Interpreted>(new Interpreted(inputs, node_));
}

bool Interpreted::visit_attributes(ov::AttributeVisitor& visitor) {
  std::string type = node_->get_type_name();
  visitor.on_attribute("interpreted_type", type);
  return node_->visit_attributes(visitor);
}

bool Interpreted::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  ov::TensorVector numbers;
  ov::OutputVector leaves;
  for (size_t i = 0; i < inputs.size(); ++i) {
    numbers.push_back(engine::convert(inputs[i], node_->get_input_element_type(i)));
    leaves.push_back(constant(numbers.back()));
  }
  ov::TensorVector results;
  if (!engine::evaluate(node_->clone_with_new_inputs(leaves), results, numbers)) return false;
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].set_shape(results[i].get_shape());
    engine::convert(results[i], outputs[i].get_element_type()).copy_to(outputs[i]);
  }
  return true;
}

}  // namespace keravino::kernels
