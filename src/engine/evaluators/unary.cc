// Element-wise functions of one tensor, in float32 and float64.
#include "engine/evaluate.h"
#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/exponential.h"
#include "kernels/processors.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

template <class In, class Out, auto F>
FOR_EACH_PROCESSOR void loop(const void* const* in, void* out, size_t n) {
  const In* from = static_cast<const In*>(in[0]);
  Out* to = static_cast<Out*>(out);
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) to[i] = static_cast<Out>(F(from[i]));
}

template <class In, class Out, auto F>
void map(const ov::Tensor& in, ov::Tensor& out) {
  const void* from[] = {in.data()};
  loop<In, Out, F>(from, out.data(), in.get_size());
}

/// One number for all has no loop: it is computed before.
template <class Out, auto F>
Loop loop_of(unsigned singles) {
  return singles == 0 ? &loop<float, Out, F> : nullptr;
}

/// f on float32 and float64; `Out` is void for a result of the same type, or char for a boolean.
template <auto F, class Out = void>
bool floats(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  const auto type = in.get_element_type();
  if (type != ov::element::f32 && type != ov::element::f64) return false;
  outputs.assign(1, ov::Tensor(node.get_output_element_type(0), in.get_shape()));
  if (type == ov::element::f32)
    map<float, std::conditional_t<std::is_void_v<Out>, float, Out>, F>(in, outputs[0]);
  else
    map<double, std::conditional_t<std::is_void_v<Out>, double, Out>, F>(in, outputs[0]);
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
    map<int32_t, int32_t, F>(in, outputs[0]);
  else
    map<int64_t, int64_t, F>(in, outputs[0]);
  return true;
}

constexpr auto kSign = [](auto x) {
  using T = decltype(x);
  return x < 0 ? T(-1) : x > 0 ? T(1) : x;  // 0 and NaN are their own
};

// float32 through double, which leaves but the last rounding.
constexpr auto kExp = [](auto x) {
  if constexpr (std::is_same_v<decltype(x), double>) return std::exp(x);
  return exponential(static_cast<double>(x));
};
constexpr auto kSigmoid = [](auto x) { return 1 / (1 + kExp(-x)); };
constexpr auto kSoftPlus = [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); };
constexpr auto kTanh = [](auto x) {
  if constexpr (std::is_same_v<decltype(x), double>) return std::tanh(x);
  const double wide = x;
  return std::abs(wide) < 1e-3 ? wide * (1 - wide * wide / 3) : 1 - 2 / (exponential(2 * wide) + 1);
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

/// OpenVINO's own conversion cuts digits off a bfloat16, and leaves floats beyond an integer type to the processor.
bool convert_floats(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto type = node.get_output_element_type(0);
  if (type != ov::element::bf16 && !(inputs[0].get_element_type().is_real() && dispatch_integers(type, [](auto) {})))
    return false;
  outputs.assign(1, convert(inputs[0], type));
  return true;
}

/// Rows of ops that have loops on float32.
template <class Op, auto F>
EvaluatorRow float_row() {
  return row<Op>(&floats<F>, &loop_of<float, F>);
}
template <class Op, auto F>
EvaluatorRow number_row() {
  return row<Op>(&numbers<F>, &loop_of<float, F>);
}
template <class Op, auto F>
EvaluatorRow test_row() {
  return row<Op>(&floats<F, char>, &loop_of<char, F>);
}

}  // namespace

std::span<const EvaluatorRow> unary_evaluators() {
  static const EvaluatorRow kRows[] = {
      number_row<v::v0::Abs, [](auto x) { return x < 0 ? -x : x + decltype(x)(0); }>(),
      number_row<v::v0::Sign, kSign>(),
      number_row<v::v0::Negative, [](auto x) { return -x; }>(),
      float_row<v::v0::Exp, kExp>(),
      float_row<v::v0::Log, [](auto x) { return std::log(x); }>(),
      float_row<v::v0::Sqrt, [](auto x) { return std::sqrt(x); }>(),
      float_row<v::v0::Sin, [](auto x) { return std::sin(x); }>(),
      float_row<v::v0::Cos, [](auto x) { return std::cos(x); }>(),
      float_row<v::v0::Tan, [](auto x) { return std::tan(x); }>(),
      float_row<v::v0::Asin, [](auto x) { return std::asin(x); }>(),
      float_row<v::v0::Acos, [](auto x) { return std::acos(x); }>(),
      float_row<v::v0::Atan, [](auto x) { return std::atan(x); }>(),
      float_row<v::v0::Sinh, [](auto x) { return std::sinh(x); }>(),
      float_row<v::v0::Cosh, [](auto x) { return std::cosh(x); }>(),
      float_row<v::v0::Tanh, kTanh>(),
      float_row<v::v3::Asinh, [](auto x) { return std::asinh(x); }>(),
      float_row<v::v3::Acosh, [](auto x) { return std::acosh(x); }>(),
      float_row<v::v3::Atanh, [](auto x) { return std::atanh(x); }>(),
      float_row<v::v0::Erf, [](auto x) { return std::erf(x); }>(),
      float_row<v::v0::Floor, [](auto x) { return std::floor(x); }>(),
      float_row<v::v0::Ceiling, [](auto x) { return std::ceil(x); }>(),
      row<v::v5::Round>(&round),
      number_row<v::v0::Relu, [](auto x) { return x < 0 ? decltype(x)(0) : x; }>(),
      float_row<v::v0::Sigmoid, kSigmoid>(),
      float_row<v::v4::SoftPlus, kSoftPlus>(),
      row<v::v13::BitwiseNot>(&bitwise_not),
      test_row<v::v10::IsNaN, [](auto x) { return std::isnan(x); }>(),
      test_row<v::v10::IsFinite, [](auto x) { return std::isfinite(x); }>(),
      row<v::v10::IsInf>(&is_infinite),
      row<v::v0::Convert>(&convert_floats),
  };
  return kRows;
}

}  // namespace keravino::engine
