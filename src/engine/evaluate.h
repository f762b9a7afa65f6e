// One node on numbers, without a compiled graph.
#pragma once

#include <openvino/core/node.hpp>

namespace keravino::engine {

/// A copy of a node whose inputs are these numbers.
std::shared_ptr<ov::Node> on_numbers(const ov::Node& node, const ov::TensorVector& inputs);

/// Computes a node. True on success; false if neither OpenVINO nor evaluators.cc can compute it outside of a plugin.
/// Element types that an op's own `evaluate` lacks go through a wider one and back.
bool evaluate(const std::shared_ptr<ov::Node>& node, ov::TensorVector& outputs, const ov::TensorVector& inputs);

/// The same with its data in another type, and back; integers wrap as they would have in their own type.
bool evaluate_as(const ov::element::Type& type, const std::shared_ptr<ov::Node>& node, ov::TensorVector& outputs,
                 const ov::TensorVector& inputs);

/// A copy of `tensor` in another element type (NumPy's astype: truncation, wrap-around, nonzero is true).
ov::Tensor convert(const ov::Tensor& tensor, const ov::element::Type& type);

}  // namespace keravino::engine
