#include "passes/fuse.h"

#include <map>
#include <openvino/opsets/opset15.hpp>
#include <unordered_map>
#include <unordered_set>

#include "kernels/element_wise.h"
#include "passes/exact_rules.h"
#include "passes/heights.h"

namespace keravino::passes {
namespace {

using NodePtr = std::shared_ptr<ov::Node>;
using Plan = engine::FusedPlan<ov::Output<ov::Node>>;

constexpr size_t kMostElements = 1 << 14;  // above, the plugin's own kernels gain more than a node costs
constexpr size_t kFewestNodes = 256;       // below, OpenVINO's passes take no time that counts

bool is_small(const ov::PartialShape& shape) {
  return shape.is_static() && ov::shape_size(shape.to_shape()) <= kMostElements;
}

/// The elements of a node's input in another shape.
bool is_view(const ov::Node& node) {
  return ov::is_type_any_of<ov::op::v1::Reshape, ov::op::v0::Squeeze, ov::op::v0::Unsqueeze>(&node) &&
         node.get_input_element_type(0) == ov::element::f32 && is_small(node.get_output_partial_shape(0)) &&
         node.get_input_partial_shape(0).is_static();
}

/// Where the elements of a value come from.
ov::Output<ov::Node> source(ov::Output<ov::Node> value) {
  while (is_view(*value.get_node())) value = value.get_node()->input_value(0);
  return value;
}

/// The number of elements of a node that can be a part of a fused one; 0 if it cannot.
size_t elements(const ov::Node& node) {
  if (node.get_output_size() != 1 || node.get_output_element_type(0) != ov::element::f32) return 0;
  if (!is_small(node.get_output_partial_shape(0)) || !node.get_control_dependencies().empty()) return 0;
  const size_t count = ov::shape_size(node.get_output_shape(0));
  return engine::Fused::takes(node, count) ? count : 0;
}

/// Whether a node is a product into which the plugin fuses what follows.
bool has_constant_weights(const NodePtr& node) {
  return ov::is_type_any_of<ov::op::v0::MatMul, ov::op::v1::Convolution, ov::op::v1::GroupConvolution>(node) &&
         is_folded(*node->get_input_node_ptr(1));
}

/// Puts the nodes of a graph in an order in which those that can be fused are neighbours.
class Order {
 public:
  explicit Order(const ov::NodeVector& nodes) : nodes_(nodes), items_(nodes.size()) {
    for (size_t i = 0; i < nodes.size(); ++i) number_of_[nodes[i].get()] = i;
    for (size_t i = 0; i < nodes.size(); ++i) add(i);
    const auto counts = [&](const ov::Node& node) {
      const Item& item = items_[number_of_.at(&node)];
      return item.elements == 0 && !item.is_view;
    };
    for (const auto& [node, height] : heights(nodes, counts)) items_[number_of_.at(node)].height = height;
  }

  size_t fusable() const {
    return static_cast<size_t>(
        std::count_if(items_.begin(), items_.end(), [](const Item& item) { return item.elements > 0; }));
  }

  /// Runs of nodes on one number of elements. Each may be computed at once, after the runs before it: nodes that cannot
  /// be fused come as early as they can, the others as late as they can.
  std::vector<ov::NodeVector> runs() {
    std::vector<ov::NodeVector> runs;
    for (size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].waits == 0) make_ready(i);
    }
    while (!ready_.empty() || !fusable_.empty()) {
      if (!ready_.empty()) {
        const size_t next = ready_.back();
        ready_.pop_back();
        finish(next);
        continue;
      }
      const size_t count = most_urgent();
      ov::NodeVector& run = runs.emplace_back();
      while (fusable_.contains(count)) {
        const std::vector<size_t> batch = std::move(fusable_.extract(count).mapped());
        for (const size_t next : batch) {
          run.push_back(nodes_[next]);
          finish(next);
        }
      }
    }
    return runs;
  }

 private:
  struct Item {
    size_t elements = 0, waits = 0, height = 0;  // height: of nodes below it, on the longest way, that are not fused
    bool is_view = false, is_constant = false;
  };

