#include "engine/snippets.h"

#include <openvino/op/matmul.hpp>
#include <openvino/op/util/binary_elementwise_arithmetic.hpp>
#include <openvino/op/util/unary_elementwise_arithmetic.hpp>

#include "passes/exact_rules.h"

namespace keravino::engine {
namespace {

/// A matrix times a constant one.
bool is_product(const ov::Node& node) {
  return ov::is_type<ov::op::v0::MatMul>(&node) && passes::is_folded(*node.get_input_node_ptr(1)) &&
         node.get_output_partial_shape(0).rank() == 2;
}

/// The node that alone takes this one's result, or null.
const ov::Node* only_user(const ov::Node& node) {
  if (node.get_output_size() != 1 || node.get_output_target_inputs(0).size() != 1) return nullptr;
  return node.get_output_target_inputs(0).begin()->get_node();
}

}  // namespace

bool may_crash_snippets(const ov::Model& model) {
  for (const auto& first : model.get_ops()) {
    if (!is_product(*first)) continue;
    size_t products = 1, others = 0;
    const ov::Node* last = first.get();
    while (const ov::Node* next = only_user(*last)) {
      if (is_product(*next)) {
        ++products;
      } else if (ov::is_type<ov::op::util::BinaryElementwiseArithmetic>(next)) {
        const size_t other = next->get_input_node_ptr(0) == last ? 1 : 0;
        if (products > 1 && !passes::is_folded(*next->get_input_node_ptr(other))) ++others;
      } else if (!ov::is_type<ov::op::util::UnaryElementwiseArithmetic>(next)) {
        break;
      }
      last = next;
    }
    if (others > 1) return true;
  }
  return false;
}

}  // namespace keravino::engine
