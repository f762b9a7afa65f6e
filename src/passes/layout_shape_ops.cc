// Reshape, Squeeze and Unsqueeze: labels are groups of axes.
#include "passes/layout_rule.h"

namespace keravino::passes::layout {

namespace {

using NodePtr = std::shared_ptr<ov::Node>;

bool is_one(const ov::Dimension& d) { return d.is_static() && d.get_length() == 1; }

struct Group {
  std::vector<size_t> in, out;
};

double static_product(const ov::PartialShape& shape) {
  double product = 1;
  for (const auto& d : shape) product *= d.is_static() ? static_cast<double>(d.get_length()) : 1;
  return product;
}

// True if the dynamic dimensions of `in` and `out` at these axes must be equal: the only dynamic ones, or copied.
bool same_dynamic(const ov::op::v1::Reshape& node, size_t in_axis, size_t out_axis) {
  const auto& in = node.get_input_partial_shape(0);
  const auto& out = node.get_output_partial_shape(0);
  const auto pattern = constant_values(node, 1);
  if (node.get_special_zero() && in_axis == out_axis && pattern && (*pattern)[out_axis] == 0) return true;
  auto dynamic = [](const ov::Dimension& d) { return d.is_dynamic(); };
  return std::count_if(in.begin(), in.end(), dynamic) == 1 && std::count_if(out.begin(), out.end(), dynamic) == 1 &&
         static_product(in) == static_product(out);
}

// Splits the axes of both sides into the smallest groups of equal product; nothing where dynamic shapes forbid it.
std::optional<std::vector<Group>> groups_of(const ov::op::v1::Reshape& node) {
  const auto& in = node.get_input_partial_shape(0);
  const auto& out = node.get_output_partial_shape(0);
  std::vector<Group> groups;
  size_t i = 0, o = 0;
  while (i < in.size() || o < out.size()) {
    const bool both = i < in.size() && o < out.size();
    if (both && in[i].is_static() && in[i] == out[o]) {
      groups.push_back({{i++}, {o++}});
    } else if (i < in.size() && is_one(in[i])) {
      groups.push_back({{i++}, {}});
    } else if (o < out.size() && is_one(out[o])) {
      groups.push_back({{}, {o++}});
    } else if (!both) {
      return {};
    } else if (in[i].is_dynamic() && out[o].is_dynamic() && same_dynamic(node, i, o)) {
      groups.push_back({{i++}, {o++}});
    } else {
      Group group;
      int64_t in_product = 1, out_product = 1;
      do {
        const bool take_in = in_product <= out_product && (in_product < out_product || group.in.empty());
        const auto& shape = take_in ? in : out;
        auto& next = take_in ? i : o;
        if (next == shape.size() || shape[next].is_dynamic() || shape[next].get_length() == 0) return {};
        (take_in ? in_product : out_product) *= shape[next].get_length();
        (take_in ? group.in : group.out).push_back(next++);
      } while (in_product != out_product || group.out.empty());
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

// The target shape in this order; nothing where more than one dimension would have to be found out.
std::optional<std::vector<int64_t>> pattern_for(const ov::PartialShape& out, const std::vector<Group>& groups,
                                                const Layout& order) {
  std::vector<int64_t> pattern;
  size_t in_position = 0, unknown = 0;
  for (size_t label : order) {
    const auto& group = groups[label];
    for (size_t axis : group.out) {
      if (out[axis].is_static()) {
        pattern.push_back(out[axis].get_length());
      } else {
        const bool copied = group.in.size() == 1 && in_position == pattern.size();
        pattern.push_back(copied ? 0 : -1);
        unknown += copied ? 0 : 1;
      }
    }
    in_position += group.in.size();
  }
  if (unknown > 1) return {};
  return pattern;
}

const ov::op::v1::Reshape& as_reshape(const ov::Node& node) { return dynamic_cast<const ov::op::v1::Reshape&>(node); }

std::optional<Frame> reshape_frame(const ov::Node& node) {
  if (!static_rank(node.get_input_partial_shape(0)) || !static_rank(node.get_output_partial_shape(0))) return {};
  const auto groups = groups_of(as_reshape(node));
  if (!groups) return {};
  Frame frame{groups->size(), {Port{Port::Kind::moves, {}}, Port{}}, {Port{Port::Kind::moves, {}}}};
  for (const auto& group : *groups) {
    frame.in[0].axes.push_back(group.in);
    frame.out[0].axes.push_back(group.out);
  }
  frame.accepts = [groups, out = node.get_output_partial_shape(0)](const Layout& order) {
    return pattern_for(out, *groups, order).has_value();
  };
  frame.rewrite = [groups, out = node.get_output_partial_shape(0)](const NodePtr& self, const Layout& order) {
    ov::as_type_ptr<ov::op::v1::Reshape>(self)->set_special_zero(true);
    set_constant(*self, 1, *pattern_for(out, *groups, order));
    return self->outputs();
  };
  return frame;
}

// Squeeze and Unsqueeze: the labels are the axes of the higher rank, the lower one lacks those of size 1.
Port without(const std::vector<size_t>& axes, size_t rank) {
  auto port = moving(rank);
  size_t next = 0;
  for (size_t axis = 0; axis < rank; ++axis) {
    const bool gone = std::find(axes.begin(), axes.end(), axis) != axes.end();
    port.axes[axis] = gone ? std::vector<size_t>{} : std::vector<size_t>{next++};
  }
  return port;
}

std::optional<Frame> squeeze_frame(const ov::Node& node) {
  const auto rank = static_rank(node.get_input_partial_shape(0));
  if (!rank || node.get_input_size() != 2) return {};
  const auto axes = constant_axes(node, 1, *rank);
  if (!axes || node.get_output_partial_shape(0).rank() != static_cast<int64_t>(*rank - axes->size())) return {};
  return Frame{*rank, {moving(*rank), Port{}}, {without(*axes, *rank)}};
}

std::optional<Frame> unsqueeze_frame(const ov::Node& node) {
  const auto rank = static_rank(node.get_output_partial_shape(0));
  if (!rank) return {};
  const auto axes = constant_axes(node, 1, *rank);
  if (!axes) return {};
  return Frame{*rank, {without(*axes, *rank), Port{}}, {moving(*rank)}};
}

ov::OutputVector move_squeezed_axes(const NodePtr& node, const Layout& order) {
  move_axes(*node, 1, order);
  return node->outputs();
}

}  // namespace

RuleTable shape_rules() {
  return {
      {v1::Reshape::get_type_info_static(), reshape_frame},
      {v0::Squeeze::get_type_info_static(), rule(squeeze_frame, move_squeezed_axes)},
      {v15::Squeeze::get_type_info_static(), rule(squeeze_frame, move_squeezed_axes)},
      {v0::Unsqueeze::get_type_info_static(), rule(unsqueeze_frame, move_squeezed_axes)},
  };
}

}  // namespace keravino::passes::layout
