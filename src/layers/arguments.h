// The arguments of a call in a Functional model's config: how one layer's use of others is written down.
#pragma once

#include <functional>

#include "layers/registry.h"
#include "ops/arg.h"

namespace keravino::layers {

/// A tensor of a Functional model: one output of one call of a layer, ["dense", 0, 0].
struct History {
  std::string layer;
  size_t call, output;
};

/// Reads ["dense", 0, 0]; Error if it is something else.
History history(const Layer& owner, const json& node);
/// True for an array that starts with a string: a history in `input_layers` and `output_layers`.
bool is_history(const json& node);

/// Calls `visit` with each tensor in the arguments of a call, in order; those of a dict in the order of its keys.
void each_history(const Layer& owner, const json& arguments,
                  const std::function<void(const History&, const json& node)>& visit);

using Lookup = std::function<Tensor(const History&, const json& node)>;

/// The arguments of a call, with tensors in their places.
struct Arguments {
  ops::List args;
  std::vector<std::pair<std::string, ops::Arg>> kwargs;
};
Arguments arguments(const Layer& owner, const json& node, const Lookup& lookup);

/// A JSON value as an argument: numbers, strings, lists, slices, constants, and tensors by `lookup`.
ops::Arg argument(const Layer& owner, const json& node, const Lookup& lookup);

/// The tensors that a layer is called with, and their masks; its row's other arguments are set. Error for an argument
/// that the row does not have.
Tensors layer_inputs(Layer& layer, const Arguments& arguments);

}  // namespace keravino::layers
