#include "passes/recognise.h"

#include <openvino/runtime/properties.hpp>

#include "ops/control.h"
#include "passes/layout_rule.h"
#include "passes/recognise_rule.h"

namespace keravino::passes {

std::optional<double> number(const Value& value) {
  const auto constant = as<ov::op::v0::Constant>(value);
  if (!constant || ov::shape_size(constant->get_shape()) != 1 || !constant->get_element_type().is_real()) return {};
  return constant->cast_vector<double>()[0];
}

bool is_number(const Value& value, double wanted) {
  const auto found = number(value);
  return found && std::abs(*found - wanted) <= 2e-7 * std::abs(wanted);
}

std::optional<std::pair<Value, Value>> split_inputs(const ov::Node& node,
                                                    const std::function<bool(const Value&)>& test) {
  if (node.get_input_size() != 2) return {};
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (test(node.input_value(i))) return {{node.input_value(i), node.input_value(1 - i)}};
  }
  return {};
}

std::optional<Part> part_of(const Value& value) {
  const auto node = value.get_node_shared_ptr();
  if (node->get_input_size() == 0) return {};
  const Value of = node->input_value(0);
  const auto rank = layout::static_rank(of.get_partial_shape());
  if (!rank || *rank == 0 || of.get_partial_shape()[*rank - 1].is_dynamic()) return {};
  const int64_t size = of.get_partial_shape()[*rank - 1].get_length();
  const auto on_last = [&](size_t input) {
    return layout::constant_axes(*node, input, *rank) == std::vector{*rank - 1};
  };
  if (ov::is_type<ov::op::v1::Split>(node) && on_last(1)) {
    const auto length = size / static_cast<int64_t>(node->get_output_size());
    const auto begin = static_cast<int64_t>(value.get_index()) * length;
    return Part{of, begin, begin + length};
  }
  if (!ov::is_type<ov::op::v8::Slice>(node) || node->get_input_size() < 5 || !on_last(4)) return {};
  const auto at = [&](size_t input) { return layout::constant_values(*node, input).value_or(std::vector<int64_t>{}); };
  const auto begin = at(1), end = at(2);
  if (begin.size() != 1 || end.size() != 1 || at(3) != std::vector<int64_t>{1}) return {};
  const auto place = [&](int64_t i) { return std::clamp(i < 0 ? i + size : i, int64_t{0}, size); };
  return Part{of, place(begin[0]), place(end[0])};
}

bool is_closed(const ov::Node& last, const std::vector<Value>& inputs) {
  std::set<const ov::Node*> within{&last};
  std::vector<const ov::Node*> stack{&last};
  while (!stack.empty()) {
    const ov::Node* node = stack.back();
    stack.pop_back();
    for (const Value& value : node->input_values()) {
      if (std::ranges::find(inputs, value) != inputs.end() || ov::is_type<ov::op::v0::Constant>(value.get_node()))
        continue;
      if (within.insert(value.get_node()).second) stack.push_back(value.get_node());
    }
  }
  return std::ranges::all_of(within, [&](const ov::Node* node) {
    if (node == &last) return true;
    const auto users = node->get_users();
    return std::ranges::all_of(users, [&](const auto& user) { return within.contains(user.get()); });
  });
}

/// Puts what was made in the node's place. All of it, back to what was there before, gets the node's runtime info.
static void replace(const std::shared_ptr<ov::Node>& node, const ov::OutputVector& made, size_t since) {
  const std::string name = node->get_friendly_name();
  std::vector<std::shared_ptr<ov::Node>> stack;
  for (const Value& value : made) stack.push_back(value.get_node_shared_ptr());
  while (!stack.empty()) {
    const auto next = stack.back();
    stack.pop_back();
    if (next->get_instance_id() < since || !next->get_rt_info().empty()) continue;
    ov::copy_runtime_info(node, next);
    next->set_friendly_name(fmt::format("{}/{}", name, next->get_type_name()));
    for (const Value& input : next->input_values()) stack.push_back(input.get_node_shared_ptr());
  }
  made[0].get_node()->set_friendly_name(name);
  for (size_t i = 0; i < made.size(); ++i) node->output(i).replace(made[i]);
}

std::vector<Recognised> recognise(const std::shared_ptr<ov::Model>& model) {
  static const auto rows = [] {
    std::multimap<ov::DiscreteTypeInfo, const RecogniseRow*> all;
    for (const auto family :
         {recognise_activations(), recognise_attention(), recognise_products(), recognise_recurrent()}) {
      for (const RecogniseRow& row : family) all.emplace(row.last, &row);
    }
    return all;
  }();
  std::vector<Recognised> found;
  for (const auto& node : model->get_ordered_ops()) {
    const auto [begin, end] = rows.equal_range(node->get_type_info());
    for (auto row = begin; row != end; ++row) {
      const size_t since = ops::moment();
      const auto attempt = row->second->attempt(node);
      if (!attempt) continue;
      found.push_back(
          {std::string(row->second->what), std::string(row->second->into), node->get_friendly_name(), attempt->reason});
      if (attempt->made.empty()) continue;
      replace(node, attempt->made, since);
      if (row->second->keeps_inputs)
        model->set_rt_info("0", "runtime_options", ov::hint::dynamic_quantization_group_size.name());
      break;
    }
  }
  return found;
}

}  // namespace keravino::passes
