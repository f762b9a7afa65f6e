// Nodes that are computed as a graph of simpler ones.
#include "engine/evaluators/evaluators.h"
#include "engine/interpreter.h"
#include "engine/pending.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// 0 for the keys up to a query's own place, and minus infinity for those behind it.
ov::Tensor causal_mask(size_t queries, size_t keys) {
  ov::Tensor mask(ov::element::f32, {queries, keys});
  for (size_t q = 0; q < queries; ++q) {
    for (size_t k = 0; k < keys; ++k) {
      mask.data<float>()[q * keys + k] = k <= q ? 0 : -std::numeric_limits<float>::infinity();
    }
  }
  return mask;
}

/// softmax(q k' scale + mask) v, where the plugins, which are faster, do not compute it: of float64 and of empty
/// tensors.
bool attention(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::element::Type type = inputs[0].get_element_type();
  const bool is_empty = std::any_of(inputs.begin(), inputs.end(), [](const auto& in) { return in.get_size() == 0; });
  if (!is_empty && type != ov::element::f64) return false;
  const bool is_causal = static_cast<const v::v13::ScaledDotProductAttention&>(node).get_causal();
  const bool has_mask = !is_causal && inputs.size() > 3;
  if (has_mask && inputs[3].get_element_type() != type) return false;
  const ov::Shape &q = inputs[0].get_shape(), &k = inputs[1].get_shape();
  const double usual = 1 / std::sqrt(static_cast<double>(q.back()));
  const auto scale = inputs.size() > 4 ? constant(inputs[4]) : v::v0::Constant::create(type, {}, {usual})->output(0);
  ov::Output<ov::Node> weights = std::make_shared<v::v0::MatMul>(
      std::make_shared<v::v1::Multiply>(constant(inputs[0]), scale), constant(inputs[1]), false, true);
  if (has_mask) weights = std::make_shared<v::v1::Add>(weights, constant(inputs[3]));
  if (is_causal) {
    const auto mask = std::make_shared<v::v0::Convert>(constant(causal_mask(q[q.size() - 2], k[k.size() - 2])), type);
    weights = std::make_shared<v::v1::Add>(weights, mask);
  }
  weights = std::make_shared<v::v8::Softmax>(weights, -1);
  const Outputs targets{std::make_shared<v::v0::MatMul>(weights, constant(inputs[2]))};
  outputs = interpret(pending_nodes(targets), targets);
  return true;
}

}  // namespace

std::span<const EvaluatorRow> composed_evaluators() {
  static const EvaluatorRow kRows[] = {row<v::v13::ScaledDotProductAttention>(&attention)};
  return kRows;
}

}  // namespace keravino::engine
