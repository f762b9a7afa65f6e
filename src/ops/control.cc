#include "ops/control.h"

#include <openvino/op/if.hpp>
#include <openvino/op/loop.hpp>

#include "engine/engine.h"
#include "keravino/ops/rearrange.h"
#include "ops/make.h"

namespace keravino::ops {
namespace {

using Output = ov::Output<ov::Node>;
using ParameterPtr = std::shared_ptr<v::v0::Parameter>;

/// A body as a graph of its own.
class Subgraph {
 public:
  /// With `hoist`, nodes that do not hang on the body's parameters stay outside.
  Subgraph(const Body& body, bool hoist) : since_(body.since), hoist_(hoist) {
    for (const Tensor& parameter : body.parameters) own_[parameter.output().get_node()] = true;
  }

  /// Puts `inner` in place of a parameter of the body.
  void bind(const Tensor& parameter, const Output& inner) { copies_[parameter.output().get_node()] = {inner}; }

  /// The copy of a tensor of the body.
  Output copy(const Output& output) {
    std::vector<std::pair<ov::Node*, size_t>> stack;  // a node and its next input to visit
    if (is_own(output)) stack.emplace_back(output.get_node(), 0);
    while (!stack.empty()) {
      auto& [node, next] = stack.back();
      if (copies_.contains(node)) {
        stack.pop_back();
      } else if (next < node->get_input_size()) {
        const Output input = node->input_value(next++);
        if (is_own(input)) stack.emplace_back(input.get_node(), 0);
      } else {
        ov::OutputVector inputs;
        for (const Output& input : node->input_values()) inputs.push_back(find(input));
        copies_[node] = node->clone_with_new_inputs(inputs)->outputs();
        stack.pop_back();
      }
    }
    return find(output);
  }

  /// Whether the node belongs to the body: it was made since, and (with `hoist`) hangs on a parameter of it.
  bool is_own(const Output& output) {
    std::vector<const ov::Node*> stack{output.get_node()};
    while (!stack.empty()) {
      const ov::Node* node = stack.back();
      bool own = !hoist_, pending = false;
      if (own_.contains(node)) {
        stack.pop_back();
        continue;
      }
      if (node->get_instance_id() < since_ || ov::is_type<v::v0::Parameter>(node) ||
          ov::is_type<v::v0::Constant>(node)) {
        own = false;
      } else if (hoist_) {
        for (size_t i = 0; i < node->get_input_size(); ++i) {
          const auto found = own_.find(node->get_input_node_ptr(i));
          pending |= found == own_.end();
          own |= found != own_.end() && found->second;
          if (found == own_.end()) stack.push_back(node->get_input_node_ptr(i));
        }
      }
      if (pending) continue;
      own_[node] = own;
      stack.pop_back();
    }
    return own_.at(output.get_node());
  }

  /// What the body uses from outside, each with the parameter that stands for it.
  const std::vector<std::pair<Output, ParameterPtr>>& captured() const { return captured_; }

 private:
  Output find(const Output& output) {
    ov::Node* node = output.get_node();
    const auto found = copies_.find(node);
    if (found != copies_.end()) return found->second[output.get_index()];
    if (ov::is_type<v::v0::Constant>(node) && !is_watched(*node))
      return (copies_[node] = node->clone_with_new_inputs({})->outputs())[0];
    for (const auto& [outer, parameter] : captured_) {
      if (outer == output) return parameter;
    }
    captured_.emplace_back(output,
                           std::make_shared<v::v0::Parameter>(output.get_element_type(), output.get_partial_shape()));
    return captured_.back().second;
  }

