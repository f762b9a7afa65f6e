// The part of a graph whose numbers are not known yet.
#pragma once

#include <unordered_map>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::engine {

using Outputs = std::vector<ov::Output<ov::Node>>;

/// The pending nodes above `targets`, each after what it needs. Error if a parameter is among them. Needs
/// graph_mutex().
std::vector<std::shared_ptr<ov::Node>> pending_nodes(const Outputs& targets);

/// Nanoseconds that the interpreter needs for a node, estimated from its shapes.
double interpreter_cost(const ov::Node& node);

/// Nanoseconds that a compiled graph would save over the interpreter, beyond what it takes to find and set it up.
double saved_by_compiling(const std::vector<std::shared_ptr<ov::Node>>& nodes);

/// True if the CPU plugin would narrow a value of the graph (64-bit integers, float64, uint32).
bool needs_width(const std::vector<std::shared_ptr<ov::Node>>& nodes);

}  // namespace keravino::engine
