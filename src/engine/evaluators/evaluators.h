// Computing a node on numbers, for op and element types where OpenVINO's own `evaluate` is absent, slow or too narrow.
#pragma once

#include <concepts>
#include <openvino/core/node.hpp>
#include <span>
#include <type_traits>

namespace keravino::engine {

/// Computes a node; false if the element types are not its own, so that OpenVINO's `evaluate` is asked instead.
/// `outputs` is empty on entry: static shapes are taken from the inputs.
using Evaluator = bool (*)(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs);

/// Computes n elements of an output from those of the inputs.
using Loop = void (*)(const void* const* inputs, void* output, size_t n);
/// The loop of an element-wise op on float32 (on booleans, if it is logical), where the inputs whose bits are set are
/// one number for all elements; null if there is none.
using LoopOf = Loop (*)(unsigned singles);

struct EvaluatorRow {
  const ov::DiscreteTypeInfo& type;
  Evaluator evaluate;
  LoopOf loop_of = nullptr;
};

/// A row for an op type.
template <class Op>
EvaluatorRow row(Evaluator evaluate, LoopOf loop_of = nullptr) {
  return {Op::get_type_info_static(), evaluate, loop_of};
}

/// What arithmetic on T is done in: integers wrap around as NumPy's do, where signed overflow is undefined in C++.
template <class T>
struct WrappingOf {
  using type = std::common_type_t<unsigned, std::make_unsigned_t<T>>;  // C++ would compute narrower ones as int
};
template <std::floating_point T>
struct WrappingOf<T> {
  using type = T;
};
template <class T>
using Wrapping = typename WrappingOf<T>::type;

/// Calls f with a zero of the first of the types First, Rest that this is; false if it is none.
template <class First, class... Rest, class F>
bool dispatch(const ov::element::Type& type, F&& f) {
  if (type == ov::element::from<First>()) return f(First{}), true;
  if constexpr (sizeof...(Rest) > 0) return dispatch<Rest...>(type, f);
  return false;
}
template <class F>
bool dispatch_floats(const ov::element::Type& type, F&& f) {
  return dispatch<float, double>(type, f);
}
template <class F>
bool dispatch_integers(const ov::element::Type& type, F&& f) {
  return dispatch<int32_t, int64_t, uint32_t, uint64_t, int8_t, int16_t, uint8_t, uint16_t>(type, f);
}
template <class F>
bool dispatch_numbers(const ov::element::Type& type, F&& f) {
  return dispatch_floats(type, f) || dispatch_integers(type, f);
}

/// What f returns of a zero of this type; false for types of less than 32 bits, which are computed in a wider one.
template <class F>
bool dispatch_wide(const ov::element::Type& type, F&& f) {
  bool computed = false;
  dispatch<float, double, int32_t, int64_t, uint32_t, uint64_t>(type, [&](auto zero) { computed = f(zero); });
  return computed;
}

std::span<const EvaluatorRow> activation_evaluators();
std::span<const EvaluatorRow> unary_evaluators();
std::span<const EvaluatorRow> binary_evaluators();
std::span<const EvaluatorRow> wide_evaluators();
std::span<const EvaluatorRow> axis_evaluators();
std::span<const EvaluatorRow> control_evaluators();
std::span<const EvaluatorRow> movement_evaluators();
std::span<const EvaluatorRow> sort_evaluators();
std::span<const EvaluatorRow> lookup_evaluators();
std::span<const EvaluatorRow> matmul_evaluators();
std::span<const EvaluatorRow> index_evaluators();
std::span<const EvaluatorRow> window_evaluators();
std::span<const EvaluatorRow> interpolate_evaluators();
std::span<const EvaluatorRow> composed_evaluators();
std::span<const EvaluatorRow> scatter_evaluators();

/// The numbers of a tensor of integers: a shape, axes, indices.
std::vector<int64_t> integers(const ov::Tensor& tensor);

/// An axis counted from the first; a negative one counts from behind the last.
inline size_t normal_axis(int64_t axis, size_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank) : axis);
}

/// The row of a node's type, or null.
const EvaluatorRow* find_row(const ov::Node& node);

}  // namespace keravino::engine
