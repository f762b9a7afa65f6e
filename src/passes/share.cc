#include "passes/share.h"

#include <openvino/op/util/multi_subgraph_base.hpp>
#include <openvino/op/util/variable_extension.hpp>
#include <openvino/opsets/opset15.hpp>
#include <unordered_map>

#include "engine/attributes.h"

namespace keravino::passes {
namespace {

bool is_shareable(const ov::Node& node) {
  return !ov::is_type_any_of<ov::op::v0::Parameter, ov::op::v0::Result, ov::op::Sink, ov::op::util::MultiSubGraphOp,
                             ov::op::v8::RandomUniform>(&node) &&
         !dynamic_cast<const ov::op::util::VariableExtension*>(&node);
}

std::string key_of(ov::Node& node) {
  if (const auto* constant = ov::as_type<const ov::op::v0::Constant>(&node))
    return engine::key_of(constant->get_tensor_view());
  std::string key = engine::key_of(node);
  for (const auto& input : node.input_values()) {
    engine::append_bytes(key, input.get_node());
    engine::append_bytes(key, input.get_index());
  }
  return key;
}

}  // namespace

size_t share_duplicates(const std::shared_ptr<ov::Model>& model) {
  std::unordered_map<std::string, ov::Node*> first_of;
  size_t shared = 0;
  for (const auto& node : model->get_ordered_ops()) {
    if (!is_shareable(*node)) continue;
    const auto [first, is_new] = first_of.emplace(key_of(*node), node.get());
    if (is_new) continue;
    for (size_t i = 0; i < node->get_output_size(); ++i) node->output(i).replace(first->second->output(i));
    ++shared;
  }
  return shared;
}

}  // namespace keravino::passes
