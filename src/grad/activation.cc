// Activations that are nodes of their own.
#include <numbers>

#include "grad/rule.h"
#include "ops/custom_gradient.h"

namespace keravino::grad {
namespace {

using ops::select;

/// The density of the normal distribution.
Tensor normal_density(const Tensor& x) {
  return make<v::v0::Exp>(-0.5 * x * x) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
}

std::vector<Tensor> gelu(const Step& s) {
  const Tensor& x = s.in[0];
  if (static_cast<const v::v7::Gelu&>(s.node).get_approximation_mode() == v::GeluApproximationMode::ERF) {
    const Tensor share = 0.5 * (1 + make<v::v0::Erf>(x * (1 / std::numbers::sqrt2)));
    return {s.g[0] * (share + x * normal_density(x))};
  }
  // x (1 + t) / 2 with t = tanh(k (x + c x^3)).
  const double k = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, c = 0.044715;
  const Tensor square = x * x;
  const Tensor t = make<v::v0::Tanh>(k * x * (1 + c * square));
  return {s.g[0] * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (k + 3 * k * c * square))};
}

/// x sigmoid(beta x).
std::vector<Tensor> swish(const Step& s) {
  const Tensor& x = s.in[0];
  const bool scaled = s.in.size() > 1;
  const Tensor p = make<v::v0::Sigmoid>(scaled ? s.in[1] * x : x);
  const Tensor slope = (scaled ? s.in[1] * x : x) * p * (1 - p);
  std::vector<Tensor> result{s.g[0] * (p + slope)};
  if (scaled) result.push_back(s.g[0] * x * x * p * (1 - p));
  return result;
}

std::vector<Tensor> elu(const Step& s) {
  const double alpha = static_cast<const v::v0::Elu&>(s.node).get_alpha();
  return {select(s.in[0] > 0, s.g[0], s.g[0] * (s.out[0] + alpha))};
}

/// The slope has one element for each channel, which is axis 1, or one for all.
std::vector<Tensor> prelu(const Step& s) {
  Tensor slope = s.in[1];
  std::vector<int64_t> along(static_cast<size_t>(s.in[0].rank()), 1);
  if (slope.rank() == 1 && s.in[0].rank() > 1) {
    along[1] = -1;
    slope = make<v::v1::Reshape>(slope, along, false);
  }
  const Tensor positive = s.in[0] > 0;
  std::vector<Tensor> result{select(positive, s.g[0], s.g[0] * slope), {}};
  if (s.wanted[1]) {
    const Tensor for_slope = unbroadcast(select(positive, 0, s.g[0] * s.in[0]), slope);
    result[1] = make<v::v1::Reshape>(for_slope, ops::shape_tensor(s.in[1]), false);
  }
  return result;
}

}  // namespace

Table activation_rules() {
  using T = const Tensor&;
  return {
      // By the result, so that what comes before can be fused with it.
      unary<v::v0::Relu>([](T, T y, T g) { return ops::gated(y, g, 0, std::numeric_limits<double>::infinity()); }),
      unary<v::v0::Sigmoid>([](T, T y, T g) { return g * y * (1 - y); }),
      unary<v::v4::SoftPlus>([](T x, T, T g) { return g * make<v::v0::Sigmoid>(x); }),
      unary<v::v9::SoftSign>([](T x, T, T g) {
        const Tensor d = 1 + make<v::v0::Abs>(x);
        return g / (d * d);
      }),
      unary<v::v5::HSigmoid>(
          [](T x, T, T g) { return select(make<v::v1::LogicalAnd>(x > -3, x < 3), g * (1.0 / 6), 0); }),
      unary<v::v4::HSwish>(
          [](T x, T, T g) { return g * select(x > -3, select(x < 3, (2 * x + 3) * (1.0 / 6), 1), 0); }),
      row<v::v7::Gelu>(gelu),
      row<v::v4::Swish>(swish),
      row<v::v0::Elu>(elu),
      row<v::v0::PRelu>(prelu),
      row<v::v8::Softmax>([](const Step& s) -> std::vector<Tensor> {
        const std::vector<int64_t> axis{static_cast<const v::v8::Softmax&>(s.node).get_axis()};
        const Tensor product = s.g[0] * s.out[0];
        return {product - s.out[0] * make<v::v1::ReduceSum>(product, axis, true)};
      }),
      row<v::v5::LogSoftmax>([](const Step& s) -> std::vector<Tensor> {
        const std::vector<int64_t> axis{static_cast<const v::v5::LogSoftmax&>(s.node).get_axis()};
        return {s.g[0] - make<v::v0::Exp>(s.out[0]) * make<v::v1::ReduceSum>(s.g[0], axis, true)};
      }),
  };
}

}  // namespace keravino::grad
