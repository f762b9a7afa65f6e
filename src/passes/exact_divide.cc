#include "passes/exact_rules.h"

namespace ov {
void disable_divide_conversion(const std::shared_ptr<Node>& node);  // exported by libopenvino, in none of its headers
}

namespace keravino::passes {

void keep_divisions(const ov::Model& model) {
  for (const auto& node : model.get_ops()) {
    const bool variable =
        ov::is_type<ov::op::v1::Divide>(node) && !ov::is_type<ov::op::v0::Constant>(node->get_input_node_ptr(1));
    if (variable && node->get_output_element_type(0).is_real()) ov::disable_divide_conversion(node);
  }
}

}  // namespace keravino::passes
