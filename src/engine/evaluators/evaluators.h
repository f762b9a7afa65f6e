// Computing a node on numbers, for op and element types where OpenVINO's own `evaluate` is absent, slow or too narrow.
#pragma once

#include <openvino/core/node.hpp>
#include <span>

namespace keravino::engine {

/// Computes a node; false if the element types are not its own, so that OpenVINO's `evaluate` is asked instead.
/// `outputs` is empty on entry: static shapes are taken from the inputs.
using Evaluator = bool (*)(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs);

struct EvaluatorRow {
  const ov::DiscreteTypeInfo& type;
  Evaluator evaluate;
};

/// A row for an op type.
template <class Op>
EvaluatorRow row(Evaluator evaluate) {
  return {Op::get_type_info_static(), evaluate};
}

std::span<const EvaluatorRow> activation_evaluators();
std::span<const EvaluatorRow> unary_evaluators();
std::span<const EvaluatorRow> binary_evaluators();
std::span<const EvaluatorRow> float64_evaluators();
std::span<const EvaluatorRow> axis_evaluators();
std::span<const EvaluatorRow> control_evaluators();

/// The evaluator of a node's type, or null.
Evaluator find_evaluator(const ov::Node& node);

}  // namespace keravino::engine
