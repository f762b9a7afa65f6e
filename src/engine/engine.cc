#include "engine/engine.h"

#include <atomic>
#include <openvino/op/util/multi_subgraph_base.hpp>

#include "engine/compiled.h"
#include "engine/empty.h"
#include "engine/interpreter.h"
#include "engine/pending.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

std::atomic<Tier> g_tier = Tier::automatic;
thread_local uint64_t t_times_asked = 0;

/// Below this, finding a compiled graph and setting it up costs what it saves.
constexpr double kLeastSaved = 20e3;

/// Whether a branch or a loop is among the nodes: what tapes record of them has bodies, which no key holds.
bool has_bodies(const std::vector<std::shared_ptr<ov::Node>>& nodes) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const auto& node) { return ov::is_type<ov::op::util::MultiSubGraphOp>(node); });
}

/// Whether a tensor on the way is empty, which the plugin does not bear.
bool has_empty(const std::vector<std::shared_ptr<ov::Node>>& nodes) {
  return std::any_of(nodes.begin(), nodes.end(), [](const auto& node) {
    for (size_t i = 0; i < node->get_input_size(); ++i) {
      if (may_be_empty(*node->get_input_node_ptr(i))) return true;
    }
    return may_be_empty(*node);
  });
}

/// Nanoseconds that a compiled graph would save; none where the interpreter is to compute. Shapes decide, never a
/// clock.
double saved_by_compiling(const std::vector<std::shared_ptr<ov::Node>>& nodes) {
  if (tier() == Tier::interpret || needs_width(nodes) || has_bodies(nodes)) return 0;
  if (tier() == Tier::compile) return std::numeric_limits<double>::infinity();
  // Interpreted, a node takes 1.5 us beside its work. Compiled, the work is a tenth; its key takes 1 us a node.
  return 0.9 * work(nodes) + 0.5e3 * static_cast<double>(nodes.size()) - 10e3;
}

}  // namespace

void set_tier(Tier tier) { g_tier = tier; }
Tier tier() { return g_tier; }

uint64_t times_asked() { return t_times_asked; }

namespace {

std::vector<ov::Tensor> computed(Outputs targets) {
  const auto nodes = pending_nodes(targets);
  const double saved = nodes.empty() ? 0 : saved_by_compiling(nodes);
  if (saved < kLeastSaved || has_empty(nodes)) return interpret(nodes, targets);
  // Other live tensors on the way are computed along, or they would be computed again when asked for.
  const size_t wanted = targets.size();
  for (const auto& node : nodes) {
    for (const auto& output : node->outputs()) {
      const bool listed = std::find(targets.begin(), targets.end(), output) != targets.end();
      if (!listed && is_live(output)) targets.push_back(output);
    }
  }
  const Structure graph = structure(nodes, targets);
  if (tier() == Tier::automatic && !worth_compiling(graph.key, saved, nodes.size())) {
    targets.resize(wanted);
    return interpret(nodes, targets);
  }
  std::vector<ov::Tensor> results = run_compiled(nodes, targets, graph);
  for (size_t i = 0; i < targets.size(); ++i) settle(targets[i], results[i]);
  results.resize(wanted);
  return results;
}

}  // namespace

std::vector<ov::Tensor> numbers(const std::vector<Tensor>& tensors) {
  ++t_times_asked;
  return compute(tensors);
}

std::vector<ov::Tensor> compute(const std::vector<Tensor>& tensors) {
  const std::lock_guard lock(graph_mutex());
  std::vector<ov::Tensor> results(tensors.size());
  Outputs targets;
  std::vector<size_t> places;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].value()->numbers) {
      results[i] = *tensors[i].value()->numbers;
    } else {
      targets.push_back(tensors[i].output());
      places.push_back(i);
    }
  }
  if (targets.empty()) return results;
  const std::vector<ov::Tensor> found = computed(targets);
  for (size_t i = 0; i < places.size(); ++i) {
    const Tensor& tensor = tensors[places[i]];
    results[places[i]] = found[i];
    if (tensor.traced()) tensor.value()->numbers = found[i];  // its graph stays, so it would be computed again
  }
  return results;
}

ov::Tensor numbers(const Tensor& tensor) { return numbers(std::vector{tensor})[0]; }

}  // namespace keravino::engine
