// Element-wise functions of two tensors, and Select, with NumPy's broadcasting.
#include "engine/evaluators/evaluators.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// Strides, in elements, of a tensor seen in the broadcast shape: 0 where it repeats.
std::vector<size_t> strides_in(const ov::Shape& shape, const ov::Shape& wide) {
  std::vector<size_t> strides(wide.size(), 0);
  size_t stride = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    const size_t axis = shape.size() - 1 - i;
    if (shape[axis] != 1) strides[wide.size() - 1 - i] = stride;
    stride *= shape[axis];
  }
  return strides;
}

ov::Shape broadcast(ov::Shape a, ov::Shape b) {
  if (a.size() < b.size()) std::swap(a, b);
  for (size_t i = 0; i < b.size(); ++i) {
    size_t& dim = a[a.size() - b.size() + i];
    if (dim == 1) dim = b[i];
  }
  return a;
}

/// Calls row(offsets of the inputs, offset in the output, length) for each innermost row of the broadcast shape.
template <size_t N, class Row>
void for_rows(const ov::Shape& wide, const std::array<std::vector<size_t>, N>& strides, Row row) {
  const size_t length = wide.empty() ? 1 : wide.back();
  const size_t total = ov::shape_size(wide);
  if (total == 0) return;
  std::vector<size_t> index(wide.size(), 0);
  std::array<size_t, N> offset{};
  for (size_t at = 0; at < total; at += length) {
    row(offset, at, length);
    for (size_t axis = wide.size() - (wide.empty() ? 0 : 1); axis-- > 0;) {
      for (size_t k = 0; k < N; ++k) offset[k] += strides[k][axis];
      if (++index[axis] < wide[axis]) break;
      for (size_t k = 0; k < N; ++k) offset[k] -= strides[k][axis] * wide[axis];
      index[axis] = 0;
    }
  }
}

template <class T, class Out, class F>
void map(const ov::Tensor& a, const ov::Tensor& b, ov::Tensor& out, F f) {
  const T* x = a.data<const T>();
  const T* y = b.data<const T>();
  Out* to = out.data<Out>();
  const size_t n = out.get_size();
  if (a.get_size() == n && b.get_size() == n) {
    for (size_t i = 0; i < n; ++i) to[i] = static_cast<Out>(f(x[i], y[i]));
  } else if (a.get_size() == n && b.get_size() == 1) {
    for (size_t i = 0; i < n; ++i) to[i] = static_cast<Out>(f(x[i], y[0]));
  } else if (b.get_size() == n && a.get_size() == 1) {
    for (size_t i = 0; i < n; ++i) to[i] = static_cast<Out>(f(x[0], y[i]));
  } else {
    const ov::Shape& wide = out.get_shape();
    const std::array strides{strides_in(a.get_shape(), wide), strides_in(b.get_shape(), wide)};
    const size_t step_x = wide.empty() ? 0 : strides[0].back();
    const size_t step_y = wide.empty() ? 0 : strides[1].back();
    for_rows<2>(wide, strides, [&](const auto& offset, size_t at, size_t length) {
      const T* px = x + offset[0];
      const T* py = y + offset[1];
      for (size_t i = 0; i < length; ++i) to[at + i] = static_cast<Out>(f(px[i * step_x], py[i * step_y]));
    });
  }
}

template <class F>
bool dispatch(const ov::element::Type& type, F&& f) {
  switch (type) {
    case ov::element::f32: f(float{}); return true;
    case ov::element::f64: f(double{}); return true;
    case ov::element::i32: f(int32_t{}); return true;
    case ov::element::i64: f(int64_t{}); return true;
    case ov::element::u32: f(uint32_t{}); return true;
    case ov::element::u64: f(uint64_t{}); return true;
    case ov::element::i8: f(int8_t{}); return true;
    case ov::element::i16: f(int16_t{}); return true;
    case ov::element::u8: f(uint8_t{}); return true;
    case ov::element::u16: f(uint16_t{}); return true;
    default: return false;
  }
}

/// f on numbers; a comparison if the node's output is boolean.
template <auto F, bool Compare = false>
bool numbers(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (node.get_autob().m_type != v::AutoBroadcastType::NUMPY) return false;
  const ov::Tensor &a = inputs[0], &b = inputs[1];
  const bool known = dispatch(a.get_element_type(), [](auto) {});
  if (!known) return false;
  outputs.assign(1, ov::Tensor(node.get_output_element_type(0), broadcast(a.get_shape(), b.get_shape())));
  return dispatch(a.get_element_type(), [&](auto zero) {
    using T = decltype(zero);
    map<T, std::conditional_t<Compare, char, T>>(a, b, outputs[0], F);
  });
}

/// f on floats alone: integer division and powers have rules of their own, which OpenVINO knows.
template <auto F>
bool floats(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!inputs[0].get_element_type().is_real()) return false;
  return numbers<F>(node, outputs, inputs);
}

template <auto F>
bool booleans(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (inputs[0].get_element_type() != ov::element::boolean) return false;
  outputs.assign(1, ov::Tensor(ov::element::boolean, broadcast(inputs[0].get_shape(), inputs[1].get_shape())));
  map<char, char>(inputs[0], inputs[1], outputs[0], F);
  (void)node;
  return true;
}

template <auto F>
bool compare(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  return numbers<F, true>(node, outputs, inputs);
}

