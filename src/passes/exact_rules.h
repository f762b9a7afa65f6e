// The rules of make_exact: one function for each op type.
#pragma once

#include <openvino/core/model.hpp>
#include <span>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::passes {

/// What to compute instead of a node, from its inputs; no tensor if the node is right as it is.
using ExactRule = Tensor (*)(const ov::Node& node, const std::vector<Tensor>& inputs);

/// True if no parameter is above the node but for its shape, which is known: OpenVINO folds it to a constant.
bool is_folded(const ov::Node& node);

/// True if a node above adds many numbers, whose rounding outweighs the error of an activation behind it. Such an
/// activation is left to the plugin, which computes it within the convolution or product.
bool adds_up(const ov::Node& node);

/// True if of the products above a node, those that come first on each way up, one takes weights that change from step
/// to step: a graph that trains.
bool follows_changing_product(const ov::Node& node);

struct ExactRow {
  const ov::DiscreteTypeInfo& type;
  ExactRule rule;
};

std::span<const ExactRow> exact_float_rules();
/// float32 to its last digits, where the plugin computes in float32.
std::span<const ExactRow> exact_digit_rules();
std::span<const ExactRow> exact_integer_rules();
/// Integers again: by a node of ours, which only the CPU runs.
std::span<const ExactRow> exact_kernel_rules();

/// The plugin takes a / b for a times the rounded 1 / b, which is up to 1.5 ulp off, and infinite or 0 where 1 / b is.
/// Every Divide of what is not constant keeps its own kernel.
void keep_divisions(const ov::Model& model);

/// The CPU plugin lets what makes a tensor write it straight into the memory of a Result behind a Reshape. If the
/// tensor is also transposed for a convolution, MergeTransposeAndReorder (graph_optimizer.cpp) makes that Transpose a
/// view after conflicts between views were resolved, and gives it memory that nobody writes. So such a Result gets a
/// copy. Upstream: openvino#25744; to be removed when the test of this passes without. True if anything was changed.
bool copy_shared_results(const ov::Model& model);

}  // namespace keravino::passes
