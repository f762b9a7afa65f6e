#include "passes/layout.h"

#include <openvino/op/util/multi_subgraph_base.hpp>

#include "keravino/error.h"
#include "passes/fold.h"
#include "passes/layout_cut.h"
#include "passes/layout_rule.h"

namespace keravino::passes {

namespace layout {
namespace {

using NodePtr = std::shared_ptr<ov::Node>;
using Value = ov::Output<ov::Node>;

// The order of a Transpose of known rank by a constant, else nothing.
std::optional<Layout> transpose_order(const ov::Node& node) {
  if (!ov::is_type<ov::op::v1::Transpose>(&node)) return {};
  const auto rank = static_rank(node.get_input_partial_shape(0));
  if (!rank) return {};
  auto order = constant_axes(node, 1, *rank);
  // An empty order reverses the axes.
  if (order && order->empty() && *rank > 0) order = reverse(*rank);
  return order;
}

// An input of an op with the Transposes in front of it taken off: logical(input) = Transpose(logical(source), order).
struct Source {
  Value value;
  Layout order;
  /// The name of the last Transpose taken off.
  std::string name;
};

Source source_of(const ov::Input<ov::Node>& input) {
  Source source{input.get_source_output(), {}, {}};
  const auto rank = static_rank(input.get_partial_shape());
  if (!rank) return source;
  source.order = natural(*rank);
  while (const auto order = transpose_order(*source.value.get_node())) {
    if (source.name.empty()) source.name = source.value.get_node()->get_friendly_name();
    source.order = compose(*order, source.order);
    source.value = source.value.get_node()->input_value(0);
  }
  return source;
}

struct Op {
  NodePtr node;
  std::optional<Frame> frame;
  std::vector<Source> sources;
  Layout order;

  Layout in_layout(size_t input, const Layout& op_order) const {
    const auto rank = static_rank(node->get_input_partial_shape(input));
    if (!rank) return {};
    return frame ? port_layout(frame->in[input], *rank, op_order) : natural(*rank);
  }
  Layout out_layout(size_t output, const Layout& op_order) const {
    const auto rank = static_rank(node->get_output_partial_shape(output));
    if (!rank) return {};
    return frame ? port_layout(frame->out[output], *rank, op_order) : natural(*rank);
  }
  // What is asked of the source of `input`.
  Layout need(size_t input, const Layout& op_order) const {
    const auto layout = in_layout(input, op_order);
    return layout.empty() ? layout : compose(sources[input].order, layout);
  }
};

class Graph {
 public:
  explicit Graph(const std::shared_ptr<ov::Model>& model) {
    for (const auto& node : model->get_ordered_ops()) {
      if (transpose_order(*node)) {
        transposes_.push_back(node);
        continue;
      }
      Op op{node, {}, {}, {}};
      if (const auto* rule = find_rule(*node)) op.frame = (*rule)(*node);
      if (op.frame) op.order = natural(op.frame->labels);
      for (const auto& input : node->inputs()) op.sources.push_back(source_of(input));
      index_[node.get()] = ops_.size();
      ops_.push_back(std::move(op));
    }
    for (size_t i = 0; i < ops_.size(); ++i) {
      for (size_t k = 0; k < ops_[i].sources.size(); ++k) users_[ops_[i].sources[k].value].push_back({i, k});
    }
  }

  void choose() {
    for (double before = -1, now = improve(); now != before;) {
      before = now;
      now = improve();
    }
  }

  void rewrite() {
    const auto shapes = logical_shapes();
    for (auto& op : ops_) {
      for (size_t k = 0; k < op.sources.size(); ++k) {
        const auto& source = op.sources[k];
        const auto name =
            source.name.empty() ? source.value.get_node()->get_friendly_name() + "/transpose" : source.name;
        op.node->input(k).replace_source_output(
            stored(source.value, shapes.at(source.value), op.need(k, op.order), name));
      }
      const auto originals = op.node->outputs();
      const auto outputs = op.frame && !is_natural(op.order) ? op.frame->rewrite(op.node, op.order) : originals;
      if (outputs == originals) op.node->revalidate_and_infer_types();
      for (size_t i = 0; i < originals.size(); ++i) {
        stored_.insert({originals[i], {{op.out_layout(i, op.order), outputs[i]}}});
      }
    }
  }

