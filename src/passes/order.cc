#include "passes/order.h"

#include <functional>
#include <openvino/opsets/opset15.hpp>
#include <unordered_map>

#include "kernels/convolution.h"
#include "kernels/product.h"
#include "passes/heights.h"

namespace keravino::passes {
namespace {

bool is_view(const ov::Node& node) { return ov::is_type<ov::op::v1::Reshape>(&node); }

using Lengths = std::unordered_map<const ov::Node*, size_t>;

/// The longest way to each node from the graph's inputs; views do not count.
Lengths depths_of(const ov::NodeVector& nodes) {
  Lengths depths;
  for (const auto& node : nodes) {
    size_t& depth = depths[node.get()];
    for (const auto& input : node->input_values())
      depth = std::max(depth, depths.at(input.get_node()) + (is_view(*node) ? 0 : 1));
  }
  return depths;
}

/// The kernels that read a value, in whatever shape.
void add_users(const ov::Output<ov::Node>& value, ov::NodeVector& users) {
  for (const auto& use : value.get_target_inputs()) {
    ov::Node* user = use.get_node();
    if (ov::is_type_any_of<kernels::Convolution, kernels::Product>(user)) users.push_back(user->shared_from_this());
    if (is_view(*user)) add_users(user->output(0), users);
  }
}

}  // namespace

size_t compute_leaves_early(const std::shared_ptr<ov::Model>& model) {
  const ov::NodeVector nodes = model->get_ordered_ops();
  const Lengths depths = depths_of(nodes), below = heights(nodes, std::not_fn(is_view));
  size_t waiting = 0;
  for (const auto& node : nodes) {
    if (is_view(*node)) continue;
    for (const auto& output : node->outputs()) {
      ov::NodeVector users;
      add_users(output, users);
      const auto last = std::max_element(users.begin(), users.end(), [&](const auto& a, const auto& b) {
        return below.at(a.get()) < below.at(b.get());
      });
      for (const auto& user : users) {
        // Each waits for one that is no deeper, and for one of its depth only if less follows it: never in a circle.
        if (below.at(user.get()) == below.at(last->get()) || depths.at(user.get()) > depths.at(last->get())) continue;
        auto inputs = (*last)->input_values();
        if (std::find(inputs.begin(), inputs.end(), user->output(0)) != inputs.end()) continue;
        inputs.push_back(user->output(0));
        (*last)->set_arguments(inputs);
        ++waiting;
      }
    }
  }
  return waiting;
}

}  // namespace keravino::passes
