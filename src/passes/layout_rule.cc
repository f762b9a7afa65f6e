#include "passes/layout_rule.h"

namespace keravino::passes::layout {

Layout port_layout(const Port& port, size_t rank, const Layout& order) {
  if (port.kind == Port::Kind::any) return {};
  if (port.kind == Port::Kind::natural) return natural(rank);
  Layout layout;
  for (size_t label : order) layout.insert(layout.end(), port.axes[label].begin(), port.axes[label].end());
  return layout;
}

std::optional<Layout> order_for(const Frame& frame, const Port& port, const Layout& layout) {
  if (port.kind != Port::Kind::moves) return {};
  Layout order;
  for (size_t i = 0; i < layout.size();) {
    // The label that begins with this axis; its other axes must follow.
    size_t label = 0;
    while (label < frame.labels && (port.axes[label].empty() || port.axes[label][0] != layout[i])) ++label;
    if (label == frame.labels) return {};
    for (size_t axis : port.axes[label]) {
      if (i == layout.size() || layout[i++] != axis) return {};
    }
    order.push_back(label);
  }
  for (size_t label = 0; label < frame.labels; ++label) {
    if (!port.axes[label].empty()) continue;
    const auto after = label == 0 ? order.begin() : std::find(order.begin(), order.end(), label - 1) + 1;
    order.insert(after, label);
  }
  if (!is_natural(order) && !frame.accepts(order)) return {};
  return order;
}

const Rule* find_rule(const ov::Node& node) {
  static const auto rules = [] {
    std::map<ov::DiscreteTypeInfo, Rule> all;
    for (const auto& table : {elementwise_rules(), axis_rules(), shape_rules(), window_rules(), matmul_rules()}) {
      all.insert(table.begin(), table.end());
    }
    return all;
  }();
  const auto found = rules.find(node.get_type_info());
  return found == rules.end() ? nullptr : &found->second;
}

Rule rule(Rule frame, Frame::Rewrite rewrite) {
  return [=](const ov::Node& node) {
    auto result = frame(node);
    if (result) result->rewrite = rewrite;
    return result;
  };
}

Port moving(size_t rank) {
  Port port{Port::Kind::moves, {}};
  for (size_t axis = 0; axis < rank; ++axis) port.axes.push_back({axis});
  return port;
}

std::optional<Frame> same_axes(const ov::Node& node, size_t inputs_that_move) {
  const auto rank = static_rank(node.get_input_partial_shape(0));
  if (!rank) return {};
  Frame frame;
  frame.labels = *rank;
  frame.in.resize(node.get_input_size());
  frame.out.resize(node.get_output_size());
  for (size_t i = 0; i < inputs_that_move; ++i) {
    if (static_rank(node.get_input_partial_shape(i)) != rank) return {};
    frame.in[i] = moving(*rank);
  }
  for (size_t i = 0; i < frame.out.size(); ++i) {
    if (static_rank(node.get_output_partial_shape(i)) != rank) return {};
    frame.out[i] = moving(*rank);
  }
  return frame;
}

std::optional<size_t> static_rank(const ov::PartialShape& shape) {
  if (shape.rank().is_dynamic()) return {};
  return static_cast<size_t>(shape.rank().get_length());
}

std::optional<std::vector<int64_t>> constant_values(const ov::Node& node, size_t input) {
  if (input >= node.get_input_size()) return {};
  const auto* constant = ov::as_type<const ov::op::v0::Constant>(node.get_input_node_ptr(input));
  if (!constant) return {};
  return constant->cast_vector<int64_t>();
}

std::optional<std::vector<size_t>> constant_axes(const ov::Node& node, size_t input, size_t rank) {
  const auto values = constant_values(node, input);
  if (!values) return {};
  std::vector<size_t> axes;
  for (int64_t axis : *values) axes.push_back(normalized(axis, rank));
  return axes;
}

size_t normalized(int64_t axis, size_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank) : axis);
}

void set_constant(ov::Node& node, size_t input, const std::vector<int64_t>& values) {
  const bool present = input < node.get_input_size();
  const bool scalar = present && node.get_input_partial_shape(input).rank() == 0;
  const auto type = present ? node.get_input_element_type(input) : ov::element::i64;
  const auto constant = ov::op::v0::Constant::create(type, scalar ? ov::Shape{} : ov::Shape{values.size()}, values);
  if (present) constant->set_friendly_name(node.get_input_node_ptr(input)->get_friendly_name());
  node.set_argument(input, constant);
}

void move_axes(ov::Node& node, size_t input, const Layout& order) {
  std::vector<int64_t> moved;
  const auto axes = *constant_axes(node, input, order.size());
  for (size_t axis : axes) moved.push_back(static_cast<int64_t>(position(order, axis)));
  set_constant(node, input, moved);
}

ov::Output<ov::Node> reordered(const ov::Output<ov::Node>& vector, const Layout& order) {
  const auto indices = ov::op::v0::Constant::create(ov::element::i64, {order.size()}, order);
  const auto axis = ov::op::v0::Constant::create(ov::element::i64, {}, {0});
  const auto gather = std::make_shared<ov::op::v8::Gather>(vector, indices, axis);
  gather->set_friendly_name(vector.get_node()->get_friendly_name());
  return folded(gather);
}

}  // namespace keravino::passes::layout
