#include "keravino/ops/scan.h"

#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// What runs along an axis, in a dtype that adds well, and the dtype of the result.
struct Running {
  Tensor x;
  int64_t axis;
  DType result;
};

Running prepare(const Tensor& x, const std::optional<int64_t>& axis, const std::optional<DType>& dtype) {
  DType result = dtype.value_or(x.dtype());
  if (result == DType::boolean) result = DType::int32;
  const bool small = is_integer(result) && element_type(result).size() < 4;
  const Tensor wide = as(x, small ? DType::int32 : sum_precision(result));
  if (!axis) return {ravel(wide), 0, result};
  return {wide, normalize_axis(*axis, x.rank()), result};
}

/// All elements up to each, joined by `join`: first of pairs, then of fours, eights ...
template <class Join>
Tensor scan(Tensor x, int64_t axis, Join join) {
  const auto size = known(dim(x, axis));
  if (!size) throw Error(fmt::format("the size of axis {} must be known", axis));
  const int64_t n = *size;
  for (int64_t span = 1; span < n; span *= 2) {
    const Tensor head = slice_axis(x, axis, int64_t{0}, span);
    const Tensor before = slice_axis(x, axis, int64_t{0}, n - span);
    const Tensor rest = slice_axis(x, axis, span, n);
    x = make<v::v0::Concat>(std::vector<Tensor>{head, join(rest, before)}, axis);
  }
  return x;
}

Tensor nan_as(const Tensor& x, int number) {
  return is_inexact(x.dtype()) ? select(is_nan(strong(x)), as(number, x.dtype()), strong(x)) : x;
}

}  // namespace

Tensor cumsum(Tensor x, std::optional<int64_t> axis, std::optional<DType> dtype) {
  const Running run = prepare(x, axis, dtype);
  // A CumSum node runs on plugins only, and they narrow 64 bits.
  const DType type = run.x.dtype();
  const bool narrow = type == DType::float32 || type == DType::int32;
  const bool doubling = !narrow && known(dim(run.x, run.axis));
  return as(doubling ? scan(run.x, run.axis, std::plus<Tensor>()) : make<v::v0::CumSum>(run.x, as_scalar(run.axis)),
            run.result);
}

Tensor cumprod(Tensor x, std::optional<int64_t> axis, std::optional<DType> dtype) {
  const Running run = prepare(x, axis, dtype);
  return as(scan(run.x, run.axis, times), run.result);
}

Tensor nancumsum(Tensor x, std::optional<int64_t> axis, std::optional<DType> dtype) {
  return cumsum(nan_as(x, 0), axis, dtype);
}
Tensor nancumprod(Tensor x, std::optional<int64_t> axis, std::optional<DType> dtype) {
  return cumprod(nan_as(x, 1), axis, dtype);
}

namespace {

/// All elements of an axis but the first, and all but the last.
std::pair<Tensor, Tensor> neighbours(const Tensor& x, int64_t axis) {
  return {slice_axis(x, axis, int64_t{1}, std::numeric_limits<int32_t>::max()),
          slice_axis(x, axis, int64_t{0}, int64_t{-1})};
}

}  // namespace

Tensor diff(Tensor a, int64_t n, int64_t axis) {
  a = strong(a);
  if (n < 0) throw Error("n must not be negative");
  axis = normalize_axis(axis, a.rank());
  for (; n > 0; --n) {
    if (known(dim(a, axis)) == 0) return a;
    const auto [next, last] = neighbours(a, axis);
    a = a.dtype() == DType::boolean ? next != last : next - last;
  }
  return a;
}

Tensor trapezoid(Tensor y, Tensor x, Tensor dx, int64_t axis) {
  const DType dtype = common_dtype(x ? std::vector<Tensor>{y, x} : std::vector<Tensor>{y}, DType::python_float);
  y = as(y, dtype);
  axis = normalize_axis(axis, y.rank());
  Tensor width = as(dx, dtype);
  if (x && x.rank() == 1) {
    std::vector<int64_t> column(static_cast<size_t>(y.rank()), 1);
    column[static_cast<size_t>(axis)] = -1;
    width = reshape(diff(as(x, dtype), 1, 0), column);
  } else if (x) {
    width = diff(as(x, dtype), 1, axis);
  }
  const auto [next, last] = neighbours(y, axis);
  return as(total(as(width * (next + last) / 2.0, sum_precision(dtype)), {{axis}}, false), dtype);
}

namespace {
constexpr OpDef kOps[] = {
    op<&cumsum>("numpy.cumsum(x, axis=None, dtype=None)", "Running sums."),
    op<&cumprod>("numpy.cumprod(x, axis=None, dtype=None)", "Running products."),
    op<&nancumsum>("numpy.nancumsum(x, axis=None, dtype=None)", "Running sums with NaN as zero."),
    op<&nancumprod>("numpy.nancumprod(x, axis=None, dtype=None)", "Running products with NaN as one."),
    op<&diff>("numpy.diff(a, n=1, axis=-1)", "Differences of neighbours, n times."),
    op<&trapezoid>("numpy.trapezoid(y, x=None, dx=1.0, axis=-1)", "The integral by trapezoids."),
};
}  // namespace
std::span<const OpDef> scan_ops() { return kOps; }

}  // namespace keravino::ops
