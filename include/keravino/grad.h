// Derivatives of graphs.
#pragma once

#include <functional>
#include <vector>

#include "keravino/tensor.h"

namespace keravino {

/// The gradients of sum(seeds[0] * ys[0]) + sum(seeds[1] * ys[1]) + ... with respect to `xs`, each of the shape and
/// dtype of its x; no Tensor for an x that no y hangs on. Without seeds every element of the ys counts once. Reverse
/// mode: new nodes beside the graph from xs to ys, which can be differentiated again. Works on graphs that are being
/// traced; numbers that are known already hang on nothing. Error for an op that has no derivative or no rule, with its
/// name and its Keras function.
std::vector<Tensor> gradients(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                              const std::vector<Tensor>& seeds = {});

}  // namespace keravino
