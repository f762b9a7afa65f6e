// Fused ops, by the derivative of what they are made of.
#include "grad/rule.h"
#include "keravino/grad.h"
#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

/// A rule out of the same result, composed of simpler ops.
Rule composed(Tensor (*compose)(const Step&)) {
  return [compose](const Step& s) {
    std::vector<Tensor> xs;
    std::vector<size_t> places;
    for (size_t i = 0; i < s.in.size(); ++i) {
      if (!s.wanted[i]) continue;
      xs.push_back(s.in[i]);
      places.push_back(i);
    }
    const std::vector<Tensor> found = gradients({compose(s)}, xs, {s.g[0]});
    std::vector<Tensor> result(s.in.size());
    for (size_t i = 0; i < found.size(); ++i) result[places[i]] = found[i];
    return result;
  };
}

/// True where a query may look: at no later key.
Tensor causal(const Tensor& scores) {
  const Dim queries = ops::dim(scores, -2), keys = ops::dim(scores, -1);
  return ops::expand_dims(ops::iota(queries, DType::int32), {1}) >= ops::iota(keys, DType::int32);
}

/// softmax(q k^T * scale + mask) v.
Tensor attention(const Step& s) {
  const auto& op = static_cast<const v::v13::ScaledDotProductAttention&>(s.node);
  const Tensor &q = s.in[0], &k = s.in[1], &value = s.in[2];
  const double lowest = -std::numeric_limits<double>::infinity();
  Tensor scores = make<v::v0::MatMul>(q, k, false, true);
  if (s.in.size() > 4) {
    scores = scores * s.in[4];
  } else {
    const Tensor depth = ops::as(ops::as_scalar(ops::dim(q, -1)), q.dtype());
    scores = scores / make<v::v0::Sqrt>(depth);
  }
  if (op.get_causal()) {
    scores = ops::select(causal(scores), scores, lowest);
  } else if (s.in.size() > 3 && s.in[3].dtype() == DType::boolean) {
    scores = ops::select(s.in[3], scores, lowest);
  } else if (s.in.size() > 3) {
    scores = scores + s.in[3];
  }
  return make<v::v0::MatMul>(make<v::v8::Softmax>(scores, int64_t{-1}), value, false, false);
}

/// (x - mean) / sqrt(variance + epsilon), over axes.
Tensor normalized(const Step& s) {
  const auto& op = static_cast<const v::v6::MVN&>(s.node);
  const std::vector<int64_t> axes = constant_ints(s.node, 1, s.in[0].rank());
  const Tensor centred = s.in[0] - make<v::v1::ReduceMean>(s.in[0], axes, true);
  if (!op.get_normalize_variance()) return centred;
  const Tensor variance = make<v::v1::ReduceMean>(centred * centred, axes, true);
  const double epsilon = op.get_eps();
  const bool inside = op.get_eps_mode() == v::MVNEpsMode::INSIDE_SQRT;
  return centred / (inside ? make<v::v0::Sqrt>(variance + epsilon) : make<v::v0::Sqrt>(variance) + epsilon);
}

}  // namespace

Table composed_rules() {
  return {
      row<v::v13::ScaledDotProductAttention>(composed(attention)),
      row<v::v6::MVN>(composed(normalized)),
  };
}

}  // namespace keravino::grad
