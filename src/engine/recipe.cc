#include "engine/recipe.h"

#include <unordered_set>

#include "engine/attributes.h"
#include "engine/evaluate.h"
#include "engine/interpreter.h"
#include "engine/pending.h"
#include "keravino/error.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

constexpr double kSetUp = 30e3;              // nanoseconds of a call of a compiled graph
constexpr double kBuilt = 2e3;               // and of each node in it
constexpr size_t kMostConstants = 16 << 10;  // bytes: recipes are many

/// Equal for nodes that compute the same from the same slots.
std::string key_of(ov::Node& node, const std::vector<size_t>& inputs) {
  std::string key = engine::key_of(node);
  for (const size_t slot : inputs) append_bytes(key, slot);
  return key;
}

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
      const auto [same, is_new] = first_output_of.emplace(key_of(*numbers), recipe.slots_.size());
      if (is_new)
        add_slot(node->output(0), *numbers);
      else
        slot_of[node->output(0)] = same->second;
      continue;
    }
    const size_t first_output = recipe.slots_.size();
    Step step{node, {}, {}};
    ov::TensorVector known;
    for (const auto& input : node->input_values()) {
      step.inputs.push_back(slot_of.at(input));
      if (const ov::Tensor& numbers = recipe.slots_[step.inputs.back()]) known.push_back(numbers);
    }
    const auto [same, is_new] = first_output_of.emplace(key_of(*node, step.inputs), first_output);
    if (!is_new) {  // the same has been computed before
      for (size_t i = 0; i < node->get_output_size(); ++i) slot_of[node->output(i)] = same->second + i;
      continue;
    }
    ov::TensorVector computed(node->get_output_size());
    const bool constant = known.size() == step.inputs.size();
    if (constant && !evaluate(node, computed, known)) return std::nullopt;
    for (size_t i = 0; i < node->get_output_size(); ++i) {
      step.outputs.push_back(recipe.slots_.size());
      add_slot(node->output(i), computed[i]);
    }
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
  recipe.fuse();
  recipe.find_last_uses();
  return recipe;
}

/// Makes one step of neighbours that are element-wise on one number of elements.
void Recipe::fuse() {
  std::vector<Step> steps;
  for (size_t i = 0; i < steps_.size();) {
    const auto& shape = steps_[i].node->get_output_partial_shape(0);
    size_t end = i;
    const size_t count = shape.is_static() ? ov::shape_size(shape.to_shape()) : 0;
    while (shape.is_static() && end < steps_.size() && Fused::takes(*steps_[end].node, count)) ++end;
    if (end < i + 2) {
      steps.push_back(steps_[i++]);
    } else {
      steps.push_back(fused({steps_.begin() + static_cast<std::ptrdiff_t>(i), end - i}));
      i = end;
    }
  }
  steps_ = std::move(steps);
}

Recipe::Step Recipe::fused(std::span<const Step> steps) const {
  const size_t count = ov::shape_size(steps[0].node->get_output_shape(0));
  std::vector<FusedPlan<size_t>::Link> links;
  for (const Step& step : steps) links.push_back({step.node.get(), step.inputs, step.outputs[0]});
  FusedPlan<size_t> plan(count, links);
  Step out{nullptr, std::move(plan.inputs), {}};
  std::unordered_set<size_t> wanted(outputs_.begin(), outputs_.end());
  for (const Step& step : steps_) {
    const bool inside = &step >= steps.data() && &step < steps.data() + steps.size();
    if (!inside) wanted.insert(step.inputs.begin(), step.inputs.end());
  }
  std::vector<Fused::Result> results;
  for (const Step& step : steps) {
    if (!wanted.contains(step.outputs[0])) continue;
    results.push_back(
        {plan.number_of.at(step.outputs[0]), step.node->get_output_element_type(0), step.node->get_output_shape(0)});
    out.outputs.push_back(step.outputs[0]);
  }
  out.fused = std::make_shared<Fused>(count, std::move(plan.singles), plan.parts, std::move(results));
  return out;
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
    if (step.fused) {
      step.fused->run(computed, given);
    } else if (!evaluate(step.node, computed, given)) {
      computed = run_alone(*step.node, given);
    }
    for (size_t i = 0; i < step.outputs.size(); ++i) slots[step.outputs[i]] = computed[i];
    computed.clear();
    given.clear();
    for (const size_t slot : step.done) slots[slot] = {};  // its memory is the next step's
  }
  std::vector<ov::Tensor> outputs;
  for (const size_t slot : outputs_) outputs.push_back(slots[slot]);
  return outputs;
}

}  // namespace keravino::engine
