// Element-wise functions of one tensor, in float32 and float64.
#include "engine/evaluators/evaluators.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

template <class In, class Out, class F>
void map(const ov::Tensor& in, ov::Tensor& out, F f) {
  const In* from = in.data<const In>();
  Out* to = out.data<Out>();
  for (size_t i = 0, n = in.get_size(); i < n; ++i) to[i] = static_cast<Out>(f(from[i]));
}

/// f on float32 and float64; `Out` is void for a result of the same type, or char for a boolean.
template <auto F, class Out = void>
bool floats(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  const auto type = in.get_element_type();
  if (type != ov::element::f32 && type != ov::element::f64) return false;
  outputs.assign(1, ov::Tensor(node.get_output_element_type(0), in.get_shape()));
  if (type == ov::element::f32)
    map<float, std::conditional_t<std::is_void_v<Out>, float, Out>>(in, outputs[0], F);
  else
    map<double, std::conditional_t<std::is_void_v<Out>, double, Out>>(in, outputs[0], F);
  return true;
}

/// The bits inverted, of integers.
bool bitwise_not(const ov::Node&, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  if (!in.get_element_type().is_integral_number()) return false;
  outputs.assign(1, ov::Tensor(in.get_element_type(), in.get_shape()));
  const auto* from = static_cast<const uint8_t*>(in.data());
  auto* to = static_cast<uint8_t*>(outputs[0].data());
  for (size_t i = 0, n = in.get_byte_size(); i < n; ++i) to[i] = static_cast<uint8_t>(~from[i]);
  return true;
}

/// The same, and on int32 and int64.
template <auto F>
bool numbers(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  const auto type = in.get_element_type();
  if (type != ov::element::i32 && type != ov::element::i64) return floats<F>(node, outputs, inputs);
  outputs.assign(1, ov::Tensor(type, in.get_shape()));
  if (type == ov::element::i32)
    map<int32_t, int32_t>(in, outputs[0], F);
  else
    map<int64_t, int64_t>(in, outputs[0], F);
  return true;
}

constexpr auto kSign = [](auto x) {
  using T = decltype(x);
  return x < 0 ? T(-1) : x > 0 ? T(1) : x;  // 0 and NaN are their own
};

// float32 through double, whose exp is as fast and leaves but the last rounding.
constexpr auto kSigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
constexpr auto kSoftPlus = [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); };
constexpr auto kTanh = [](auto x) {
  if constexpr (std::is_same_v<decltype(x), double>) return std::tanh(x);
  const double wide = x;
  return std::abs(wide) < 1e-3 ? wide * (1 - wide * wide / 3) : 1 - 2 / (std::exp(2 * wide) + 1);
};

bool round(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::v5::Round&>(node);
  if (op.get_mode() != v::v5::Round::RoundMode::HALF_TO_EVEN) return false;
  return floats<[](auto x) { return std::nearbyint(x); }>(node, outputs, inputs);
}

bool is_infinite(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& attributes = static_cast<const v::v10::IsInf&>(node).get_attributes();
  if (!attributes.detect_negative || !attributes.detect_positive) return false;
  return floats<[](auto x) { return std::isinf(x); }, char>(node, outputs, inputs);
}

}  // namespace

std::span<const EvaluatorRow> unary_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v0::Abs>(&numbers<[](auto x) { return x < 0 ? -x : x + decltype(x)(0); }>),
      row<v::v0::Sign>(&numbers<kSign>),
      row<v::v0::Negative>(&numbers<[](auto x) { return -x; }>),
      row<v::v0::Exp>(&floats<[](auto x) { return std::exp(x); }>),
      row<v::v0::Log>(&floats<[](auto x) { return std::log(x); }>),
      row<v::v0::Sqrt>(&floats<[](auto x) { return std::sqrt(x); }>),
      row<v::v0::Sin>(&floats<[](auto x) { return std::sin(x); }>),
      row<v::v0::Cos>(&floats<[](auto x) { return std::cos(x); }>),
      row<v::v0::Tan>(&floats<[](auto x) { return std::tan(x); }>),
      row<v::v0::Asin>(&floats<[](auto x) { return std::asin(x); }>),
      row<v::v0::Acos>(&floats<[](auto x) { return std::acos(x); }>),
      row<v::v0::Atan>(&floats<[](auto x) { return std::atan(x); }>),
      row<v::v0::Sinh>(&floats<[](auto x) { return std::sinh(x); }>),
      row<v::v0::Cosh>(&floats<[](auto x) { return std::cosh(x); }>),
      row<v::v0::Tanh>(&floats<kTanh>),
      row<v::v3::Asinh>(&floats<[](auto x) { return std::asinh(x); }>),
      row<v::v3::Acosh>(&floats<[](auto x) { return std::acosh(x); }>),
      row<v::v3::Atanh>(&floats<[](auto x) { return std::atanh(x); }>),
      row<v::v0::Erf>(&floats<[](auto x) { return std::erf(x); }>),
      row<v::v0::Floor>(&floats<[](auto x) { return std::floor(x); }>),
      row<v::v0::Ceiling>(&floats<[](auto x) { return std::ceil(x); }>),
      row<v::v5::Round>(&round),
      row<v::v0::Relu>(&numbers<[](auto x) { return x < 0 ? decltype(x)(0) : x; }>),
      row<v::v0::Sigmoid>(&floats<kSigmoid>),
      row<v::v4::SoftPlus>(&floats<kSoftPlus>),
      row<v::v13::BitwiseNot>(&bitwise_not),
      row<v::v10::IsNaN>(&floats<[](auto x) { return std::isnan(x); }, char>),
      row<v::v10::IsFinite>(&floats<[](auto x) { return std::isfinite(x); }, char>),
      row<v::v10::IsInf>(&is_infinite),
  };
  return kRows;
}

}  // namespace keravino::engine
