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

/// Nanoseconds that evaluators need for the elements of these nodes, estimated from op types and shapes; less than none
/// for what takes longer in a compiled graph.
double work(const std::vector<std::shared_ptr<ov::Node>>& nodes);

/// True if the CPU plugin would narrow a value of the graph (64-bit integers, float64, uint32).
bool needs_width(const std::vector<std::shared_ptr<ov::Node>>& nodes);

}  // namespace keravino::engine
