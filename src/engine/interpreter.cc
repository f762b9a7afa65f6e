#include "engine/interpreter.h"

#include "engine/compiled.h"
#include "engine/evaluate.h"
#include "keravino/error.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

/// A node that only a plugin can compute, as a compiled graph of its own.
ov::TensorVector run_alone(const ov::Node& node, const ov::TensorVector& inputs) {
  ov::OutputVector leaves;
  for (const ov::Tensor& input : inputs) leaves.push_back(constant(input));
  const auto copy = node.clone_with_new_inputs(leaves);
  if (needs_width({copy})) {
    throw Error(Error::Kind::unsupported,
                fmt::format("{} of {} is not implemented: the plugin would narrow it", node.get_type_name(),
                            name(dtype_of(copy->get_output_element_type(0)))));
  }
  return run_compiled({copy}, copy->outputs());
}

}  // namespace

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

}  // namespace keravino::engine
