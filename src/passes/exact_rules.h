// The rules of make_exact: one function for each op type.
#pragma once

#include <openvino/core/node.hpp>
#include <span>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::passes {

/// What to compute instead of a node, from its inputs; no tensor if the node is right as it is.
using ExactRule = Tensor (*)(const ov::Node& node, const std::vector<Tensor>& inputs);

/// True if no parameter is above the node: OpenVINO folds it to a constant.
bool is_folded(const ov::Node& node);

struct ExactRow {
  const ov::DiscreteTypeInfo& type;
  ExactRule rule;
};

std::span<const ExactRow> exact_float_rules();
std::span<const ExactRow> exact_integer_rules();

}  // namespace keravino::passes
