#include "passes/exact_rules.h"

namespace ov {
void disable_divide_conversion(const std::shared_ptr<Node>& node);  // exported by libopenvino, in none of its headers
}

namespace keravino::passes {

void keep_divisions(const ov::Model& model) {
  for (const auto& node : model.get_ops()) {
    if (!ov::is_type<ov::op::v1::Divide>(node) || !node->get_output_element_type(0).is_real()) continue;
    // The plugin may move a division with a constant into the node above, and then divides by the constant always.
    const bool constant = is_folded(*node->get_input_node_ptr(0)) || is_folded(*node->get_input_node_ptr(1));
    if (!constant) ov::disable_divide_conversion(node);
  }
}

}  // namespace keravino::passes
