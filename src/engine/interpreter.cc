#include "engine/interpreter.h"

#include "engine/compiled.h"
#include "engine/evaluate.h"
#include "tensor/value.h"

namespace keravino::engine {

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
    if (!evaluate(node, outputs, inputs)) outputs = run_compiled({node}, node->outputs());
    for (size_t i = 0; i < outputs.size(); ++i) settle(node->output(i), outputs[i]);
  }
  std::vector<ov::Tensor> numbers;
  for (const auto& target : targets) numbers.push_back(numbers_of(target));
  return numbers;
}

}  // namespace keravino::engine
