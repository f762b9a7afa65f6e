// The choice between two states of every op, so that the least data is transposed.
#pragma once

#include <functional>

#include "passes/layout_axes.h"

namespace keravino::passes::layout {

/// What one consumer asks of a tensor in each of its two states.
struct Ask {
  size_t op;
  Layout need[2];
};

/// A tensor, the layouts its producer gives it in each of its two states, and its consumers.
struct Tensor {
  size_t op;
  Layout have[2];
  std::vector<Ask> asks;
  /// The logical shape; a constant tensor is transposed for nothing.
  ov::PartialShape shape;
  bool constant = false;

  double cost(const Layout& from, const Layout& to) const { return constant ? 0 : transpose_cost(shape, from, to); }
};

struct Choice {
  size_t ops = 0;
  /// What each op costs in itself, per state.
  std::vector<std::array<double, 2>> own;
  std::vector<Tensor> tensors;
};

/// The price of a choice: each tensor is transposed once per layout that is asked for and not given.
double price(const Choice& choice, const std::vector<bool>& second);

/// True for each op that should be in its second state; among equals as many as can be. A minimum cut: exact where no
/// tensor is cheaper to transpose from the state that its consumers do not share, else an upper bound is minimised.
std::vector<bool> cheapest(const Choice& choice);

}  // namespace keravino::passes::layout
