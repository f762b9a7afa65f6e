// The first tier: walks pending nodes one by one.
#pragma once

#include "engine/pending.h"

namespace keravino::engine {

/// Computes `nodes` in order and returns the numbers of `targets`; live Tensors on the way get theirs. Needs
/// graph_mutex().
std::vector<ov::Tensor> interpret(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets);

/// A node that only a plugin can compute, as a compiled graph of its own. Needs graph_mutex().
ov::TensorVector run_alone(const ov::Node& node, const ov::TensorVector& inputs);

/// The results of a whole graph for the numbers of its parameters. One that is a parameter or a constant shares its
/// memory. Needs graph_mutex().
std::vector<ov::Tensor> interpret_model(const ov::Model& model, const std::vector<ov::Tensor>& inputs);

}  // namespace keravino::engine
