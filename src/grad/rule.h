// How the derivative of one node of a graph is written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ops/make.h"

namespace keravino::grad {

namespace v = ov::op;
using ops::Dim;
using ops::make;

/// A node on the way back: its inputs and outputs, and the gradient of each output, empty where nothing hangs on it.
struct Step {
  const ov::Node& node;
  std::vector<Tensor> in, out, g;
  std::vector<bool> wanted;  // for which inputs a gradient is asked
};

/// The gradients of a node's inputs in their order: no Tensor, or none at the end, where there is none. That of an
/// input that was broadcast may have the broadcast shape, and any float dtype: the walker sums and converts.
using Rule = std::function<std::vector<Tensor>(const Step&)>;

/// A row: a rule for an op type, or the reason why there is none.
struct Row {
  ov::DiscreteTypeInfo type;
  Rule rule;
  std::string reason;  // of no derivative; empty if there is a rule
};
using Table = std::vector<Row>;

/// A rule of a node as a whole.
template <class Op>
Row row(Rule rule) {
  return {Op::get_type_info_static(), std::move(rule), {}};
}

/// y = f(x): `rule(x, y, g)`.
template <class Op>
Row unary(Tensor (*rule)(const Tensor& x, const Tensor& y, const Tensor& g)) {
  return row<Op>([rule](const Step& s) { return std::vector<Tensor>{rule(s.in[0], s.out[0], s.g[0])}; });
}

/// y = f(a, b): `for_a(a, b, y, g)` and `for_b(a, b, y, g)`, each called only if it is asked for.
using Partial = Tensor (*)(const Tensor& a, const Tensor& b, const Tensor& y, const Tensor& g);
template <class Op>
Row binary(Partial for_a, Partial for_b) {
  return row<Op>([for_a, for_b](const Step& s) {
    std::vector<Tensor> result(2);
    if (s.wanted[0]) result[0] = for_a(s.in[0], s.in[1], s.out[0], s.g[0]);
    if (s.wanted[1]) result[1] = for_b(s.in[0], s.in[1], s.out[0], s.g[0]);
    return result;
  });
}

/// Constant almost everywhere, or of a result that is no float.
template <class Op>
Row zero() {
  return row<Op>([](const Step&) { return std::vector<Tensor>{}; });
}

/// An op through which nothing can be differentiated, and why.
template <class Op>
Row not_differentiable(std::string reason) {
  return {Op::get_type_info_static(), nullptr, std::move(reason)};
}

/// The row of an op type; none if there is none. All tables are in rules.cc.
const Row* find_row(const ov::DiscreteTypeInfo& type);

Table activation_rules();
Table composed_rules();
Table control_rules();
Table conv_rules();
Table custom_rules();
Table elementwise_rules();
Table function_rules();
Table index_rules();
Table kernel_rules();
Table linalg_rules();
Table pool_rules();
Table reduce_rules();
Table resize_rules();
Table shape_rules();
Table zero_rules();

// What rules are made of.

/// `g` summed over the axes along which something of the shape of `x` was broadcast, in the shape and dtype of `x`.
Tensor unbroadcast(const Tensor& g, const Tensor& x);
/// Zeros of the shape and dtype of `x`.
Tensor zeros_like(const Tensor& x);
/// A constant integer vector at an input of a node, negative ones counted from `rank` if it is given.
std::vector<int64_t> constant_ints(const ov::Node& node, size_t input, int64_t rank = 0);

}  // namespace keravino::grad
