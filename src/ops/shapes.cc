#include "ops/shapes.h"

#include "engine/evaluate.h"
#include "ops/tables.h"

namespace keravino::ops {
namespace {

template <class T>
Tensor converted(const std::vector<T>& numbers, const ov::Shape& shape, DType dtype) {
  ov::Tensor tensor(ov::element::from<T>(), shape);
  std::copy(numbers.begin(), numbers.end(), tensor.data<T>());
  return Tensor(engine::convert(tensor, element_type(dtype)));
}

/// An operation on two dimensions: in C++ when both are numbers, else in the graph.
template <class OnNumbers, class OnTensors>
Dim combine(const Dim& a, const Dim& b, OnNumbers on_numbers, OnTensors on_tensors) {
  if (known(a) && known(b)) return on_numbers(*known(a), *known(b));
  return on_tensors(as_scalar(a), as_scalar(b));
}

}  // namespace

Tensor constant_tensor(const std::vector<int64_t>& numbers, const ov::Shape& shape, DType dtype) {
  return converted(numbers, shape, dtype);
}
Tensor constant_tensor(const std::vector<double>& numbers, const ov::Shape& shape, DType dtype) {
  return converted(numbers, shape, dtype);
}
Tensor ints(const std::vector<int64_t>& numbers) { return converted(numbers, {numbers.size()}, DType::int64); }

Dim dim(const Tensor& x, int64_t axis) {
  axis = normalize_axis(axis, x.rank());
  const ov::Dimension& size = x.shape()[static_cast<std::ptrdiff_t>(axis)];
  if (size.is_static()) return size.get_length();
  return make<v::v8::Gather>(shape_tensor(x), constant_tensor(std::vector<int64_t>{axis}, {}, DType::int64), Tensor(0));
}

std::vector<Dim> dims(const Tensor& x) {
  std::vector<Dim> out;
  for (int64_t axis = 0; axis < x.rank(); ++axis) out.push_back(dim(x, axis));
  return out;
}

std::optional<int64_t> known(const Dim& dim) {
  const auto* number = std::get_if<int64_t>(&dim);
  return number ? std::optional(*number) : std::nullopt;
}

Tensor as_scalar(const Dim& dim) {
  if (const auto number = known(dim)) return constant_tensor(std::vector<int64_t>{*number}, {}, DType::int64);
  return as(std::get<Tensor>(dim), DType::int64);
}

Tensor as_vector(const Dim& dim) {
  if (const auto number = known(dim)) return ints({*number});
  return make<v::v1::Reshape>(as_scalar(dim), std::vector<int64_t>{1}, false);
}

Dim operator+(const Dim& a, const Dim& b) {
  return combine(a, b, std::plus<int64_t>(), [](const Tensor& s, const Tensor& t) { return s + t; });
}
Dim operator-(const Dim& a, const Dim& b) {
  return combine(a, b, std::minus<int64_t>(), [](const Tensor& s, const Tensor& t) { return s - t; });
}
Dim operator*(const Dim& a, const Dim& b) {
  return combine(a, b, std::multiplies<int64_t>(), [](const Tensor& s, const Tensor& t) { return s * t; });
}
Dim smaller(const Dim& a, const Dim& b) {
  return combine(
      a, b, [](int64_t m, int64_t n) { return std::min(m, n); },
      [](const Tensor& s, const Tensor& t) { return make<v::v1::Minimum>(s, t); });
}
Dim larger(const Dim& a, const Dim& b) {
  return combine(
      a, b, [](int64_t m, int64_t n) { return std::max(m, n); },
      [](const Tensor& s, const Tensor& t) { return make<v::v1::Maximum>(s, t); });
}

Dim product(const std::vector<Dim>& dims) {
  Dim out = int64_t{1};
  for (const Dim& dim : dims) out = known(out) == 1 ? dim : known(dim) == 1 ? out : out * dim;
  return out;
}

Tensor iota(const Dim& n, DType dtype) {
  if (const auto count = known(n)) {
    auto numbers = table<int64_t>(std::max<int64_t>(*count, 0));
    std::iota(numbers.begin(), numbers.end(), int64_t{0});
    return constant_tensor(numbers, {numbers.size()}, dtype);
  }
  const Tensor zero = as_scalar(int64_t{0});
  const Tensor one = as_scalar(int64_t{1});
  return as(make<v::v4::Range>(zero, as_scalar(n), one, ov::element::i64), dtype);
}

Tensor filled(const Dims& shape, const Tensor& number, DType dtype) {
  const Tensor x = as(number, dtype);
  if (const auto sizes = shape.numbers()) {
    for (int64_t size : *sizes) {
      if (size < 0) throw Error("a dimension must not be negative");
    }
    if (sizes->empty() && x.rank() == 0) return x;
  }
  return make<v::v3::Broadcast>(x, shape.tensor());
}

Tensor slice_axis(const Tensor& x, int64_t axis, const Dim& start, const Dim& stop, int64_t step) {
  return make<v::v8::Slice>(x, as_vector(start), as_vector(stop), std::vector<int64_t>{step},
                            std::vector<int64_t>{normalize_axis(axis, x.rank())});
}

std::optional<double> known_scalar(const Tensor& t) {
  if (t.traced() || t.rank() != 0) return std::nullopt;
  // A weak number has all its digits: arange(0.1, 1.1, 0.1) makes ten steps, and eleven of the floats nearest to these.
  const bool weak = t.promotion_dtype() == DType::python_float;
  const Tensor number = weak ? Tensor(t.output_as(DType::float64)) : t;
  return engine::convert(number.numbers(), ov::element::f64).data<double>()[0];
}

}  // namespace keravino::ops
