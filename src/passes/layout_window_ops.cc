// Ops with one number per axis: Pad, Slice, StridedSlice, Interpolate, Tile, Broadcast.
#include <openvino/op/util/broadcast_base.hpp>
#include <openvino/op/util/interpolate_base.hpp>

#include "passes/layout_rule.h"

namespace keravino::passes::layout {

namespace {

using NodePtr = std::shared_ptr<ov::Node>;

// The length of a vector input, where it is static.
std::optional<size_t> length_of(const ov::Node& node, size_t input) {
  const auto& shape = node.get_input_partial_shape(input);
  if (shape.is_dynamic() || shape.size() != 1) return {};
  return static_cast<size_t>(shape[0].get_length());
}

// Inputs `vectors` have one entry per axis.
template <size_t... vectors>
std::optional<Frame> vectors_frame(const ov::Node& node) {
  auto frame = same_axes(node);
  if (!frame || ((length_of(node, vectors) != frame->labels) || ...)) return {};
  return frame;
}

template <size_t... vectors>
ov::OutputVector reorder_vectors(const NodePtr& node, const Layout& order) {
  (node->set_argument(vectors, reordered(node->input_value(vectors), order)), ...);
  return node->outputs();
}

std::optional<Frame> broadcast_frame(const ov::Node& node) {
  const auto mode = dynamic_cast<const ov::op::util::BroadcastBase&>(node).get_broadcast_spec().m_type;
  if (mode != ov::op::BroadcastType::NUMPY && mode != ov::op::BroadcastType::BIDIRECTIONAL) return {};
  return vectors_frame<1>(node);
}

constexpr size_t kSliceAxes = 4;

std::optional<Frame> slice_frame(const ov::Node& node) {
  const bool known = node.get_input_size() > kSliceAxes ? constant_values(node, kSliceAxes).has_value()
                                                        : length_of(node, 1).has_value();
  return known ? same_axes(node) : std::nullopt;
}

ov::OutputVector slice_rewrite(const NodePtr& node, const Layout& order) {
  if (node->get_input_size() == kSliceAxes) {
    std::vector<int64_t> axes(*length_of(*node, 1));
    std::iota(axes.begin(), axes.end(), 0);
    set_constant(*node, kSliceAxes, axes);
  }
  move_axes(*node, kSliceAxes, order);
  return node->outputs();
}

bool has_bit(const std::vector<int64_t>& mask) { return std::find(mask.begin(), mask.end(), 1) != mask.end(); }

std::optional<Frame> strided_slice_frame(const ov::Node& node) {
  const auto& slice = dynamic_cast<const ov::op::v1::StridedSlice&>(node);
  if (has_bit(slice.get_new_axis_mask()) || has_bit(slice.get_ellipsis_mask())) return {};
  const auto rank = static_rank(node.get_input_partial_shape(0));
  const auto length = length_of(node, 1);
  if (!rank || !length || *length > *rank || length_of(node, 2) != length || node.get_input_size() != 4) return {};
  if (length_of(node, 3) != length) return {};
  Frame frame{*rank, std::vector<Port>(4), {moving(*rank)}};
  frame.in[0] = moving(*rank);
  auto shrink = slice.get_shrink_axis_mask();
  shrink.resize(*rank);
  size_t kept = 0;
  for (size_t axis = 0; axis < *rank; ++axis) {
    frame.out[0].axes[axis] = shrink[axis] == 1 ? std::vector<size_t>{} : std::vector<size_t>{kept++};
  }
  return frame;
}

// Brings the vectors to full length and everything into order.
ov::OutputVector strided_slice_rewrite(const NodePtr& node, const Layout& order) {
  const auto slice = ov::as_type_ptr<ov::op::v1::StridedSlice>(node);
  const auto length = *length_of(*node, 1);
  const auto missing = order.size() - length;
  for (size_t input : {1, 2, 3}) {
    auto vector = node->input_value(input);
    if (missing > 0) {
      const auto rest = ov::op::v0::Constant::create(vector.get_element_type(), {missing}, {input == 3 ? 1 : 0});
      vector = folded(std::make_shared<ov::op::v0::Concat>(ov::OutputVector{vector, rest}, 0));
    }
    node->set_argument(input, reordered(vector, order));
  }
  // Axes beyond the vectors are taken whole, those without a bit in the mask obey the vectors.
  auto moved = [&](std::vector<int64_t> mask, int64_t beyond) {
    mask.resize(length, 0);
    mask.resize(order.size(), beyond);
    std::vector<int64_t> result;
    for (size_t axis : order) result.push_back(mask[axis]);
    return result;
  };
  slice->set_begin_mask(moved(slice->get_begin_mask(), 1));
  slice->set_end_mask(moved(slice->get_end_mask(), 1));
  slice->set_shrink_axis_mask(moved(slice->get_shrink_axis_mask(), 0));
  return node->outputs();
}

// The axes are the input `axes`; without it, all.
template <size_t axes>
std::optional<Frame> interpolate_frame(const ov::Node& node) {
  const auto& attributes = dynamic_cast<const ov::op::util::InterpolateBase&>(node).get_attrs();
  auto padded = [](const std::vector<size_t>& pads) {
    return std::count(pads.begin(), pads.end(), 0u) != std::ssize(pads);
  };
  if (padded(attributes.pads_begin) || padded(attributes.pads_end)) return {};
  auto frame = same_axes(node);
  if (!frame) return {};
  std::vector<size_t> resized = natural(frame->labels);
  if (node.get_input_size() > axes) {
    const auto given = constant_axes(node, axes, frame->labels);
    if (!given) return {};
    resized = *given;
  }
  // Kernels know their axes in rising order only.
  frame->accepts = [resized](const Layout& order) {
    std::vector<size_t> moved;
    for (size_t axis : resized) moved.push_back(position(order, axis));
    return std::is_sorted(moved.begin(), moved.end());
  };
  return frame;
}

template <size_t axes>
ov::OutputVector interpolate_rewrite(const NodePtr& node, const Layout& order) {
  if (node->get_input_size() > axes) move_axes(*node, axes, order);
  return node->outputs();
}

}  // namespace

RuleTable window_rules() {
  return {
      {v1::Broadcast::get_type_info_static(), rule(broadcast_frame, reorder_vectors<1>)},
      {v3::Broadcast::get_type_info_static(), rule(broadcast_frame, reorder_vectors<1>)},
      {v4::Interpolate::get_type_info_static(), rule(interpolate_frame<3>, interpolate_rewrite<3>)},
      {v11::Interpolate::get_type_info_static(), rule(interpolate_frame<2>, interpolate_rewrite<2>)},
      {v1::Pad::get_type_info_static(), rule(vectors_frame<1, 2>, reorder_vectors<1, 2>)},
      {v12::Pad::get_type_info_static(), rule(vectors_frame<1, 2>, reorder_vectors<1, 2>)},
      {v8::Slice::get_type_info_static(), rule(slice_frame, slice_rewrite)},
      {v1::StridedSlice::get_type_info_static(), rule(strided_slice_frame, strided_slice_rewrite)},
      {v0::Tile::get_type_info_static(), rule(vectors_frame<1>, reorder_vectors<1>)},
  };
}

}  // namespace keravino::passes::layout
