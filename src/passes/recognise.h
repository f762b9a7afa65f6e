// What several nodes mean together, as the one op that plugins are fastest at.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>
#include <string>
#include <vector>

#include "keravino/recognised.h"

namespace keravino::passes {

/// Rewrites in place by the table of recognise.cc, in standard ops: inputs, outputs and names stay. It is for graphs
/// that are compiled or written to a file; the ops that it makes have no gradients.
std::vector<Recognised> recognise(const std::shared_ptr<ov::Model>& model);

/// A node of a graph that a device runs.
struct ExecutedNode {
  std::string name, type, primitive;
  std::vector<std::string> names;  // its own, and of the nodes of the compiled graph that it stands for
};
/// In the order in which they run.
std::vector<ExecutedNode> executed_nodes(const ov::Model& executed);

/// What OpenVINO recognises by itself in `graph`, by the graph that the device runs (`get_runtime_model()` of the
/// compiled one).
std::vector<Recognised> recognised_by_device(const ov::Model& graph, const ov::Model& executed);

}  // namespace keravino::passes
