#include "passes/exact.h"

#include <unordered_set>

#include "kernels/convolution.h"
#include "kernels/product.h"
#include "kernels/recurrent.h"
#include "ops/make.h"
#include "passes/exact_rules.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

using Rules = std::multimap<ov::DiscreteTypeInfo, ExactRule>;  // those of one type in the order of their tables

const Rules& rules(bool digits, bool kernels) {
  static const auto* all = [] {
    auto* sets = new std::array<Rules, 4>();
    for (size_t i = 0; i < sets->size(); ++i) {
      const auto collect = [&](std::span<const ExactRow> family) {
        for (const ExactRow& row : family) (*sets)[i].emplace(row.type, row.rule);
      };
      if (i & 1) collect(exact_digit_rules());
      collect(exact_float_rules());
      collect(exact_integer_rules());
      if (i & 2) collect(exact_kernel_rules());
    }
    return sets;
  }();
  return (*all)[(digits ? 1 : 0) + (kernels ? 2 : 0)];
}

bool rewrite(const std::shared_ptr<ov::Node>& node, const Rules& rules) {
  const auto [begin, end] = rules.equal_range(node->get_type_info());
  if (begin == end) return false;
  // Numbers of fewer bits are stored weights, and of no dtype that a rule could ask for.
  for (const auto& input : node->inputs()) {
    if (input.get_element_type().bitwidth() < 8) return false;
  }
  std::vector<Tensor> inputs;
  for (const auto& input : node->input_values()) inputs.emplace_back(std::make_shared<Value>(input, true, 0));
  for (auto rule = begin; rule != end; ++rule) {
    const Tensor exact = rule->second(*node, inputs);
    if (!exact) continue;
    const auto result = exact.output().get_node_shared_ptr();
    result->set_friendly_name(node->get_friendly_name());
    ov::copy_runtime_info(node, result);
    node->output(0).replace(exact.output());
    return true;
  }
  return false;
}

/// What a node on the way up is: the one that is looked for, or one behind which nothing is.
enum class Seen { wanted, end, other };

/// True if the node, or one above it, is wanted.
template <class See>
bool any_above(const ov::Node& node, See see) {
  std::vector<const ov::Node*> stack{&node};
  std::unordered_set<const ov::Node*> seen;
  while (!stack.empty()) {
    const ov::Node* next = stack.back();
    stack.pop_back();
    if (!seen.insert(next).second) continue;
    const Seen what = see(*next);
    if (what == Seen::wanted) return true;
    if (what == Seen::end) continue;
    for (size_t i = 0; i < next->get_input_size(); ++i) stack.push_back(next->get_input_node_ptr(i));
  }
  return false;
}

}  // namespace

bool is_folded(const ov::Node& node) {
  return !any_above(node, [](const ov::Node& next) {
    const bool is_shape = ov::is_type_any_of<v0::ShapeOf, v3::ShapeOf>(&next);
    if (is_shape && next.get_input_partial_shape(0).is_static()) return Seen::end;
    return next.get_input_size() == 0 && !ov::is_type<v0::Constant>(&next) ? Seen::wanted : Seen::other;
  });
}

bool adds_up(const ov::Node& node) {
  return any_above(node, [](const ov::Node& next) {
    const bool adds =
        ov::is_type_any_of<v1::Convolution, v1::GroupConvolution, v1::ConvolutionBackpropData,
                           v1::GroupConvolutionBackpropData, v0::MatMul, v1::ReduceSum, v1::ReduceMean, v1::AvgPool,
                           v14::AvgPool, v6::MVN, kernels::Convolution, kernels::Product, kernels::Recurrent>(&next);
    return adds ? Seen::wanted : Seen::other;
  });
}

bool follows_changing_product(const ov::Node& node) {
  return any_above(node, [](const ov::Node& next) {
    if (ov::is_type_any_of<kernels::Convolution, kernels::Product>(&next)) return Seen::wanted;
    if (!ov::is_type_any_of<v0::MatMul, v1::Convolution, v1::GroupConvolution>(&next)) return Seen::other;
    return is_folded(*next.get_input_node_ptr(1)) ? Seen::end : Seen::wanted;
  });
}

bool make_exact(const std::shared_ptr<ov::Model>& model, bool digits, bool kernels) {
  const std::lock_guard lock(graph_mutex());
  bool changed = false;
  const auto nodes = model->get_ordered_ops();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {  // a rule sees the nodes above as they were
    if (const auto outer = ov::as_type_ptr<util::MultiSubGraphOp>(*node)) {
      for (const auto& body : outer->get_functions()) changed |= make_exact(body, digits, kernels);
    } else {
      changed |= rewrite(*node, rules(digits, kernels));
    }
  }
  keep_divisions(*model);
  return (kernels && copy_shared_results(*model)) || changed;
}

}  // namespace keravino::passes
