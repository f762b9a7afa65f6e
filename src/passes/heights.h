// How much of a graph lies behind each node.
#pragma once

#include <openvino/core/node.hpp>
#include <unordered_map>

namespace keravino::passes {

/// For each of the nodes, which are in the order of a graph: how many nodes that count are on the longest way from it
/// to a result, without itself.
template <class Counts>
std::unordered_map<const ov::Node*, size_t> heights(const ov::NodeVector& nodes, Counts counts) {
  std::unordered_map<const ov::Node*, size_t> heights;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const size_t height = heights[node->get()] + (counts(**node) ? 1 : 0);
    for (const auto& input : (*node)->input_values()) {
      size_t& above = heights[input.get_node()];
      above = std::max(above, height);
    }
  }
  return heights;
}

}  // namespace keravino::passes
