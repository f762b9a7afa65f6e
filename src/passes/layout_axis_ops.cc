// Ops that name some of their axes: reductions, normalisations, Concat, Split, Gather ...
#include <openvino/op/util/arithmetic_reductions_keep_dims.hpp>
#include <openvino/op/util/logical_reduction_keep_dims.hpp>

#include "passes/layout_rule.h"

namespace keravino::passes::layout {

namespace {

using NodePtr = std::shared_ptr<ov::Node>;

// The op's axes are a constant input.
template <size_t input>
std::optional<Frame> axes_input(const ov::Node& node) {
  return constant_values(node, input) ? same_axes(node) : std::nullopt;
}

template <size_t input>
ov::OutputVector move_axes_input(const NodePtr& node, const Layout& order) {
  move_axes(*node, input, order);
  return node->outputs();
}

// The op's axis is an attribute.
std::optional<Frame> axis_attribute(const ov::Node& node) { return same_axes(node); }

template <class Op>
ov::OutputVector move_axis_attribute(const NodePtr& node, const Layout& order) {
  const auto op = ov::as_type_ptr<Op>(node);
  const auto moved = position(order, normalized(static_cast<int64_t>(op->get_axis()), order.size()));
  if constexpr (std::is_base_of_v<ov::op::util::TopKBase, Op>) {
    op->set_axis(ov::Rank(static_cast<int64_t>(order.size())), static_cast<int64_t>(moved));
  } else if constexpr (std::is_same_v<ov::op::v1::Softmax, Op>) {
    op->set_axis(moved);
  } else {
    op->set_axis(static_cast<int64_t>(moved));
  }
  return node->outputs();
}

std::optional<Frame> concat_frame(const ov::Node& node) { return same_axes(node, node.get_input_size()); }

template <class Base>
std::optional<Frame> reduction_frame(const ov::Node& node) {
  const auto rank = static_rank(node.get_input_partial_shape(0));
  if (!rank) return {};
  const auto axes = constant_axes(node, 1, *rank);
  if (!axes) return {};
  Frame frame{*rank, {moving(*rank), {}}, {moving(*rank)}};
  if (dynamic_cast<const Base&>(node).get_keep_dims()) return frame;
  size_t kept = 0;
  for (size_t axis = 0; axis < *rank; ++axis) {
    const bool reduced = std::find(axes->begin(), axes->end(), axis) != axes->end();
    frame.out[0].axes[axis] = reduced ? std::vector<size_t>{} : std::vector<size_t>{kept++};
  }
  return frame;
}

// The gathered axis becomes as many axes as the indices have.
template <class Op>
std::optional<Frame> gather_frame(const ov::Node& node) {
  const auto rank = static_rank(node.get_input_partial_shape(0));
  const auto indices_rank = static_rank(node.get_input_partial_shape(1));
  if (!rank || !indices_rank) return {};
  if constexpr (!std::is_same_v<Op, ov::op::v1::Gather>) {
    if (dynamic_cast<const Op&>(node).get_batch_dims() != 0) return {};
  }
  const auto axes = constant_axes(node, 2, *rank);
  if (!axes) return {};
  Frame frame{*rank, {moving(*rank), {}, {}}, {Port{Port::Kind::moves, {}}}};
  size_t next = 0;
  for (size_t axis = 0; axis < *rank; ++axis) {
    std::vector<size_t> out(axis == axes->at(0) ? *indices_rank : 1);
    for (auto& o : out) o = next++;
    frame.out[0].axes.push_back(std::move(out));
  }
  return frame;
}

// x * scale + shift with vectors along `axis`, for an order that BatchNormInference itself cannot have.
ov::OutputVector decomposed_batch_norm(const NodePtr& node, const ov::OutputVector& gamma_beta_mean_variance,
                                       const ov::Output<ov::Node>& data, double epsilon, size_t axis, size_t rank) {
  const auto& [gamma, beta, mean, variance] = std::tie(gamma_beta_mean_variance[0], gamma_beta_mean_variance[1],
                                                       gamma_beta_mean_variance[2], gamma_beta_mean_variance[3]);
  const auto& name = node->get_friendly_name();
  const auto small = v0::Constant::create(variance.get_element_type(), {1}, {epsilon});
  const auto deviation = folded(std::make_shared<v0::Sqrt>(folded(std::make_shared<v1::Add>(variance, small))));
  const auto scale = folded(std::make_shared<v1::Divide>(gamma, deviation));
  const auto shift = folded(std::make_shared<v1::Subtract>(beta, folded(std::make_shared<v1::Multiply>(mean, scale))));
  std::vector<int64_t> shape(rank, 1);
  shape[axis] = -1;
  const auto along = v0::Constant::create(ov::element::i64, {rank}, shape);
  const auto scaled = std::make_shared<v1::Multiply>(data, folded(std::make_shared<v1::Reshape>(scale, along, false)));
  const auto result = std::make_shared<v1::Add>(scaled, folded(std::make_shared<v1::Reshape>(shift, along, false)));
  scaled->set_friendly_name(name + "/scale");
  result->set_friendly_name(name);
  ov::copy_runtime_info(node, {scaled, result});
  return result->outputs();
}

template <class Op>
constexpr size_t batch_norm_data = std::is_same_v<Op, ov::op::v0::BatchNormInference> ? 2 : 0;

template <class Op>
std::optional<Frame> batch_norm_frame(const ov::Node& node) {
  constexpr size_t data = batch_norm_data<Op>;
  const auto rank = static_rank(node.get_input_partial_shape(data));
  if (!rank) return {};
  Frame frame{*rank, std::vector<Port>(5), {moving(*rank)}};
  frame.in[data] = moving(*rank);
  return frame;
}

template <class Op>
ov::OutputVector batch_norm_rewrite(const NodePtr& node, const Layout& order) {
  if (order[1] == 1) return node->outputs();
  auto inputs = node->input_values();
  const auto data = inputs[batch_norm_data<Op>];
  inputs.erase(inputs.begin() + batch_norm_data<Op>);
  const auto epsilon = ov::as_type_ptr<Op>(node)->get_eps_value();
  return decomposed_batch_norm(node, inputs, data, epsilon, position(order, 1), order.size());
}

// The shape comes out in the stored order; its users want the logical one.
std::optional<Frame> shape_of_frame(const ov::Node& node) {
  const auto rank = static_rank(node.get_input_partial_shape(0));
  if (!rank) return {};
  return Frame{*rank, {moving(*rank)}, {Port{}}};
}

ov::OutputVector shape_of_rewrite(const NodePtr& node, const Layout& order) {
  node->validate_and_infer_types();
  return {reordered(node->output(0), inverse(order))};
}

template <class... Ops>
void add_reductions(RuleTable& table) {
  (table.push_back({Ops::get_type_info_static(), rule(std::is_base_of_v<ov::op::util::LogicalReductionKeepDims, Ops>
                                                          ? reduction_frame<ov::op::util::LogicalReductionKeepDims>
                                                          : reduction_frame<ov::op::util::ArithmeticReductionKeepDims>,
                                                      move_axes_input<1>)}),
   ...);
}

template <class... Ops>
void add_axis_attribute(RuleTable& table) {
  (table.push_back({Ops::get_type_info_static(), rule(axis_attribute, move_axis_attribute<Ops>)}), ...);
}

}  // namespace

RuleTable axis_rules() {
  RuleTable table;
  add_reductions<v4::ReduceL1, v4::ReduceL2, v1::ReduceLogicalAnd, v1::ReduceLogicalOr, v1::ReduceMax, v1::ReduceMean,
                 v1::ReduceMin, v1::ReduceProd, v1::ReduceSum>(table);
  add_axis_attribute<v5::LogSoftmax, v1::Softmax, v8::Softmax, v1::TopK, v3::TopK, v11::TopK>(table);
  table.push_back({v0::Concat::get_type_info_static(), rule(concat_frame, move_axis_attribute<v0::Concat>)});
  table.push_back({v0::CumSum::get_type_info_static(), rule(axes_input<1>, move_axes_input<1>)});
  table.push_back({v6::MVN::get_type_info_static(), rule(axes_input<1>, move_axes_input<1>)});
  table.push_back({v0::NormalizeL2::get_type_info_static(), rule(axes_input<1>, move_axes_input<1>)});
  table.push_back({v7::Roll::get_type_info_static(), rule(axes_input<2>, move_axes_input<2>)});
  table.push_back({v1::Split::get_type_info_static(), rule(axes_input<1>, move_axes_input<1>)});
  table.push_back({v1::VariadicSplit::get_type_info_static(), rule(axes_input<1>, move_axes_input<1>)});
  table.push_back({v1::Gather::get_type_info_static(), rule(gather_frame<v1::Gather>, move_axes_input<2>)});
  table.push_back({v7::Gather::get_type_info_static(), rule(gather_frame<v7::Gather>, move_axes_input<2>)});
  table.push_back({v8::Gather::get_type_info_static(), rule(gather_frame<v8::Gather>, move_axes_input<2>)});
  table.push_back({v0::BatchNormInference::get_type_info_static(),
                   rule(batch_norm_frame<v0::BatchNormInference>, batch_norm_rewrite<v0::BatchNormInference>)});
  table.push_back({v5::BatchNormInference::get_type_info_static(),
                   rule(batch_norm_frame<v5::BatchNormInference>, batch_norm_rewrite<v5::BatchNormInference>)});
  table.push_back({v0::ShapeOf::get_type_info_static(), rule(shape_of_frame, shape_of_rewrite)});
  table.push_back({v3::ShapeOf::get_type_info_static(), rule(shape_of_frame, shape_of_rewrite)});
  return table;
}

}  // namespace keravino::passes::layout