 private:
  struct User {
    size_t op, input;
  };

  // Each op takes the layout that its largest input already has.
  std::vector<Layout> forward() const {
    std::vector<Layout> orders;
    for (const auto& op : ops_) {
      orders.push_back(op.order);
      if (!op.frame) continue;
      double best = -1;
      for (size_t k = 0; k < op.sources.size(); ++k) {
        const auto& source = op.sources[k];
        const double size = size_of(source.value.get_partial_shape());
        const auto& producer = ops_[index_.at(source.value.get_node())];
        if (size <= best || is_constant(source.value)) continue;
        const auto have = producer.out_layout(source.value.get_index(), orders[index_.at(source.value.get_node())]);
        if (const auto order = order_for(*op.frame, op.frame->in[k], compose(inverse(source.order), have))) {
          orders.back() = *order;
          best = size;
        }
      }
    }
    return orders;
  }

  // Each op gives the layout that most of its consumers ask for.
  std::vector<Layout> backward() const {
    std::vector<Layout> orders(ops_.size());
    for (size_t i = ops_.size(); i-- > 0;) {
      const auto& op = ops_[i];
      orders[i] = op.order;
      if (!op.frame) continue;
      std::map<Layout, size_t> votes;
      for (const auto& output : op.node->outputs()) {
        const auto found = users_.find(output);
        if (found == users_.end()) continue;
        for (const auto& user : found->second) {
          const auto need = ops_[user.op].need(user.input, orders[user.op]);
          if (need.empty()) continue;
          if (const auto order = order_for(*op.frame, op.frame->out[output.get_index()], need)) ++votes[*order];
        }
      }
      const auto most = std::max_element(votes.begin(), votes.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
      if (most != votes.end()) orders[i] = most->first;
    }
    return orders;
  }

  // Lets every op choose between its order and a proposed one. Forward comes last: among equals, Transposes sink.
  double improve() {
    fuse(backward());
    return fuse(forward());
  }

  double fuse(const std::vector<Layout>& proposed) {
    Choice choice;
    choice.ops = ops_.size();
    for (size_t i = 0; i < ops_.size(); ++i) {
      const auto& op = ops_[i];
      if (op.frame) {
        choice.own.push_back({op.frame->cost(op.order), op.frame->cost(proposed[i])});
      } else {
        choice.own.push_back({0, 0});
      }
      for (const auto& output : op.node->outputs()) {
        const auto found = users_.find(output);
        if (found == users_.end()) continue;
        const auto k = output.get_index();
        Tensor tensor{i, {op.out_layout(k, op.order), op.out_layout(k, proposed[i])}, {}, output.get_partial_shape()};
        tensor.constant = is_constant(output);
        for (const auto& user : found->second) {
          const auto& consumer = ops_[user.op];
          tensor.asks.push_back(
              {user.op, {consumer.need(user.input, consumer.order), consumer.need(user.input, proposed[user.op])}});
        }
        choice.tensors.push_back(std::move(tensor));
      }
    }
    const double before = price(choice, std::vector<bool>(ops_.size()));
    const auto second = cheapest(choice);
    const double after = price(choice, second);
    if (after > before) return before;
    for (size_t i = 0; i < ops_.size(); ++i) {
      if (second[i]) ops_[i].order = proposed[i];
    }
    return after;
  }

  static bool is_constant(const Value& value) { return ov::is_type<ov::op::v0::Constant>(value.get_node()); }

  std::map<Value, ov::PartialShape> logical_shapes() const {
    std::map<Value, ov::PartialShape> shapes;
    for (const auto& op : ops_) {
      for (const auto& output : op.node->outputs()) shapes[output] = output.get_partial_shape();
    }
    return shapes;
  }

  // The new value that holds `original` in layout `need`, made on demand.
  Value stored(const Value& original, const ov::PartialShape& shape, const Layout& need, const std::string& name) {
    auto& layouts = stored_.at(original);
    const auto [have, value] = layouts.front();
    if (need.empty()) return value;
    for (const auto& [layout, same] : layouts) {
      if (layout == need) return same;
    }
    layouts.push_back({need, relayout(value, shape, have, need, name)});
    return layouts.back().second;
  }

  std::vector<NodePtr> transposes_;  // keeps the Transposes taken off alive
  std::vector<Op> ops_;
  std::map<const ov::Node*, size_t> index_;
  std::map<Value, std::vector<User>> users_;
  // For each output of the graph as written: what holds it now, and in which layouts. The first is the op's own.
  std::map<Value, std::vector<std::pair<Layout, Value>>> stored_;
};

std::string described(const ov::Node& node) {
  return fmt::format("{} ({})", node.get_friendly_name(), node.get_type_name());
}

// Could `node` have this layout at one of its ports?
bool can_have(const ov::Node& node, std::vector<Port> Frame::*ports, size_t port, const Layout& layout) {
  const auto* rule = find_rule(node);
  const auto frame = rule ? (*rule)(node) : std::nullopt;
  return frame && order_for(*frame, ((*frame).*ports)[port], layout);
}

RemainingTranspose explained(const ov::Node& transpose) {
  const auto source = transpose.input_value(0);
  const auto& producer = *source.get_node();
  const auto order = transpose_order(transpose);
  bool at_end = ov::is_type<ov::op::v0::Parameter>(&producer);
  std::vector<std::string> users, fixed;
  if (order && !can_have(producer, &Frame::out, source.get_index(), *order)) fixed.push_back(described(producer));
  for (const auto& input : transpose.output(0).get_target_inputs()) {
    const auto& user = *input.get_node();
    users.push_back(described(user));
    at_end |= ov::is_type<ov::op::v0::Result>(&user);
    if (order && !can_have(user, &Frame::in, input.get_index(), inverse(*order))) fixed.push_back(users.back());
  }
  std::string reason = "it is nowhere cheaper than here";
  if (!order) {
    reason = "its order is not constant or its rank is not static";
  } else if (at_end) {
    reason = "it stands at an end of the graph";
  } else if (!fixed.empty()) {
    const bool both = fixed.size() == users.size() + 1;
    reason =
        fmt::format("fixed order of axes: {}{}", fmt::join(fixed, ", "), both ? "" : "; elsewhere it is not cheaper");
  }
  return {transpose.get_friendly_name(), fmt::format("{} -> {}", described(producer), fmt::join(users, ", ")), reason};
}

ov::NodeVector transposes_in(const ov::Model& model) {
  ov::NodeVector found;
  for (const auto& node : model.get_ordered_ops()) {
    if (ov::is_type<ov::op::v1::Transpose>(node)) found.push_back(node);
  }
  return found;
}

void check_results(const ov::Model& model, const std::vector<ov::PartialShape>& before) {
  for (size_t i = 0; i < before.size(); ++i) {
    const auto& now = model.output(i).get_partial_shape();
    if (now.same_scheme(before[i])) continue;
    throw Error(Error::Kind::runtime, fmt::format("[passes.sink_transposes] output {} changed its shape from {} to {}",
                                                  i, before[i].to_string(), now.to_string()));
  }
}

}  // namespace
}  // namespace layout

LayoutReport sink_transposes(const std::shared_ptr<ov::Model>& model) {
  LayoutReport report;
  for (const auto& node : model->get_ops()) {
    const auto nested = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node);
    if (!nested) continue;
    for (const auto& body : nested->get_functions()) {
      auto inner = sink_transposes(body);
      report.before += inner.before;
      report.after += inner.after;
      report.remaining.insert(report.remaining.end(), inner.remaining.begin(), inner.remaining.end());
    }
  }
  fold_constants(model);
  std::vector<ov::PartialShape> shapes;
  for (const auto& output : model->outputs()) shapes.push_back(output.get_partial_shape());
  report.before += layout::transposes_in(*model).size();
  {
    layout::Graph graph(model);
    graph.choose();
    graph.rewrite();
  }
  model->validate_nodes_and_infer_types();
  layout::check_results(*model, shapes);
  for (const auto& node : layout::transposes_in(*model)) {
    ++report.after;
    report.remaining.push_back(layout::explained(*node));
  }
  return report;
}

}  // namespace keravino::passes
