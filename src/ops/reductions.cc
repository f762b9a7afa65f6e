#include "ops/reductions.h"

#include "ops/complex.h"
#include "ops/custom_gradient.h"

namespace keravino::ops {
namespace {

constexpr int64_t kStage = 1024;  // one stage adds at most this many numbers

/// The divisor of n nearest to its square root, at least 16; nothing if there is none.
std::optional<int64_t> middle_divisor(int64_t n) {
  for (auto d = static_cast<int64_t>(std::sqrt(static_cast<double>(n))); d >= 16; --d) {
    if (n % d == 0) return d;
  }
  return std::nullopt;
}

/// Sums along one axis that stays, in two stages of about the square root of its size.
Tensor long_sum(const Tensor& x, int64_t axis, int64_t size) {
  const auto block = middle_divisor(size);
  if (!block) {
    const int64_t main = size / 1024 * 1024;
    return total(slice_axis(x, axis, int64_t{0}, main), {{axis}}, true) +
           total(slice_axis(x, axis, main, size), {{axis}}, true);
  }
  std::vector<Dim> shape = dims(x);
  shape[static_cast<size_t>(axis)] = *block;
  shape.insert(shape.begin() + axis, size / *block);
  return total(total(reshape(x, shape), {{axis + 1}}, false), {{axis}}, true);
}

}  // namespace

Dim count(const Tensor& x, const Axes& axis) {
  std::vector<Dim> sizes;
  for (int64_t i : normalize_axes(axis, x.rank())) sizes.push_back(dim(x, i));
  return product(sizes);
}

Tensor total(const Tensor& x, const Axes& axis, bool keepdims) {
  if (x.is_complex()) {
    return complex_form::by_parts(x, [&](const Tensor& part) { return total(part, axis, keepdims); });
  }
  const auto numbers = known(count(x, axis));
  std::vector<int64_t> axes = normalize_axes(axis, x.rank());
  if (x.dtype() != DType::float32 || !numbers || *numbers <= kStage) return reduce<v::v1::ReduceSum>(x, axis, keepdims);
  std::sort(axes.begin(), axes.end());
  Tensor sum = x;
  for (size_t i = axes.size(); i-- > 0;) {
    const int64_t size = *known(dim(x, axes[i]));
    sum = size > kStage ? long_sum(sum, axes[i], size) : reduce<v::v1::ReduceSum>(sum, {{axes[i]}}, true);
  }
  return keepdims ? sum : squeeze(sum, axes);
}

Tensor root(const Tensor& squares) {
  return with_gradient(make<v::v0::Sqrt>(squares), {squares}, [](const auto&, const Tensor& y, const Tensor& g) {
    const Tensor zero = y == 0;
    return select(zero, 0, 0.5 * g / select(zero, 1, y));
  });
}

DType sum_precision(DType dtype) {
  return dtype == DType::float16 || dtype == DType::bfloat16 ? DType::float32 : dtype;
}

DType widened(DType dtype) {
  switch (dtype) {
    case DType::boolean:
    case DType::int8:
    case DType::int16:
      return DType::int32;
    case DType::uint8:
    case DType::uint16:
      return DType::uint32;
    default:
      return dtype;
  }
}

Tensor truth(const Tensor& x) {
  if (x.is_complex()) return logical_or(truth(real(x)), truth(imag(x)));
  return x.dtype() == DType::boolean ? strong(x) : strong(x) != 0;
}

Tensor filled_like_reduced(const Tensor& x, const Axes& axis, bool keepdims, const Tensor& number, DType dtype) {
  const std::vector<int64_t> axes = normalize_axes(axis, x.rank());
  std::vector<Dim> shape;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (std::find(axes.begin(), axes.end(), i) == axes.end())
      shape.push_back(dim(x, i));
    else if (keepdims)
      shape.emplace_back(int64_t{1});
  }
  return filled(shape, number, dtype);
}

Tensor is_nan(const Tensor& x) { return x.is_complex() ? isnan(x) : x != x; }

}  // namespace keravino::ops