/// Integers wrap around as NumPy's do; signed overflow would be undefined in C++.
template <class T>
struct WrappingOf {
  using type = std::common_type_t<unsigned, std::make_unsigned_t<T>>;  // not below 32 bits: C++ would compute those as int
};
template <std::floating_point T>
struct WrappingOf<T> {
  using type = T;
};
template <class T>
using Wrapping = typename WrappingOf<T>::type;
constexpr auto kAdd = []<class T>(T x, T y) { return static_cast<T>(Wrapping<T>(x) + Wrapping<T>(y)); };
constexpr auto kSubtract = []<class T>(T x, T y) { return static_cast<T>(Wrapping<T>(x) - Wrapping<T>(y)); };
constexpr auto kMultiply = []<class T>(T x, T y) { return static_cast<T>(Wrapping<T>(x) * Wrapping<T>(y)); };

/// Integer division as NumPy's: rounded down, 0 by 0, and the one overflow (minimum / -1) wraps. A remainder by 0 is 0.
constexpr auto kDivide = []<class T>(T x, T y) -> T {
  if constexpr (std::is_floating_point_v<T>) return x / y;
  else {
    if (y == 0) return 0;
    if (std::is_signed_v<T> && y == static_cast<T>(-1)) return kSubtract(T(0), x);
    const T rest = static_cast<T>(x % y);
    return static_cast<T>(x / y - (rest != 0 && (rest < 0) != (y < 0)));
  }
};
constexpr auto kMod = []<class T>(T x, T y) -> T {
  if constexpr (std::is_floating_point_v<T>) return std::fmod(x, y);
  else return y == 0 || (std::is_signed_v<T> && y == static_cast<T>(-1)) ? T(0) : static_cast<T>(x % y);
};
constexpr auto kFloorMod = []<class T>(T x, T y) -> T {
  const T rest = kMod(x, y);
  return rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
};

/// Integer powers wrap around. With a negative exponent only 1 and -1 have one that is not 0.
constexpr auto kPower = []<class T>(T x, T y) -> T {
  if constexpr (std::is_floating_point_v<T>) return std::pow(x, y);
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

bool select(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (node.get_autob().m_type != v::AutoBroadcastType::NUMPY) return false;
  const ov::Shape wide =
      broadcast(broadcast(inputs[0].get_shape(), inputs[1].get_shape()), inputs[2].get_shape());
  const ov::element::Type type = inputs[1].get_element_type();
  if (!dispatch(type, [](auto) {})) return false;
  outputs.assign(1, ov::Tensor(type, wide));
  const std::array strides{strides_in(inputs[0].get_shape(), wide), strides_in(inputs[1].get_shape(), wide),
                           strides_in(inputs[2].get_shape(), wide)};
  const std::array<size_t, 3> step{wide.empty() ? 0 : strides[0].back(), wide.empty() ? 0 : strides[1].back(),
                                   wide.empty() ? 0 : strides[2].back()};
  return dispatch(type, [&](auto zero) {
    using T = decltype(zero);
    const char* condition = inputs[0].data<const char>();
    const T *x = inputs[1].data<const T>(), *y = inputs[2].data<const T>();
    T* to = outputs[0].data<T>();
    for_rows<3>(wide, strides, [&](const auto& offset, size_t at, size_t length) {
      const char* c = condition + offset[0];
      const T *px = x + offset[1], *py = y + offset[2];
      for (size_t i = 0; i < length; ++i) to[at + i] = c[i * step[0]] ? px[i * step[1]] : py[i * step[2]];
    });
  });
}

}  // namespace

std::span<const EvaluatorRow> binary_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v1::Add>(&numbers<kAdd>),
      row<v::v1::Subtract>(&numbers<kSubtract>),
      row<v::v1::Multiply>(&numbers<kMultiply>),
      row<v::v1::Divide>(&numbers<kDivide>),
      row<v::v1::FloorMod>(&numbers<kFloorMod>),
      row<v::v1::Mod>(&numbers<kMod>),
      row<v::v1::Power>(&numbers<kPower>),
      row<v::v1::Maximum>(&numbers<[](auto x, auto y) { return (x > y) ? x : y; }>),
      row<v::v1::Minimum>(&numbers<[](auto x, auto y) { return (x < y) ? x : y; }>),
      row<v::v0::SquaredDifference>(&floats<[](auto x, auto y) { return (x - y) * (x - y); }>),
      row<v::v1::Equal>(&compare<[](auto x, auto y) { return x == y; }>),
      row<v::v1::NotEqual>(&compare<[](auto x, auto y) { return x != y; }>),
      row<v::v1::Less>(&compare<[](auto x, auto y) { return x < y; }>),
      row<v::v1::LessEqual>(&compare<[](auto x, auto y) { return x <= y; }>),
      row<v::v1::Greater>(&compare<[](auto x, auto y) { return (x > y); }>),
      row<v::v1::GreaterEqual>(&compare<[](auto x, auto y) { return (x >= y); }>),
      row<v::v1::LogicalAnd>(&booleans<[](auto x, auto y) { return x && y; }>),
      row<v::v1::LogicalOr>(&booleans<[](auto x, auto y) { return x || y; }>),
      row<v::v1::LogicalXor>(&booleans<[](auto x, auto y) { return !x != !y; }>),
      row<v::v1::Select>(&select),
  };
  return kRows;
}

}  // namespace keravino::engine
