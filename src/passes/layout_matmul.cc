// MatMul with a matrix of weights: the last axis is the channels'.
#include "passes/layout_rule.h"

namespace keravino::passes::layout {

namespace {

using NodePtr = std::shared_ptr<ov::Node>;

bool is_last(const Layout& order) { return order.back() + 1 == order.size(); }

// Axis 0 first and the channels second: the MatMul can be a 1x1 convolution.
bool is_channels_first(const Layout& order) {
  return order.size() >= 3 && order.size() <= 5 && order[0] == 0 && order[1] + 1 == order.size();
}

// Weights of 8 bits or fewer with a scale: FullyConnected computes with them as they are, Convolution does not.
bool is_compressed(ov::Output<ov::Node> weights) {
  while (!ov::is_type<ov::op::v0::Constant>(weights.get_node())) {
    if (weights.get_node()->get_input_size() == 0) return false;
    weights = weights.get_node()->input_value(0);
  }
  return weights.get_element_type().bitwidth() < 16;
}

std::optional<Frame> matmul_frame(const ov::Node& node) {
  const auto& matmul = dynamic_cast<const ov::op::v0::MatMul&>(node);
  const auto rank = static_rank(node.get_input_partial_shape(0));
  const auto& weights = node.get_input_partial_shape(1);
  if (!rank || *rank < 3 || matmul.get_transpose_a() || weights.is_dynamic() || weights.size() != 2) return {};
  Frame frame{*rank, {moving(*rank), Port{}}, {moving(*rank)}};
  const auto* constant = ov::as_type<const ov::op::v0::Constant>(node.get_input_node_ptr(1));
  const auto& type = node.get_output_element_type(0);
  // Plugins convolve no wider numbers than these, and no integers.
  const bool narrow = type == ov::element::f32 || type == ov::element::f16 || type == ov::element::bf16;
  const bool convolvable = narrow && !is_compressed(node.input_value(1));
  frame.accepts = [=](const Layout& order) { return is_last(order) || (convolvable && is_channels_first(order)); };
  const bool as_is = constant || matmul.get_transpose_b();
  const double weights_cost = as_is ? 0 : transpose_cost(weights, {0, 1}, {1, 0});
  frame.cost = [=](const Layout& order) { return is_last(order) ? 0 : weights_cost; };
  return frame;
}

ov::OutputVector matmul_rewrite(const NodePtr& node, const Layout& order) {
  if (is_last(order)) return node->outputs();
  const auto& name = node->get_friendly_name();
  const auto weights = node->input_value(1);
  const bool has_out_first = ov::as_type_ptr<v0::MatMul>(node)->get_transpose_b();
  const auto matrix = relayout(weights, weights.get_partial_shape(), {0, 1},
                               has_out_first ? Layout{0, 1} : Layout{1, 0}, weights.get_node()->get_friendly_name());
  std::vector<int64_t> axes(order.size() - 2);
  std::iota(axes.begin(), axes.end(), 2);
  const auto kernel =
      folded(std::make_shared<v0::Unsqueeze>(matrix, v0::Constant::create(ov::element::i64, {axes.size()}, axes)));
  const auto ones = ov::Strides(axes.size(), 1);
  const auto zeros = ov::CoordinateDiff(axes.size(), 0);
  const auto convolution = std::make_shared<v1::Convolution>(node->input_value(0), kernel, ones, zeros, zeros, ones);
  convolution->set_friendly_name(name);
  ov::copy_runtime_info(node, convolution);
  return convolution->outputs();
}

}  // namespace

RuleTable matmul_rules() { return {{ov::op::v0::MatMul::get_type_info_static(), rule(matmul_frame, matmul_rewrite)}}; }

}  // namespace keravino::passes::layout
