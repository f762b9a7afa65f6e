// Which ops can run with their axes in another order, and what has to change in them.
#pragma once

#include <functional>
#include <optional>

#include "passes/layout_axes.h"

namespace keravino::passes::layout {

// OpenVINO's op sets.
namespace v0 = ov::op::v0;
namespace v1 = ov::op::v1;
namespace v3 = ov::op::v3;
namespace v4 = ov::op::v4;
namespace v5 = ov::op::v5;
namespace v6 = ov::op::v6;
namespace v7 = ov::op::v7;
namespace v8 = ov::op::v8;
namespace v9 = ov::op::v9;
namespace v10 = ov::op::v10;
namespace v11 = ov::op::v11;
namespace v12 = ov::op::v12;
namespace v13 = ov::op::v13;
namespace v15 = ov::op::v15;
namespace v16 = ov::op::v16;

/// How one input or output takes part in the reordering of an op's labels.
struct Port {
  enum class Kind {
    natural,  // always as written: attributes, weights, operands that the op's rule adapts itself
    moves,    // its axes follow the labels
    any,      // its order does not matter
  };
  Kind kind = Kind::natural;
  /// For each label, the logical axes that go with it; they stay together, in this order.
  std::vector<std::vector<size_t>> axes;
};

/// The axes of an op under common labels, as in einsum: those of an elementwise op are its output's axes, those of a
/// Reshape the groups of axes with equal product. An op's layout is an order of its labels.
struct Frame {
  size_t labels = 0;
  std::vector<Port> in, out;
  /// The orders that the op can run in, besides the natural one.
  std::function<bool(const Layout&)> accepts = [](const Layout&) { return true; };
  /// What running in this order costs in itself, in elements transposed.
  std::function<double(const Layout&)> cost = [](const Layout&) { return 0.0; };
  /// Makes `node`, whose data inputs already are in their new layouts, right for `order`. Returns what stands for its
  /// outputs, mostly its own.
  using Rewrite = std::function<ov::OutputVector(const std::shared_ptr<ov::Node>& node, const Layout& order)>;
  Rewrite rewrite = [](const std::shared_ptr<ov::Node>& node, const Layout&) { return node->outputs(); };
};

/// The layout of `port` (of rank `rank`) when the op's labels are in this order. Empty: any.
Layout port_layout(const Port& port, size_t rank, const Layout& order);
/// The order of labels under which `port` has this layout; labels the port lacks stay behind their predecessor.
/// Nothing if there is none.
std::optional<Layout> order_for(const Frame& frame, const Port& port, const Layout& layout);

/// The frame of a node; nothing if the node cannot be reordered at all.
using Rule = std::function<std::optional<Frame>(const ov::Node&)>;
using RuleTable = std::vector<std::pair<ov::DiscreteTypeInfo, Rule>>;

/// The rule of a node's type, or nullptr.
const Rule* find_rule(const ov::Node& node);

RuleTable elementwise_rules();
RuleTable axis_rules();
RuleTable shape_rules();
RuleTable window_rules();
RuleTable matmul_rules();

// What the tables are made of.

/// A rule out of its two halves.
Rule rule(Rule frame, Frame::Rewrite rewrite);
/// One label per axis.
Port moving(size_t rank);
/// Inputs `data` and all outputs share the axes of input 0, of static rank. Nothing where the rank is dynamic.
std::optional<Frame> same_axes(const ov::Node& node, size_t inputs_that_move = 1);
std::optional<size_t> static_rank(const ov::PartialShape& shape);
/// The integers of a constant input, or nothing.
std::optional<std::vector<int64_t>> constant_values(const ov::Node& node, size_t input);
/// The same as axes of a tensor of `rank`, negative ones counted from its end.
std::optional<std::vector<size_t>> constant_axes(const ov::Node& node, size_t input, size_t rank);
size_t normalized(int64_t axis, size_t rank);
/// Replaces (or appends) the constant input `input`.
void set_constant(ov::Node& node, size_t input, const std::vector<int64_t>& values);
/// Replaces the constant axes at `input` by where `order` stores them.
void move_axes(ov::Node& node, size_t input, const Layout& order);
/// A vector with one entry per axis, constant or not, in the given order.
ov::Output<ov::Node> reordered(const ov::Output<ov::Node>& vector, const Layout& order);

}  // namespace keravino::passes::layout
