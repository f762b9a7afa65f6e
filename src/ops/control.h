// If and Loop nodes from functions that were traced.
#pragma once

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

/// Tensors that a loop takes apart along an axis, from their ends if `reverse`.
struct Slices {
  std::vector<Tensor> tensors;
  int64_t axis = 0;
  bool reverse = false;
};

/// Repeats a body `trip_count` times (int64 scalar; -1: without bound) while a condition holds, which may be false at
/// first. The body's parameters are the slices, without their axis, and the states; its results are the condition for
/// another iteration, the new states, and what is stacked, along the axis of the slices. Returns the last states, and
/// the stacked results, for which there must be at least one step: the CPU plugin (2026.4.1) crashes without. What of
/// the body does not hang on its parameters is computed once, outside.
std::vector<Tensor> loop(const Tensor& trip_count, const Tensor& condition, const Slices& slices,
                         const std::vector<Tensor>& states, const Body& body);

}  // namespace keravino::ops
