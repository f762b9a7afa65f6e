// The first tier: walks pending nodes one by one.
#pragma once

#include "engine/pending.h"

namespace keravino::engine {

/// Computes `nodes` in order and returns the numbers of `targets`; live Tensors on the way get theirs. Needs
/// graph_mutex().
std::vector<ov::Tensor> interpret(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets);

}  // namespace keravino::engine
