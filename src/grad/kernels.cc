// The kernels of training, once more: derivatives of derivatives.
#include "grad/rule.h"
#include "keravino/ops.h"
#include "kernels/after.h"
#include "kernels/channels.h"
#include "kernels/convolution.h"
#include "kernels/cross_entropy.h"
#include "kernels/max_pool.h"
#include "kernels/recurrent.h"
#include "ops/custom_gradient.h"

namespace keravino::grad {
namespace {

using kernels::Convolution;
using Role = Convolution::Role;

/// Each role is linear in both of its inputs, and its gradients are the other two roles.
std::vector<Tensor> convolution(const Step& s) {
  const auto& op = static_cast<const Convolution&>(s.node);
  const auto part = [&](Role role, const Tensor& a, const Tensor& b, const Tensor& like) {
    const ov::Shape shape = like.shape().to_shape();
    const ov::Shape spatial = role == Role::data ? ov::Shape(shape.begin() + 1, shape.end() - 1) : ov::Shape{};
    return make<Convolution>(std::vector<Tensor>{a, b}, role, op.window(), spatial, op.groups());
  };
  const Tensor &a = s.in[0], &b = s.in[1], &g = s.g[0];
  if (op.role() == Role::weights) return {part(Role::data, b, g, a), part(Role::forward, a, g, b)};
  if (op.role() == Role::data) return {part(Role::forward, g, b, a), part(Role::weights, g, a, b)};
  return {part(Role::data, g, b, a), part(Role::weights, a, g, b)};
}

/// Of g and of g * (x - centre), for each channel.
std::vector<Tensor> channel_sums(const Step& s) {
  const Tensor &g = s.in[0], &x = s.in[1], &centre = s.in[2];
  const Tensor first = s.g[0] ? s.g[0] : zeros_like(centre), second = s.g[1] ? s.g[1] : zeros_like(centre);
  return {first + second * (x - centre), second * g, -second * s.out[0]};
}

/// (p - one_hot(label)) g with p = softmax(logits).
std::vector<Tensor> cross_entropy_gradient(const Step& s) {
  const Tensor &logits = s.in[0], &g = s.g[0];
  const Tensor p = make<v::v8::Softmax>(logits, int64_t{1});
  const Tensor scaled = g * ops::expand_dims(s.in[2], {1}) * p;
  const Tensor for_logits = scaled - p * make<v::v1::ReduceSum>(scaled, std::vector<int64_t>{1}, true);
  const Tensor one = zeros_like(s.in[2]) + 1;
  const Tensor own = make<kernels::CrossEntropyGradient>(std::vector<Tensor>{logits, s.in[1], one, s.in[3]});
  return {for_logits, {}, make<v::v1::ReduceSum>(g * own, std::vector<int64_t>{1}, false), {}};
}

/// The gradients of all inputs by a kernel that takes what the forward one left.
std::vector<Tensor> recurrent(const Step& s) {
  const auto& op = static_cast<const kernels::Recurrent&>(s.node);
  std::vector<Tensor> inputs = s.in;
  inputs.insert(inputs.end(), s.out.begin(), s.out.end());
  for (size_t i = 0; i + 1 < s.out.size(); ++i) inputs.push_back(s.g[i] ? s.g[i] : zeros_like(s.out[i]));
  return ops::make_all<kernels::RecurrentGradient>(inputs, op.cell(), op.parts());
}

}  // namespace

Table kernel_rules() {
  return {
      row<kernels::Recurrent>(recurrent),
      row<kernels::CrossEntropyGradient>(cross_entropy_gradient),
      not_differentiable<kernels::RecurrentGradient>("second derivatives of a recurrent layer need unroll=True"),
      row<Convolution>(convolution),
      row<kernels::After>([](const Step& s) { return std::vector<Tensor>{s.g[0]}; }),
      row<kernels::ChannelSums>(channel_sums),
      row<kernels::Gate>([](const Step& s) -> std::vector<Tensor> {
        return {
            {},
            make<kernels::Gate>(std::vector<Tensor>{s.in[0], s.g[0]}, static_cast<const kernels::Gate&>(s.node).low(),
                                static_cast<const kernels::Gate&>(s.node).high())};
      }),
  };
}

}  // namespace keravino::grad
