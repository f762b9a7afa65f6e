// Activations, in float32 and float64.
#include <numbers>

#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/exponential.h"
#include "kernels/processors.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

template <class T, class F>
FOR_EACH_PROCESSOR void loop(const T* from, T* to, size_t n, F f) {
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) to[i] = static_cast<T>(f(from[i]));
}

/// f(x) for each element of a float32 or float64 tensor.
template <class F>
bool each(const ov::TensorVector& inputs, ov::TensorVector& outputs, F f) {
  const ov::Tensor& in = inputs[0];
  const auto run = [&]<class T>(T) {
    outputs.assign(1, ov::Tensor(in.get_element_type(), in.get_shape()));
    loop(in.data<const T>(), outputs[0].data<T>(), in.get_size(), f);
    return true;
  };
  if (in.get_element_type() == ov::element::f32) return run(float{});
  if (in.get_element_type() == ov::element::f64) return run(double{});
  return false;
}

template <auto F>
bool plain(const ov::Node&, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  return each(inputs, outputs, F);
}

template <class T>
T relu6(T x) {
  return x < 0 ? T(0) : x > 6 ? T(6) : x;
}

bool clamp(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::v0::Clamp&>(node);
  return each(inputs, outputs, [low = op.get_min(), high = op.get_max()]<class T>(T x) {
    return x < static_cast<T>(low) ? static_cast<T>(low) : x > static_cast<T>(high) ? static_cast<T>(high) : x;
  });
}

bool elu(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const double alpha = static_cast<const v::v0::Elu&>(node).get_alpha();
  return each(inputs, outputs, [alpha]<class T>(T x) { return x > 0 ? x : static_cast<T>(alpha) * std::expm1(x); });
}

constexpr double kVanished = 1e3;  // e^-x is 0 in double: from here on, minus infinity included, results are 0

/// x / (1 + e^-z).
template <class T>
[[gnu::always_inline]] inline double logistic_share(double x, double z) {
  if constexpr (std::is_same_v<T, double>) return std::max(x, -kVanished) / (1 + std::exp(-z));
  return std::max(x, -kVanished) / (1 + exponential(-z));
}

bool swish(const ov::Node&, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (inputs.size() > 1) return false;  // with a factor in the exponent
  return each(inputs, outputs, []<class T>(T x) { return logistic_share<T>(x, x); });
}

/// The slope of a single number; one per channel is left to OpenVINO.
bool prelu(const ov::Node&, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (inputs[1].get_size() != 1) return false;
  return each(inputs, outputs, [&]<class T>(T x) { return x < 0 ? x * inputs[1].data<const T>()[0] : x; });
}

/// In double where x is rounded to no good: an error of x counts x^2 times in the tail of erfc.
bool gelu(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (static_cast<const v::v7::Gelu&>(node).get_approximation_mode() == v::GeluApproximationMode::ERF) {
    return each(inputs, outputs, []<class T>(T x) {
      const auto exact = [](auto v) { return v * (std::erfc(-v / std::numbers::sqrt2_v<decltype(v)>) / 2); };
      return x < -1 ? static_cast<T>(exact(std::max(static_cast<double>(x), -kVanished))) : exact(x);
    });
  }
  return each(inputs, outputs, []<class T>(T number) {  // (1 + tanh(z)) / 2 = 1 / (1 + e^(-2 z)) keeps small numbers
    const double x = number;
    return logistic_share<T>(x, 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi * (x + 0.044715 * x * x * x));
  });
}

}  // namespace

std::span<const EvaluatorRow> activation_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v0::Clamp>(&clamp),
      row<v::v0::Elu>(&elu),
      row<v::v0::PRelu>(&prelu),
      row<v::v4::Swish>(&swish),
      row<v::v4::HSwish>(&plain<[](auto x) { return x * (relu6(x + 3) / 6); }>),
      row<v::v5::HSigmoid>(&plain<[](auto x) { return relu6(x + 3) / 6; }>),
      row<v::v7::Gelu>(&gelu),
      row<v::v9::SoftSign>(&plain<[](auto x) { return x / (1 + std::abs(x)); }>),
  };
  return kRows;
}

}  // namespace keravino::engine
