#include "passes/order.h"

#include <openvino/opsets/opset15.hpp>
#include <unordered_map>

#include "kernels/convolution.h"
#include "kernels/product.h"

namespace keravino::passes {
namespace {

bool is_view(const ov::Node& node) { return ov::is_type<ov::op::v1::Reshape>(&node); }

/// The longest ways to a node from the graph's inputs, and from it to the results; views do not count.
struct Place {
  size_t depth = 0, height = 0;
};

std::unordered_map<const ov::Node*, Place> places_of(const ov::NodeVector& nodes) {
  std::unordered_map<const ov::Node*, Place> places;
  for (const auto& node : nodes) {
    Place& place = places[node.get()];
    for (const auto& input : node->input_values())
      place.depth = std::max(place.depth, places.at(input.get_node()).depth + (is_view(*node) ? 0 : 1));
  }
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const size_t height = places.at(node->get()).height + (is_view(**node) ? 0 : 1);
    for (const auto& input : (*node)->input_values()) {
      Place& place = places.at(input.get_node());
      place.height = std::max(place.height, height);
    }
  }
  return places;
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
  const auto places = places_of(nodes);
  size_t waiting = 0;
  for (const auto& node : nodes) {
    if (is_view(*node)) continue;
    for (const auto& output : node->outputs()) {
      ov::NodeVector users;
      add_users(output, users);
      const auto last = std::max_element(users.begin(), users.end(), [&](const auto& a, const auto& b) {
        return places.at(a.get()).height < places.at(b.get()).height;
      });
      for (const auto& user : users) {
        const Place &own = places.at(user.get()), &latest = places.at(last->get());
        // Each waits for one that is no deeper, and for one of its depth only if less follows it: never in a circle.
        if (own.height == latest.height || own.depth > latest.depth) continue;
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
