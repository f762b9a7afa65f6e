#include "passes/layout_axes.h"

namespace keravino::passes::layout {

namespace {

// Stands for a dynamic dimension where costs are compared.
constexpr double kTypicalDimension = 32;

// For each dimension of the stored result: a number, 0 (as the input's at the same place) or -1; nothing if more than
// one dimension cannot be told.
std::optional<std::vector<int64_t>> reshape_pattern(const ov::PartialShape& shape, const Layout& have,
                                                    const Layout& need) {
  std::vector<int64_t> pattern;
  for (size_t i = 0; i < need.size(); ++i) {
    const auto& dimension = shape[need[i]];
    pattern.push_back(dimension.is_static() ? dimension.get_length() : need[i] == have[i] ? 0 : -1);
  }
  if (std::count(pattern.begin(), pattern.end(), -1) > 1) return {};
  return pattern;
}

// True if the axes that are not of size 1 keep their order.
bool moves_only_ones(const ov::PartialShape& shape, const Layout& have, const Layout& need) {
  auto is_one = [&](size_t axis) { return shape[axis].is_static() && shape[axis].get_length() == 1; };
  Layout a, b;
  std::copy_if(have.begin(), have.end(), std::back_inserter(a), [&](size_t axis) { return !is_one(axis); });
  std::copy_if(need.begin(), need.end(), std::back_inserter(b), [&](size_t axis) { return !is_one(axis); });
  return a == b && reshape_pattern(shape, have, need);
}

}  // namespace

Layout natural(size_t rank) {
  Layout layout(rank);
  std::iota(layout.begin(), layout.end(), size_t{0});
  return layout;
}

Layout reverse(size_t rank) {
  const auto layout = natural(rank);
  return {layout.rbegin(), layout.rend()};
}

bool is_natural(const Layout& layout) { return layout == natural(layout.size()); }

Layout inverse(const Layout& layout) {
  Layout result(layout.size());
  for (size_t i = 0; i < layout.size(); ++i) result[layout[i]] = i;
  return result;
}

size_t position(const Layout& layout, size_t axis) {
  return static_cast<size_t>(std::find(layout.begin(), layout.end(), axis) - layout.begin());
}

Layout compose(const Layout& outer, const Layout& inner) {
  Layout result(inner.size());
  for (size_t i = 0; i < inner.size(); ++i) result[i] = outer[inner[i]];
  return result;
}

double size_of(const ov::PartialShape& shape) {
  double size = 1;
  for (const auto& d : shape) size *= d.is_static() ? static_cast<double>(d.get_length()) : kTypicalDimension;
  return size;
}

double transpose_cost(const ov::PartialShape& shape, const Layout& have, const Layout& need) {
  if (have == need || have.empty() || need.empty()) return 0;
  return moves_only_ones(shape, have, need) ? 1 : 1 + size_of(shape);
}

ov::Output<ov::Node> relayout(const ov::Output<ov::Node>& value, const ov::PartialShape& shape, const Layout& have,
                              const Layout& need, const std::string& name) {
  if (have == need || have.empty() || need.empty()) return value;
  std::shared_ptr<ov::Node> node;
  if (moves_only_ones(shape, have, need)) {
    const auto pattern = *reshape_pattern(shape, have, need);
    const auto target = ov::op::v0::Constant::create(ov::element::i64, {pattern.size()}, pattern);
    node = std::make_shared<ov::op::v1::Reshape>(value, target, true);
  } else {
    const auto order = compose(inverse(have), need);
    const auto target = ov::op::v0::Constant::create(ov::element::i64, {order.size()}, order);
    node = std::make_shared<ov::op::v1::Transpose>(value, target);
  }
  node->set_friendly_name(name);
  return folded(node);
}

ov::Output<ov::Node> folded(const std::shared_ptr<ov::Node>& node) {
  const auto inputs = node->input_values();
  ov::OutputVector outputs(node->get_output_size());
  const bool constant = std::all_of(inputs.begin(), inputs.end(),
                                    [](const auto& i) { return ov::is_type<ov::op::v0::Constant>(i.get_node()); });
  if (!constant || !node->constant_fold(outputs, inputs)) return node->output(0);
  outputs[0].get_node()->set_friendly_name(node->get_friendly_name());
  return outputs[0];
}

}  // namespace keravino::passes::layout
