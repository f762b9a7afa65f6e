#include "engine/recipe.h"

#include "engine/attributes.h"
#include "engine/evaluate.h"
#include "engine/interpreter.h"
#include "engine/pending.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

constexpr double kSetUp = 30e3;              // nanoseconds of a call of a compiled graph
constexpr double kBuilt = 2e3;               // and of each node in it
constexpr size_t kMostConstants = 16 << 10;  // bytes: recipes are many

}  // namespace

std::optional<Recipe> Recipe::make(const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs) {
  Recipe recipe;
  std::map<ov::Output<ov::Node>, size_t> slot_of;
  const auto add_slot = [&](const ov::Output<ov::Node>& output, const ov::Tensor& numbers) {
    slot_of[output] = recipe.slots_.size();
    recipe.slots_.push_back(numbers);
  };
  ov::ParameterVector inputs;
  for (const Tensor& parameter : parameters) {
    add_slot(parameter.output(), {});
    inputs.push_back(ov::as_type_ptr<ov::op::v0::Parameter>(parameter.output().get_node_shared_ptr()));
  }
  ov::OutputVector results;
  for (const Tensor& output : outputs) results.push_back(output.output());
  std::vector<std::shared_ptr<ov::Node>> nodes;
  std::unordered_map<std::string, size_t> first_output_of;
  for (const auto& node : ov::Model(results, inputs).get_ordered_ops()) {
    if (ov::is_type<ov::op::v0::Parameter>(node) || ov::is_type<ov::op::v0::Result>(node)) continue;
    if (const auto numbers = known_numbers(node->output(0))) {
      add_slot(node->output(0), *numbers);
      continue;
    }
    Step step{node, {}, recipe.slots_.size()};
    ov::TensorVector known;
    for (const auto& input : node->input_values()) {
      step.inputs.push_back(slot_of.at(input));
      if (const ov::Tensor& numbers = recipe.slots_[step.inputs.back()]) known.push_back(numbers);
    }
    std::string key = node->get_type_name();
    append_attributes(*node, key);
    for (const size_t slot : step.inputs) append_bytes(key, slot);
    const auto [same, is_new] = first_output_of.emplace(key, step.first_output);
    if (!is_new) {  // the same has been computed before
      for (size_t i = 0; i < node->get_output_size(); ++i) slot_of[node->output(i)] = same->second + i;
      continue;
    }
    ov::TensorVector computed(node->get_output_size());
    const bool constant = known.size() == step.inputs.size();
    if (constant && !evaluate(node, computed, known)) return std::nullopt;
    for (size_t i = 0; i < node->get_output_size(); ++i) add_slot(node->output(i), computed[i]);
    if (constant) continue;
    nodes.push_back(node);
    recipe.steps_.push_back(std::move(step));
  }
  // A compiled graph does the work in a tenth of the time, but its nodes are built and its key is made at each call.
  if (0.9 * work(nodes) > kSetUp + kBuilt * static_cast<double>(nodes.size())) return std::nullopt;
  size_t constants = 0;
  for (const ov::Tensor& slot : recipe.slots_) constants += slot ? slot.get_byte_size() : 0;
  if (constants > kMostConstants) return std::nullopt;
  for (const auto& result : results) recipe.outputs_.push_back(slot_of.at(result));
  recipe.find_last_uses();
  return recipe;
}

void Recipe::find_last_uses() {
  std::vector<bool> used(slots_.size(), false);
  for (const size_t slot : outputs_) used[slot] = true;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    for (const size_t slot : step->inputs) {
      if (!used[slot]) step->done.push_back(slot);
      used[slot] = true;
    }
  }
}

std::vector<ov::Tensor> Recipe::run(std::span<const ov::Tensor> inputs) const {
  std::vector<ov::Tensor> slots = slots_;
  std::copy(inputs.begin(), inputs.end(), slots.begin());
  ov::TensorVector given, computed;
  for (const Step& step : steps_) {
    given.clear();
    for (const size_t slot : step.inputs) given.push_back(slots[slot]);
    if (!evaluate(step.node, computed, given)) computed = run_alone(*step.node, given);
    std::move(computed.begin(), computed.end(), slots.begin() + static_cast<ptrdiff_t>(step.first_output));
    given.clear();
    for (const size_t slot : step.done) slots[slot] = {};  // its memory is the next step's
  }
  std::vector<ov::Tensor> outputs;
  for (const size_t slot : outputs_) outputs.push_back(slots[slot]);
  return outputs;
}

}  // namespace keravino::engine
