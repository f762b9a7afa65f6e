#include "engine/evaluators/evaluators.h"

#include <unordered_map>

#include "engine/evaluate.h"

namespace keravino::engine {

std::vector<int64_t> integers(const ov::Tensor& tensor) {
  const auto read = [&]<class T>(const T* numbers) {
    return std::vector<int64_t>(numbers, numbers + tensor.get_size());
  };
  if (tensor.get_element_type() == ov::element::i32) return read(tensor.data<const int32_t>());
  const ov::Tensor wide = convert(tensor, ov::element::i64);
  return read(static_cast<const ov::Tensor&>(wide).data<const int64_t>());
}

const EvaluatorRow* find_row(const ov::Node& node) {
  static const auto* table = [] {
    auto* map = new std::unordered_map<ov::DiscreteTypeInfo, const EvaluatorRow*>();
    for (const auto& family : {movement_evaluators(), activation_evaluators(), unary_evaluators(), binary_evaluators(),
                               wide_evaluators(), axis_evaluators(), control_evaluators(), sort_evaluators(),
                               lookup_evaluators(), matmul_evaluators(), index_evaluators(), window_evaluators(),
                               interpolate_evaluators(), composed_evaluators(), scatter_evaluators()}) {
      for (const EvaluatorRow& row : family) map->emplace(row.type, &row);
    }
    return map;
  }();
  // The same type may have an info object in each library, so addresses are learnt as they come. By each thread for
  // itself: those of plugins, which call our nodes, must not wait for graph_mutex().
  thread_local std::unordered_map<const ov::DiscreteTypeInfo*, const EvaluatorRow*> by_address;
  const ov::DiscreteTypeInfo* type = &node.get_type_info();
  const auto known = by_address.find(type);
  if (known != by_address.end()) return known->second;
  const auto found = table->find(*type);
  return by_address[type] = found == table->end() ? nullptr : found->second;
}

}  // namespace keravino::engine
