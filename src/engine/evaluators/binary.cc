// Element-wise functions of two tensors, and Select, with NumPy's broadcasting.
#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"
#include "kernels/processors.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

ov::Shape broadcast(ov::Shape a, ov::Shape b) {
  if (a.size() < b.size()) std::swap(a, b);
  for (size_t i = 0; i < b.size(); ++i) {
    size_t& dim = a[a.size() - b.size() + i];
    if (dim == 1) dim = b[i];
  }
  return a;
}

/// `tensor` repeated to the shape `wide`; itself if it has that shape.
ov::Tensor spread(const ov::Tensor& tensor, const ov::Shape& wide) {
  const ov::Shape& shape = tensor.get_shape();
  if (shape == wide) return tensor;
  ov::Tensor out(tensor.get_element_type(), wide);
  const size_t width = tensor.get_element_type().size();
  const auto from = byte_strides(shape, width), to = byte_strides(wide, width);
  const size_t missing = wide.size() - shape.size();
  std::vector<StridedAxis> axes;
  for (size_t i = 0; i < wide.size(); ++i) {
    const bool repeats = i < missing || shape[i - missing] == 1;
    axes.push_back({wide[i], repeats ? 0 : from[i - missing], to[i]});
  }
  strided_copy(static_cast<const std::byte*>(tensor.data()), static_cast<std::byte*>(out.data()), axes, width);
  return out;
}

/// F of each pair of elements; an operand of one element is the same in all.
template <class T, class Out, auto F, bool kOneX, bool kOneY>
FOR_EACH_PROCESSOR void loop(const void* const* in, void* out, size_t n) {
  const T *x = static_cast<const T*>(in[0]), *y = static_cast<const T*>(in[1]);
  Out* to = static_cast<Out*>(out);
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) to[i] = static_cast<Out>(F(x[kOneX ? 0 : i], y[kOneY ? 0 : i]));
}

template <class T, class Out, auto F>
Loop loop_of(unsigned singles) {
  constexpr Loop kLoops[] = {&loop<T, Out, F, false, false>, &loop<T, Out, F, true, false>,
                             &loop<T, Out, F, false, true>, &loop<T, Out, F, true, true>};
  return kLoops[singles];
}

template <class T, class Out, auto F>
void map(const ov::Tensor& a, const ov::Tensor& b, ov::Tensor& out) {
  const size_t n = out.get_size();
  if (n == 0) return;
  const bool one_a = a.get_size() == 1, one_b = b.get_size() == 1;
  const ov::Tensor left = one_a ? a : spread(a, out.get_shape());
  const ov::Tensor right = one_b ? b : spread(b, out.get_shape());
  const void* in[] = {left.data(), right.data()};
  loop_of<T, Out, F>((one_a ? 1u : 0u) | (one_b ? 2u : 0u))(in, out.data(), n);
}

/// f on numbers; a comparison if the node's output is boolean.
template <auto F, bool Compare = false>
bool numbers(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (node.get_autob().m_type != v::AutoBroadcastType::NUMPY) return false;
  const ov::Tensor &a = inputs[0], &b = inputs[1];
  const bool known = dispatch_numbers(a.get_element_type(), [](auto) {});
  if (!known) return false;
  outputs.assign(1, ov::Tensor(node.get_output_element_type(0), broadcast(a.get_shape(), b.get_shape())));
  return dispatch_numbers(a.get_element_type(), [&](auto zero) {
    using T = decltype(zero);
    map<T, std::conditional_t<Compare, char, T>, F>(a, b, outputs[0]);
  });
}

/// f on floats alone.
template <auto F>
bool floats(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!inputs[0].get_element_type().is_real()) return false;
  return numbers<F>(node, outputs, inputs);
}

/// f on integers alone.
template <auto F>
bool integers(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!inputs[0].get_element_type().is_integral_number()) return false;
  constexpr auto kOfIntegers = []<class T>(T x, T y) -> T {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(F(x, y));
    else
      return x;
  };
  return numbers<kOfIntegers>(node, outputs, inputs);
}

