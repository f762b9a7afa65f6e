// If and Loop nodes from functions that were traced.
#pragma once

#include <openvino/core/model.hpp>
#include <optional>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// A function that was traced within another graph: its results for its parameters. Other tensors that its nodes use
/// are captured from that graph.
struct Body {
  std::vector<Tensor> parameters, results;
  size_t since = 0;  // the moment() before it was traced
};

/// A number that rises with each node that is made.
size_t moment();

/// The results of one of two bodies without parameters; `condition` is a boolean scalar. Their own nodes, those made
/// since they began to be traced, are computed only if theirs is the branch that is taken. Error if the numbers of
/// results or their dtypes differ.
std::vector<Tensor> if_then_else(const Tensor& condition, const Body& then_body, const Body& else_body);

/// How a loop takes a tensor apart, or stacks results: along which axis, and whether from its end.
struct Along {
  int64_t axis = 0;
  bool reverse = false;
};
using Slices = std::vector<std::pair<Tensor, Along>>;

/// Repeats a body `trip_count` times (int64 scalar; -1: without bound) while a condition holds, which may be false at
/// first. The body's parameters are the slices, without their axis, and the states; its results are the condition for
/// another iteration, the new states, and what is stacked, each as `stacks` says. Returns the last states, and the
/// stacked results, for which there must be at least one step: the CPU plugin (2026.4.1) crashes without. What of the
/// body does not hang on its parameters is computed once, outside.
std::vector<Tensor> loop(const Tensor& trip_count, const Tensor& condition, const Slices& slices,
                         const std::vector<Tensor>& states, const Body& body, const std::vector<Along>& stacks = {});

/// A body without parameters as a graph of its own, whose parameters stand for the tensors that it takes from outside.
std::pair<std::shared_ptr<ov::Model>, std::vector<Tensor>> extracted(const Body& body);

/// The results of a body of an If or Loop for these arguments, as nodes of the graph around it.
std::vector<Tensor> inlined(const ov::Model& body, const std::vector<Tensor>& arguments);

/// The number of a scalar that hangs on no parameter.
std::optional<int64_t> number(const Tensor& x);

/// A parameter of a loop's body as the output of a node: the CPU plugin hands states on one after the other, and loses
/// one that is another's next value.
ov::Output<ov::Node> computed(const ov::Output<ov::Node>& output);

}  // namespace keravino::ops
