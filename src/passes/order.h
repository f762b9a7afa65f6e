// The order in which a graph is computed.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Where convolutions or products of ours share an input, those that little follows come before the one that most
/// follows: the gradient of weights before that of inputs, which gets it as an input that it does not read. The CPU
/// plugin computes nodes in the order of the graph, which goes down to the first layer's gradients before it comes
/// back, and would keep all activations and their gradients until then. Returns how many nodes wait for others.
size_t compute_leaves_early(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