template <auto F>
bool booleans(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (inputs[0].get_element_type() != ov::element::boolean) return false;
  outputs.assign(1, ov::Tensor(ov::element::boolean, broadcast(inputs[0].get_shape(), inputs[1].get_shape())));
  map<char, char, F>(inputs[0], inputs[1], outputs[0]);
  (void)node;
  return true;
}

template <auto F>
bool compare(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  return numbers<F, true>(node, outputs, inputs);
}

constexpr auto kAdd = []<class T>(T x, T y) { return static_cast<T>(Wrapping<T>(x) + Wrapping<T>(y)); };
constexpr auto kSubtract = []<class T>(T x, T y) { return static_cast<T>(Wrapping<T>(x) - Wrapping<T>(y)); };
constexpr auto kMultiply = []<class T>(T x, T y) { return static_cast<T>(Wrapping<T>(x) * Wrapping<T>(y)); };

/// Integer division as NumPy's: rounded down, 0 by 0, and the one overflow (minimum / -1) wraps. A remainder by 0 is 0.
constexpr auto kDivide = []<class T>(T x, T y) -> T {
  if constexpr (std::is_floating_point_v<T>)
    return x / y;
  else {
    if (y == 0) return 0;
    if (std::is_signed_v<T> && y == static_cast<T>(-1)) return kSubtract(T(0), x);
    const T rest = static_cast<T>(x % y);
    return static_cast<T>(x / y - (rest != 0 && (rest < 0) != (y < 0)));
  }
};
constexpr auto kMod = []<class T>(T x, T y) -> T {
  if constexpr (std::is_floating_point_v<T>)
    return std::fmod(x, y);
  else
    return y == 0 || (std::is_signed_v<T> && y == static_cast<T>(-1)) ? T(0) : static_cast<T>(x % y);
};
constexpr auto kFloorMod = []<class T>(T x, T y) -> T {
  const T rest = kMod(x, y);
  return rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
};

/// Integer powers wrap around. With a negative exponent only 1 and -1 have one that is not 0.
constexpr auto kPower = []<class T>(T x, T y) -> T {
  if constexpr (std::is_floating_point_v<T>)
    return std::pow(x, y);
  else {
    if (y < 0 && x != 1 && x != static_cast<T>(-1)) return 0;
    T result = 1;
    auto left = static_cast<std::make_unsigned_t<T>>(y);  // of a negative exponent parity alone matters
    for (T base = x; left != 0; left >>= 1, base = kMultiply(base, base)) {
      if (left & 1) result = kMultiply(result, base);
    }
    return result;
  }
};

/// Shifts by more than the width have the value that many single shifts have; C++ leaves them undefined.
constexpr auto kLeftShift = []<class T>(T x, T y) -> T {
  const bool in_range = y >= 0 && static_cast<uint64_t>(y) < 8 * sizeof(T);
  return in_range ? static_cast<T>(static_cast<uint64_t>(x) << y) : T(0);
};
constexpr auto kRightShift = []<class T>(T x, T y) -> T {
  const bool in_range = y >= 0 && static_cast<uint64_t>(y) < 8 * sizeof(T);
  return in_range ? static_cast<T>(x >> y) : x < 0 ? static_cast<T>(-1) : T(0);
};

template <class T, bool kOneX, bool kOneY>
FOR_EACH_PROCESSOR void select_loop(const void* const* in, void* out, size_t n) {
  const char* c = static_cast<const char*>(in[0]);
  const T *x = static_cast<const T*>(in[1]), *y = static_cast<const T*>(in[2]);
  T* to = static_cast<T*>(out);
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) {
    const T one = x[kOneX ? 0 : i], other = y[kOneY ? 0 : i];
    to[i] = c[i] ? one : other;
  }
}

/// The condition is one for each element.
template <class T>
Loop select_loop_of(unsigned singles) {
  constexpr Loop kLoops[] = {&select_loop<T, false, false>, nullptr, &select_loop<T, true, false>, nullptr,
                             &select_loop<T, false, true>,  nullptr, &select_loop<T, true, true>,  nullptr};
  return kLoops[singles];
}

