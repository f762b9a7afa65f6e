#include "kernels/after.h"

namespace keravino::kernels {

After::After(const ov::OutputVector& inputs) : Op(inputs) { constructor_validate_and_infer_types(); }

void After::validate_and_infer_types() { set_output_type(0, get_input_element_type(0), get_input_partial_shape(0)); }

std::shared_ptr<ov::Node> After::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<After>(inputs);
}

bool After::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(inputs[0].get_shape());
  inputs[0].copy_to(outputs[0]);
  return true;
}

}  // namespace keravino::kernels
