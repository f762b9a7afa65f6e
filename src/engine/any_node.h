// A question about all nodes of a graph, those within branches and loops too.
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

}  // namespace keravino::engine
