#include "engine/interpreter.h"

#include "engine/compiled.h"
#include "engine/evaluate.h"
#include "keravino/error.h"
#include "tensor/value.h"

namespace keravino::engine {

ov::TensorVector run_alone(const ov::Node& node, const ov::TensorVector& inputs) {
  const auto copy = on_numbers(node, inputs);
  if (std::any_of(inputs.begin(), inputs.end(), [](const auto& input) { return input.get_size() == 0; })) {
    // The plugin does not bear empty tensors; the evaluators of what else it computes are those of float64.
    ov::TensorVector outputs;
    if (evaluate_as(ov::element::f64, copy, outputs, inputs)) return outputs;
    throw Error(Error::Kind::unsupported,
                fmt::format("{} of an empty tensor is not implemented", node.get_type_name()));
  }
  if (needs_width({copy})) {
    throw Error(Error::Kind::unsupported,
                fmt::format("{} of {} is not implemented: the plugin would narrow it", node.get_type_name(),
                            name(dtype_of(copy->get_output_element_type(0)))));
  }
  const Outputs outputs = copy->outputs();
  return run_compiled({copy}, outputs, structure({copy}, outputs));
}

std::vector<ov::Tensor> interpret(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets) {
  std::unordered_map<const ov::Node*, ov::TensorVector> results;
  const auto numbers_of = [&](const ov::Output<ov::Node>& output) -> ov::Tensor {
    const auto found = results.find(output.get_node());
    return found != results.end() ? found->second[output.get_index()] : *known_numbers(output);
  };
  ov::TensorVector inputs;
  for (const auto& node : nodes) {
    inputs.clear();
    for (size_t i = 0; i < node->get_input_size(); ++i) inputs.push_back(numbers_of(node->input_value(i)));
    ov::TensorVector& outputs = results[node.get()];
    if (!evaluate(node, outputs, inputs)) outputs = run_alone(*node, inputs);
    for (size_t i = 0; i < outputs.size(); ++i) settle(node->output(i), outputs[i]);
  }
  std::vector<ov::Tensor> numbers;
  for (const auto& target : targets) numbers.push_back(numbers_of(target));
  return numbers;
}

std::vector<ov::Tensor> interpret_model(const ov::Model& model, const std::vector<ov::Tensor>& inputs) {
  const auto graph = model.clone();
  const auto parameters = graph->get_parameters();  // by value: replacing changes the list
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i]->output(0).replace(constant(inputs[i]));
  for (const auto& node : graph->get_ordered_ops()) {
    // OpenVINO 2026.4.1 gives a state of a Loop of no steps a first dimension of 0, and throws where it is a scalar.
    if (!ov::is_type<ov::op::v5::Loop>(node)) node->validate_and_infer_types();
  }
  Outputs targets;
  for (const auto& result : graph->get_results()) targets.push_back(result->input_value(0));
  return interpret(pending_nodes(targets), targets);
}

}  // namespace keravino::engine