bool select(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (node.get_autob().m_type != v::AutoBroadcastType::NUMPY) return false;
  const ov::Shape wide = broadcast(broadcast(inputs[0].get_shape(), inputs[1].get_shape()), inputs[2].get_shape());
  const ov::element::Type type = inputs[1].get_element_type();
  if (!dispatch_numbers(type, [](auto) {})) return false;
  outputs.assign(1, ov::Tensor(type, wide));
  const size_t n = outputs[0].get_size();
  if (n == 0) return true;
  const bool one_x = inputs[1].get_size() == 1, one_y = inputs[2].get_size() == 1;
  const ov::Tensor condition = spread(inputs[0], wide);
  const ov::Tensor x = one_x ? inputs[1] : spread(inputs[1], wide), y = one_y ? inputs[2] : spread(inputs[2], wide);
  const void* in[] = {condition.data(), x.data(), y.data()};
  return dispatch_numbers(
      type, [&]<class T>(T) { select_loop_of<T>((one_x ? 2u : 0u) | (one_y ? 4u : 0u))(in, outputs[0].data(), n); });
}

/// Rows of ops that have loops on float32, or on booleans.
template <class Op, auto F>
EvaluatorRow number_row() {
  return row<Op>(&numbers<F>, &loop_of<float, float, F>);
}
template <class Op, auto F>
EvaluatorRow compare_row() {
  return row<Op>(&compare<F>, &loop_of<float, char, F>);
}
template <class Op, auto F>
EvaluatorRow boolean_row() {
  return row<Op>(&booleans<F>, &loop_of<char, char, F>);
}

}  // namespace

std::span<const EvaluatorRow> binary_evaluators() {
  static const EvaluatorRow kRows[] = {
      number_row<v::v1::Add, kAdd>(),
      number_row<v::v1::Subtract, kSubtract>(),
      number_row<v::v1::Multiply, kMultiply>(),
      number_row<v::v1::Divide, kDivide>(),
      number_row<v::v1::FloorMod, kFloorMod>(),
      number_row<v::v1::Mod, kMod>(),
      number_row<v::v1::Power, kPower>(),
      number_row<v::v1::Maximum, [](auto x, auto y) { return (x > y) ? x : y; }>(),
      number_row<v::v1::Minimum, [](auto x, auto y) { return (x < y) ? x : y; }>(),
      row<v::v0::SquaredDifference>(&floats<[](auto x, auto y) { return (x - y) * (x - y); }>),
      compare_row<v::v1::Equal, [](auto x, auto y) { return x == y; }>(),
      compare_row<v::v1::NotEqual, [](auto x, auto y) { return x != y; }>(),
      compare_row<v::v1::Less, [](auto x, auto y) { return x < y; }>(),
      compare_row<v::v1::LessEqual, [](auto x, auto y) { return x <= y; }>(),
      compare_row<v::v1::Greater, [](auto x, auto y) { return (x > y); }>(),
      compare_row<v::v1::GreaterEqual, [](auto x, auto y) { return (x >= y); }>(),
      boolean_row<v::v1::LogicalAnd, [](auto x, auto y) { return x && y; }>(),
      boolean_row<v::v1::LogicalOr, [](auto x, auto y) { return x || y; }>(),
      boolean_row<v::v1::LogicalXor, [](auto x, auto y) { return !x != !y; }>(),
      row<v::v13::BitwiseAnd>(&integers<[](auto x, auto y) { return x & y; }>),
      row<v::v13::BitwiseOr>(&integers<[](auto x, auto y) { return x | y; }>),
      row<v::v13::BitwiseXor>(&integers<[](auto x, auto y) { return x ^ y; }>),
      row<v::v15::BitwiseLeftShift>(&integers<kLeftShift>),
      row<v::v15::BitwiseRightShift>(&integers<kRightShift>),
      row<v::v1::Select>(&select, &select_loop_of<float>),
  };
  return kRows;
}

}  // namespace keravino::engine
