// Ops that work element by element: every input follows the output's axes.
#include <openvino/op/util/unary_elementwise_arithmetic.hpp>

#include "passes/layout_rule.h"

namespace keravino::passes::layout {

namespace {

bool is_single(const ov::PartialShape& shape) { return shape.is_static() && ov::shape_size(shape.to_shape()) == 1; }

ov::op::AutoBroadcastType broadcast_of(const ov::Node& node) {
  if (ov::is_type<ov::op::v0::PRelu>(&node)) return ov::op::AutoBroadcastType::NUMPY;
  if (const auto* quantize = ov::as_type<const ov::op::v0::FakeQuantize>(&node)) {
    return quantize->get_auto_broadcast().m_type;
  }
  return node.get_autob().m_type;
}

// Numpy broadcasting: operands of full rank follow the output, those of lower rank stay and are adapted by the rewrite.
std::optional<Frame> broadcasting(const ov::Node& node) {
  const auto rank = static_rank(node.get_output_partial_shape(0));
  if (!rank || node.get_output_size() != 1) return {};
  const auto broadcast = broadcast_of(node);
  if (broadcast == ov::op::AutoBroadcastType::PDPD) return {};
  double adapted = 0;
  Frame frame{*rank, std::vector<Port>(node.get_input_size()), {moving(*rank)}};
  for (size_t i = 0; i < node.get_input_size(); ++i) {
    const auto& shape = node.get_input_partial_shape(i);
    const auto input_rank = static_rank(shape);
    if (!input_rank) return {};
    if (is_single(shape)) {
      frame.in[i].kind = *input_rank == *rank ? Port::Kind::any : Port::Kind::natural;
    } else if (*input_rank == *rank) {
      frame.in[i] = moving(*rank);
    } else if (broadcast != ov::op::AutoBroadcastType::NUMPY) {
      return {};
    } else if (!ov::is_type<ov::op::v0::Constant>(node.get_input_node_ptr(i))) {
      adapted += transpose_cost(shape, natural(*input_rank), reverse(*input_rank));
    }
  }
  frame.cost = [adapted](const Layout& order) { return is_natural(order) ? 0 : adapted; };
  return frame;
}

// `value` of lower rank as it has to be for an output of this order: [C] becomes [1, C, 1, 1].
ov::Output<ov::Node> adapted(const ov::Output<ov::Node>& value, const Layout& order) {
  const auto& name = value.get_node()->get_friendly_name();
  const auto missing = order.size() - static_cast<size_t>(value.get_partial_shape().size());
  const auto axes = ov::op::v0::Constant::create(ov::element::i64, {missing}, natural(missing));
  const auto unsqueeze = std::make_shared<ov::op::v0::Unsqueeze>(value, axes);
  unsqueeze->set_friendly_name(name);
  const auto full = folded(unsqueeze);
  return relayout(full, full.get_partial_shape(), natural(order.size()), order, name);
}

ov::OutputVector adapt_operands(const std::shared_ptr<ov::Node>& node, const Layout& order) {
  for (auto& input : node->inputs()) {
    const auto& shape = input.get_partial_shape();
    if (shape.size() != order.size() && !is_single(shape)) {
      input.replace_source_output(adapted(input.get_source_output(), order));
    }
  }
  return node->outputs();
}

// The first input gives the shape, the others are scalars or only lend their type.
std::optional<Frame> first_input(const ov::Node& node) {
  auto frame = same_axes(node);
  if (frame) {
    for (size_t i = 1; i < node.get_input_size(); ++i) frame->in[i].kind = Port::Kind::any;
  }
  return frame;
}

// A slope of one entry per channel goes along axis 1, whatever the rank; any other broadcasts as in numpy.
bool slope_is_per_channel(const ov::Node& node) {
  const auto& data = node.get_input_partial_shape(0);
  const auto& slope = node.get_input_partial_shape(1);
  return slope.size() == 1 && data.size() > 1 && slope[0].compatible(data[1]);
}

std::optional<Frame> prelu_frame(const ov::Node& node) {
  const auto& slope = node.get_input_partial_shape(1);
  if (slope.rank().is_dynamic() || node.get_input_partial_shape(0).rank().is_dynamic()) return {};
  if (is_single(slope) || !slope_is_per_channel(node)) return broadcasting(node);
  // Were the channels dynamic, the slope could as well broadcast along the last axis.
  if (node.get_input_partial_shape(0)[1].is_dynamic() || slope[0].is_dynamic()) return {};
  auto frame = same_axes(node);
  frame->accepts = [](const Layout& order) { return order[1] == 1; };
  return frame;
}

ov::OutputVector prelu_rewrite(const std::shared_ptr<ov::Node>& node, const Layout& order) {
  const auto& slope = node->get_input_partial_shape(1);
  // The data input already is reordered: with axis 1 in place a slope per channel is still recognised as one.
  if (is_single(slope) || (order[1] == 1 && slope_is_per_channel(*node))) return node->outputs();
  return adapt_operands(node, order);
}

template <class... Ops>
void add(RuleTable& table, const Rule& rule) {
  (table.push_back({Ops::get_type_info_static(), rule}), ...);
}

}  // namespace

RuleTable elementwise_rules() {
  RuleTable table;
  add<v0::Abs, v0::Acos, v3::Acosh, v0::Asin, v3::Asinh, v0::Atan, v3::Atanh, v13::BitwiseNot, v0::Ceiling, v0::Clamp,
      v0::Convert, v0::Cos, v0::Cosh, v0::Elu, v0::Erf, v0::Exp, v0::Floor, v0::Gelu, v7::Gelu, v5::HSigmoid,
      v4::HSwish, v16::Identity, v10::IsFinite, v10::IsInf, v10::IsNaN, v0::Log, v1::LogicalNot, v4::Mish, v0::Negative,
      v0::Relu, v5::Round, v0::Sigmoid, v0::Sign, v0::Sin, v0::Sinh, v4::SoftPlus, v9::SoftSign, v0::Sqrt, v0::Tan,
      v0::Tanh>(table, first_input);
  add<v1::ConvertLike, v0::HardSigmoid, v0::Selu, v4::Swish>(table, first_input);
  add<v1::Add, v13::BitwiseAnd, v13::BitwiseOr, v13::BitwiseXor, v15::BitwiseLeftShift, v15::BitwiseRightShift,
      v1::Divide, v1::Equal, v0::FakeQuantize, v1::FloorMod, v1::Greater, v1::GreaterEqual, v1::Less, v1::LessEqual,
      v1::LogicalAnd, v1::LogicalOr, v1::LogicalXor, v1::Maximum, v1::Minimum, v1::Mod, v1::Multiply, v1::NotEqual,
      v1::Power, v1::Select, v0::SquaredDifference, v1::Subtract, v0::Xor>(table, rule(broadcasting, adapt_operands));
  add<v0::PRelu>(table, rule(prelu_frame, prelu_rewrite));
  return table;
}

}  // namespace keravino::passes::layout
