// Questions about all nodes of a graph, those within branches and loops too, and about all uses of a node.
#pragma once

#include <algorithm>
#include <openvino/core/model.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

namespace keravino::engine {

/// True if `holds(node)` for a node of the model, or of a body of an If or Loop in it.
template <class F>
bool any_node(const ov::Model& model, const F& holds) {
  const auto nodes = model.get_ops();
  return std::any_of(nodes.begin(), nodes.end(), [&](const std::shared_ptr<ov::Node>& node) {
    if (const auto outer = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
      const auto& bodies = outer->get_functions();
      if (std::any_of(bodies.begin(), bodies.end(), [&](const auto& body) { return any_node(*body, holds); }))
        return true;
    }
    return holds(*node);
  });
}

/// True if a node of one output is used, and each use is one of which `is_end(use)` holds, or a node that
/// `passes(node)` its numbers on to such uses alone.
template <class End, class Passes>
bool leads_only_to(const ov::Node& node, const End& is_end, const Passes& passes) {
  if (node.get_output_size() != 1) return false;
  const auto uses = node.get_output_target_inputs(0);
  return !uses.empty() && std::all_of(uses.begin(), uses.end(), [&](const ov::Input<ov::Node>& use) {
    return is_end(use) || (passes(*use.get_node()) && leads_only_to(*use.get_node(), is_end, passes));
  });
}

}  // namespace keravino::engine