  size_t since_;
  bool hoist_;
  std::unordered_map<const ov::Node*, bool> own_;
  std::unordered_map<const ov::Node*, ov::OutputVector> copies_;
  std::vector<std::pair<Output, ParameterPtr>> captured_;
};

std::shared_ptr<ov::Model> make_model(const ov::OutputVector& results, ov::ParameterVector parameters,
                                      const Subgraph& graph) {
  for (const auto& [outer, parameter] : graph.captured()) parameters.push_back(parameter);
  return std::make_shared<ov::Model>(results, parameters);
}

/// A next state that hangs on the state before, as long as a flag that is true may be false: OpenVINO (2026.4.1) takes
/// a state that does not for one that is there even without a step.
Output hung(const Output& next, const Output& before, const Output& flag) {
  if (next.get_partial_shape() == before.get_partial_shape())
    return std::make_shared<v::v1::Select>(flag, next, before);
  if (next.get_element_type() == ov::element::boolean) return std::make_shared<v::v1::LogicalAnd>(next, flag);
  return std::make_shared<v::v1::Multiply>(next, std::make_shared<v::v0::Convert>(flag, next.get_element_type()));
}

/// Outputs of a node that hangs on traced tensors.
std::vector<Tensor> traced(const ov::OutputVector& outputs) {
  std::vector<Tensor> tensors;
  for (const Output& output : outputs) tensors.push_back(wrap(output, {.traced = true}));
  return tensors;
}

}  // namespace

Output computed(const Output& output) {
  if (!ov::is_type<v::v0::Parameter>(output.get_node())) return output;
  if (output.get_element_type() == ov::element::boolean) return std::make_shared<v::v1::LogicalOr>(output, output);
  return std::make_shared<v::v1::Maximum>(output, output);
}

std::pair<std::shared_ptr<ov::Model>, std::vector<Tensor>> extracted(const Body& body) {
  const std::lock_guard lock(graph_mutex());
  Subgraph graph(body, false);
  ov::OutputVector results, outer;
  for (const Tensor& result : body.results) results.push_back(graph.copy(result.output()));
  for (const auto& [output, parameter] : graph.captured()) outer.push_back(output);
  return {make_model(results, {}, graph), traced(outer)};
}

std::vector<Tensor> inlined(const ov::Model& body, const std::vector<Tensor>& arguments) {
  const std::lock_guard lock(graph_mutex());
  std::unordered_map<const ov::Node*, ov::OutputVector> copies;
  for (size_t i = 0; i < arguments.size(); ++i) copies[body.get_parameters()[i].get()] = {arguments[i].output()};
  for (const auto& node : body.get_ordered_ops()) {
    if (ov::is_type<v::v0::Parameter>(node) || ov::is_type<v::v0::Result>(node)) continue;
    ov::OutputVector inputs;
    for (const Output& input : node->input_values()) inputs.push_back(copies[input.get_node()][input.get_index()]);
    copies[node.get()] = node->clone_with_new_inputs(inputs)->outputs();
  }
  ov::OutputVector results;
  for (const auto& result : body.get_results()) {
    const Output& output = result->input_value(0);
    results.push_back(copies[output.get_node()][output.get_index()]);
  }
  return traced(results);
}

std::optional<int64_t> number(const Tensor& x) {
  for (const auto& node : ov::topological_sort(ov::NodeVector{x.output().get_node_shared_ptr()})) {
    if (ov::is_type<v::v0::Parameter>(node)) return std::nullopt;
  }
  return v::v0::Constant(engine::numbers(x)).cast_vector<int64_t>()[0];
}

size_t moment() { return v::v0::Parameter().get_instance_id(); }

namespace {

/// A body of real tensors, for the parts of what it takes and returns.
Body parts_of(const Body& body) {
  return {keravino::parts_of(body.parameters), keravino::parts_of(body.results), body.since};
}

/// Tensors of these parts, of the dtypes of the results of a body from one on.
std::vector<Tensor> joined(const std::vector<Tensor>& parts, const Body& body, size_t first) {
  std::vector<DType> dtypes;
  for (size_t i = first; i < body.results.size(); ++i) dtypes.push_back(body.results[i].dtype());
  return of_parts(parts, dtypes);
}

}  // namespace

std::vector<Tensor> if_then_else(const Tensor& condition, const Body& then_body, const Body& else_body) {
  const std::lock_guard lock(graph_mutex());
  if (then_body.results.size() != else_body.results.size()) {
    throw Error(fmt::format("[keras.ops.cond] one branch returns {} tensors, the other {}", then_body.results.size(),
                            else_body.results.size()));
  }
  for (size_t i = 0; i < then_body.results.size(); ++i) {
    const Tensor &a = then_body.results[i], &b = else_body.results[i];
    if (a.dtype() != b.dtype()) {
      throw Error(Error::Kind::type, fmt::format("[keras.ops.cond] one branch returns {} where the other returns {}",
                                                 name(a.dtype()), name(b.dtype())));
    }
  }
  if (any_complex(then_body.results)) {
    return joined(if_then_else(condition, parts_of(then_body), parts_of(else_body)), then_body, 0);
  }
  Subgraph graphs[] = {{then_body, false}, {else_body, false}};
  ov::OutputVector results[2];
  for (const Tensor& result : then_body.results) results[0].push_back(graphs[0].copy(result.output()));
  for (const Tensor& result : else_body.results) results[1].push_back(graphs[1].copy(result.output()));
  const auto node = std::make_shared<v::v8::If>(condition.output());
  node->set_then_body(make_model(results[0], {}, graphs[0]));
  node->set_else_body(make_model(results[1], {}, graphs[1]));
  for (const auto& [outer, parameter] : graphs[0].captured()) node->set_input(outer, parameter, nullptr);
  for (const auto& [outer, parameter] : graphs[1].captured()) node->set_input(outer, nullptr, parameter);
  ov::OutputVector outputs;
  for (size_t i = 0; i < results[0].size(); ++i) {
    outputs.push_back(
        node->set_output(node->get_then_body()->get_results()[i], node->get_else_body()->get_results()[i]));
  }
  node->validate_and_infer_types();
  return traced(outputs);
}

std::vector<Tensor> loop(const Tensor& trip_count, const Tensor& condition, const Slices& slices,
                         const std::vector<Tensor>& states, const Body& body, const std::vector<Along>& stacks) {
  const std::lock_guard lock(graph_mutex());
  if (any_complex(body.parameters) || any_complex(body.results)) {
    Slices parts;
    for (const auto& [tensor, along] : slices) {
      for (const Tensor& part : keravino::parts_of({tensor})) parts.emplace_back(part, along);
    }
    std::vector<Along> part_stacks;
    for (size_t i = 0; i < stacks.size(); ++i) {
      part_stacks.insert(part_stacks.end(), body.results[1 + states.size() + i].is_complex() ? 2 : 1, stacks[i]);
    }
    return joined(loop(trip_count, condition, parts, keravino::parts_of(states), parts_of(body), part_stacks), body, 1);
  }
  const bool stacks_nothing = body.results.size() == 1 + states.size();
  // OpenVINO (2026.4.1) takes the states of a loop that is known to have no step for empty.
  if (stacks_nothing && (number(trip_count) == 0 || number(condition) == 0)) return states;
  Subgraph graph(body, true);
  ov::ParameterVector parameters;
  const size_t sliced = slices.size();
  for (size_t i = 0; i < body.parameters.size(); ++i) {
    const Tensor& parameter = body.parameters[i];
    ov::PartialShape shape = parameter.shape();
    if (i < sliced) shape.insert(shape.begin() + slices[i].second.axis, 1);
    parameters.push_back(std::make_shared<v::v0::Parameter>(element_type(parameter.dtype()), shape));
    Output inner = parameters.back();
    if (i < sliced) inner = std::make_shared<v::v0::Squeeze>(inner, constant(std::vector{slices[i].second.axis}));
    graph.bind(parameter, inner);
  }
  ov::OutputVector results;
  for (const Tensor& result : body.results) results.push_back(computed(graph.copy(result.output())));
  const auto flag = std::make_shared<v::v0::Parameter>(ov::element::boolean, ov::Shape{});
  for (size_t i = 0; i < states.size(); ++i) {
    const Output before = parameters[sliced + i];
    const bool unused = before.get_target_inputs().empty();
    if (unused || !graph.is_own(body.results[1 + i].output())) results[1 + i] = hung(results[1 + i], before, flag);
  }
  const size_t first = 1 + states.size();  // of what is stacked
  const auto along = [&](size_t i) { return stacks.empty() ? Along{} : stacks[i - first]; };
  for (size_t i = first; i < results.size(); ++i) {
    results[i] = std::make_shared<v::v0::Unsqueeze>(results[i], constant(std::vector{along(i).axis}));
  }
  const bool needs_flag = !flag->output(0).get_target_inputs().empty();
  if (needs_flag) {
    parameters.push_back(flag);
    results.push_back(computed(flag));
  }
  const auto node = std::make_shared<v::v5::Loop>(trip_count.output(), condition.output());
  const auto model = make_model(results, parameters, graph);
  node->set_function(model);
  node->set_special_body_ports({-1, 0});
  const auto result = [&](size_t i) { return model->get_results()[i]->output(0); };
  for (size_t i = 0; i < sliced; ++i) {
    const auto& [tensor, by] = slices[i];
    const int64_t start = by.reverse ? -1 : 0, stride = by.reverse ? -1 : 1, end = by.reverse ? 0 : -1;
    node->set_sliced_input(parameters[i], tensor.output(), start, stride, 1, end, by.axis);
  }
  for (size_t i = 0; i < states.size(); ++i) {
    node->set_merged_input(parameters[sliced + i], states[i].output(), result(1 + i));
  }
  if (needs_flag)
    node->set_merged_input(flag, constant(Scalar(true), ov::element::boolean), result(body.results.size()));
  for (const auto& [outer, parameter] : graph.captured()) node->set_invariant_input(parameter, outer);
  ov::OutputVector outputs;
  for (size_t i = 0; i < states.size(); ++i) outputs.push_back(node->get_iter_value(result(1 + i)));
  for (size_t i = first; i < body.results.size(); ++i) {
    outputs.push_back(node->get_concatenated_slices(result(i), 0, 1, 1, -1, along(i).axis));
  }
  node->validate_and_infer_types();
  std::vector<Tensor> tensors = traced(outputs);
  for (size_t i = first; i < body.results.size(); ++i) {  // a Loop itself stacks in the order of its steps alone
    if (along(i).reverse) tensors[i - 1] = flip(tensors[i - 1], {{along(i).axis}});
  }
  return tensors;
}

}  // namespace keravino::ops