  void add(size_t i) {
    const ov::Node& node = *nodes_[i];
    Item& item = items_[i];
    item.is_constant = ov::is_type<ov::op::v0::Constant>(&node) || node.get_input_size() > 0;
    for (const auto& input : node.input_values())
      item.is_constant = item.is_constant && items_[number_of_.at(input.get_node())].is_constant;
    item.waits = node.get_input_size();
    if (item.is_constant) return;  // OpenVINO folds it
    item.is_view = is_view(node);
    item.elements = elements(node);
  }

  void make_ready(size_t i) {
    if (items_[i].is_view) return finish(i);  // it breaks no run
    if (items_[i].elements > 0)
      fusable_[items_[i].elements].push_back(i);
    else
      ready_.push_back(i);
  }

  void finish(size_t i) {
    for (const auto& output : nodes_[i]->outputs()) {
      for (const auto& use : output.get_target_inputs()) {
        const size_t user = number_of_.at(use.get_node());
        if (--items_[user].waits == 0) make_ready(user);
      }
    }
  }

  /// The number of elements of the node behind which the longest way lies.
  size_t most_urgent() const {
    size_t count = 0, height = 0;
    for (const auto& [elements, ready] : fusable_) {
      for (const size_t i : ready) {
        if (count > 0 && items_[i].height <= height) continue;
        count = elements;
        height = items_[i].height;
      }
    }
    return count;
  }

  const ov::NodeVector& nodes_;
  std::vector<Item> items_;
  std::unordered_map<const ov::Node*, size_t> number_of_;
  std::vector<size_t> ready_;                      // not to be fused
  std::map<size_t, std::vector<size_t>> fusable_;  // ready as well, by their numbers of elements
};

/// The inputs outside of a run that want a value, as it is or through views.
std::vector<ov::Input<ov::Node>> uses(const ov::Output<ov::Node>& value, const std::unordered_set<ov::Node*>& run) {
  std::vector<ov::Input<ov::Node>> found;
  for (const auto& use : value.get_target_inputs()) {
    ov::Node* user = use.get_node();
    if (run.contains(user) || (is_view(*user) && use.get_index() == 0 && uses(user->output(0), run).empty())) continue;
    found.push_back(use);
  }
  return found;
}

void fuse(const ov::NodeVector& run) {
  std::unordered_set<ov::Node*> inside;
  for (const NodePtr& node : run) inside.insert(node.get());
  const size_t count = ov::shape_size(run[0]->get_output_shape(0));
  std::vector<Plan::Link> links;
  for (const NodePtr& node : run) {
    Plan::Link& link = links.emplace_back(Plan::Link{node.get(), {}, node->output(0)});
    for (const auto& input : node->input_values()) link.reads.push_back(source(input));
  }
  Plan plan(count, links);
  std::vector<engine::Fused::Result> results;
  ov::OutputVector replaced;
  for (const NodePtr& node : run) {
    ov::Output<ov::Node> value = node->output(0);
    const auto outside = uses(value, inside);
    if (outside.empty()) continue;
    const size_t part = plan.number_of.at(value);
    if (outside.size() == 1 && is_view(*outside[0].get_node())) value = outside[0].get_node()->output(0);
    replaced.push_back(value);
    results.push_back({part, value.get_element_type(), value.get_shape()});
  }
  const auto fused = std::make_shared<kernels::ElementWise>(
      plan.inputs,
      std::make_shared<const engine::Fused>(count, std::move(plan.singles), plan.parts, std::move(results)));
  for (size_t i = 0; i < replaced.size(); ++i) replaced[i].replace(fused->output(i));
}

}  // namespace

size_t fuse_element_wise(const std::shared_ptr<ov::Model>& model) {
  const ov::NodeVector nodes = model->get_ordered_ops();
  if (!model->get_sinks().empty() || std::any_of(nodes.begin(), nodes.end(), has_constant_weights)) return 0;
  Order order(nodes);
  if (order.fusable() < kFewestNodes) return 0;
  size_t fused = 0;
  for (const ov::NodeVector& run : order.runs()) {
    if (run.size() < 2) continue;
    fuse(run);
    fused += run.size();
  }
  return fused;
}

}  // namespace keravino::passes
