#include "keravino/ops/create.h"

#include "ops/families.h"
#include "ops/shapes.h"
#include "ops/tables.h"

namespace keravino::ops {

Tensor array(Tensor x, std::optional<DType> dtype) { return as(x, dtype.value_or(x.dtype())); }
Tensor copy(Tensor x) { return strong(x); }

Tensor full(Dims shape, Tensor fill_value, std::optional<DType> dtype) {
  return filled(shape, fill_value, dtype.value_or(floatx()));
}
Tensor zeros(Dims shape, std::optional<DType> dtype) { return full(std::move(shape), 0, dtype); }
Tensor ones(Dims shape, std::optional<DType> dtype) { return full(std::move(shape), 1, dtype); }
Tensor empty(Dims shape, std::optional<DType> dtype) { return full(std::move(shape), 0, dtype); }

Tensor full_like(Tensor x, Tensor fill_value, std::optional<DType> dtype) {
  return filled(dims(x), fill_value, dtype.value_or(x.dtype()));
}
Tensor zeros_like(Tensor x, std::optional<DType> dtype) { return full_like(std::move(x), 0, dtype); }
Tensor ones_like(Tensor x, std::optional<DType> dtype) { return full_like(std::move(x), 1, dtype); }
Tensor empty_like(Tensor x, std::optional<DType> dtype) { return full_like(std::move(x), 0, dtype); }

namespace {

/// An integer scalar as a dimension: its number when that is known.
Dim as_dim(const Tensor& t) {
  if (const auto number = known_scalar(t)) return static_cast<int64_t>(*number);
  return t;
}

/// How many numbers start, start + step, ... lie before stop.
Dim arange_count(const Tensor& start, const Tensor& stop, const Tensor& step) {
  const auto first = known_scalar(start);
  const auto last = known_scalar(stop);
  const auto by = known_scalar(step);
  if (by == 0.0) throw Error("step must not be zero");
  if (first && last && by) {
    const double count = std::ceil((*last - *first) / *by);
    if (!(count < 0x1p62)) throw Error("start, stop and step give no number of elements");
    return static_cast<int64_t>(std::max(count, 0.0));
  }
  if (first == 0.0 && by == 1.0) return as_dim(stop);
  if (by && is_integer(start.dtype()) && is_integer(stop.dtype()) && is_integer(step.dtype())) {
    const Tensor length = as(*by > 0 ? stop - start : start - stop, DType::int64);
    const auto width = static_cast<int64_t>(std::abs(*by));
    return larger((length + (width - 1)) / width, int64_t{0});
  }
  const Tensor length = as(stop - start, DType::float32) / as(step, DType::float32);
  return larger(as(make<v::v0::Ceiling>(length), DType::int64), int64_t{0});
}

}  // namespace

Tensor arange(Tensor start, Tensor stop, Tensor step, std::optional<DType> dtype) {
  std::vector<Tensor> given{start};
  for (const Tensor& t : {stop, step}) {
    if (t) given.push_back(t);
  }
  const DType type = dtype.value_or(common_dtype(given));
  if (!stop) stop = std::exchange(start, 0);
  if (!step) step = 1;
  const Dim count = arange_count(start, stop, step);
  const auto first = known_scalar(start);
  const auto by = known_scalar(step);
  if (known(count) && first && by) {  // in float64: every number is as near as its dtype allows
    auto numbers = table<double>(*known(count));
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = *first + static_cast<double>(i) * *by;
    return constant_tensor(numbers, {numbers.size()}, type);
  }
  return as(iota(count, type) * as(step, type) + as(start, type), type);
}

namespace {

/// linspace in a float dtype, before any rounding to integers. Both ends are exact.
Tensor spread(Tensor start, Tensor stop, int64_t num, bool endpoint, DType type, int64_t axis) {
  if (num < 0) throw Error("num must not be negative");
  const double last = static_cast<double>(endpoint ? num - 1 : num);
  auto up = table<double>(num), down = table<double>(num);
  const auto first_number = known_scalar(start);
  const auto last_number = known_scalar(stop);
  for (size_t i = 0; i < up.size(); ++i) {
    up[i] = last > 0 ? static_cast<double>(i) / last : 0;
    down[i] = 1 - up[i];
    if (first_number && last_number) {
      up[i] = up[i] == 1 ? *last_number : *first_number + up[i] * (*last_number - *first_number);
    }
  }
  const ov::Shape shape{up.size()};
  if (first_number && last_number) return constant_tensor(up, shape, type);
  start = as(start, type);
  stop = as(stop, type);
  const int64_t rank = std::max(start.rank(), stop.rank());
  axis = normalize_axis(axis, rank + 1);
  ov::Shape column(static_cast<size_t>(rank + 1), 1);
  column[static_cast<size_t>(axis)] = up.size();
  const auto with_axis = [&](const Tensor& t) {
    if (t.rank() == 0) return t;
    std::vector<int64_t> inner = static_shape(t);
    inner.insert(inner.begin(), static_cast<size_t>(rank - t.rank()), 1);
    inner.insert(inner.begin() + axis, 1);
    return make<v::v1::Reshape>(t, inner, false);
  };
  return with_axis(start) * constant_tensor(down, column, type) + with_axis(stop) * constant_tensor(up, column, type);
}

/// The dtype of linspace and its like: the given one or that of start, made float.
DType spread_dtype(const Tensor& start, const Tensor& stop, std::optional<DType> dtype) {
  return dtype ? *dtype : common_dtype({start, stop}, DType::python_float);
}
DType float_of(DType dtype) { return is_float(dtype) ? dtype : DType::float32; }

Tensor finish(const Tensor& x, DType dtype) {
  return is_float(dtype) ? as(x, dtype) : as(make<v::v0::Floor>(x), dtype);
}

/// linspace(start, stop, retstep=...): with the step as a second result if that is wanted.
Arg linspace_op(Tensor start, Tensor stop, int64_t num, bool endpoint, bool retstep, std::optional<DType> dtype,
                int64_t axis) {
  const Tensor samples = linspace(start, stop, num, endpoint, dtype, axis);
  if (!retstep) return samples;
  const DType type = float_of(spread_dtype(start, stop, dtype));
  const double count = static_cast<double>(endpoint ? num - 1 : num);
  const Tensor width = as(stop, type) - as(start, type);
  return Tuple{{samples, width / (count > 0 ? count : std::numeric_limits<double>::quiet_NaN())}};
}

}  // namespace

Tensor linspace(Tensor start, Tensor stop, int64_t num, bool endpoint, std::optional<DType> dtype, int64_t axis) {
  const DType type = spread_dtype(start, stop, dtype);
  return finish(spread(start, stop, num, endpoint, float_of(type), axis), type);
}

Tensor logspace(Tensor start, Tensor stop, int64_t num, bool endpoint, double base, std::optional<DType> dtype,
                int64_t axis) {
  const DType type = spread_dtype(start, stop, dtype);
  const Tensor exponents = spread(start, stop, num, endpoint, float_of(type), axis);
  return finish(make<v::v1::Power>(as(base, float_of(type)), exponents), type);
}

Tensor geomspace(Tensor start, Tensor stop, int64_t num, bool endpoint, std::optional<DType> dtype, int64_t axis) {
  const DType type = spread_dtype(start, stop, dtype);
  start = as(start, float_of(type));
  stop = as(stop, float_of(type));
  // start * (stop / start) ** t: the ratio is positive whenever the progression is real.
  const Tensor t = spread(0.0, 1.0, num, endpoint, float_of(type), 0);
  const int64_t rank = std::max(start.rank(), stop.rank());
  std::vector<int64_t> column(static_cast<size_t>(rank + 1), 1);
  column[static_cast<size_t>(normalize_axis(axis, rank + 1))] = num;
  const auto with_axis = [&](const Tensor& x) {
    return x.rank() == 0 ? x : make<v::v0::Unsqueeze>(x, std::vector<int64_t>{normalize_axis(axis, rank + 1)});
  };
  const Tensor ratio = with_axis(stop / start);
  return finish(with_axis(start) * make<v::v1::Power>(ratio, make<v::v1::Reshape>(t, column, false)), type);
}

namespace {

/// The N x M matrix of column - row.
Tensor diagonal_numbers(const Dim& rows, const std::optional<Dim>& columns) {
  for (const Dim& size : {rows, columns.value_or(rows)}) {
    if (known(size) && *known(size) < 0) throw Error("a dimension must not be negative");
  }
  const Tensor column = make<v::v0::Unsqueeze>(iota(rows, DType::int32), std::vector<int64_t>{1});
  return iota(columns.value_or(rows), DType::int32) - column;
}

}  // namespace

Tensor eye(Dim N, std::optional<Dim> M, int64_t k, std::optional<DType> dtype) {
  return as(diagonal_numbers(N, M) == Tensor(k), dtype.value_or(floatx()));
}
Tensor identity(Dim n, std::optional<DType> dtype) { return eye(std::move(n), std::nullopt, 0, dtype); }
Tensor tri(Dim N, std::optional<Dim> M, int64_t k, std::optional<DType> dtype) {
  return as(diagonal_numbers(N, M) <= Tensor(k), dtype.value_or(floatx()));
}

std::vector<Tensor> meshgrid(std::vector<Tensor> x, std::string indexing) {
  if (indexing != "xy" && indexing != "ij") throw Error("indexing must be \"xy\" or \"ij\"");
  std::vector<Dim> shape;
  for (const Tensor& t : x) shape.push_back(product(dims(t)));
  const auto place = [&](size_t i) { return indexing == "xy" && i < 2 && x.size() > 1 ? 1 - i : i; };
  if (indexing == "xy" && x.size() > 1) std::swap(shape[0], shape[1]);
  for (size_t i = 0; i < x.size(); ++i) {
    std::vector<int64_t> column(x.size(), 1);
    column[place(i)] = -1;
    x[i] = make<v::v3::Broadcast>(make<v::v1::Reshape>(strong(x[i]), column, false), Dims(shape).tensor());
  }
  return x;
}

Tensor vander(Tensor x, std::optional<int64_t> N, bool increasing) {
  x = to_number(x);
  if (x.rank() != 1) throw Error("x must be a vector");
  const int64_t columns = N ? *N : static_shape(x)[0];
  if (columns < 0) throw Error("N must not be negative");
  if (columns == 0) return filled({dim(x, 0), int64_t{0}}, 0, x.dtype());
  const Tensor column = make<v::v0::Unsqueeze>(strong(x), std::vector<int64_t>{1});
  const Tensor factors = make<v::v3::Broadcast>(column, Dims{dim(x, 0), columns - 1}.tensor());
  const Tensor powers = cumprod(make<v::v0::Concat>(std::vector<Tensor>{full_like(column, 1), factors}, int64_t{1}), 1);
  return increasing ? powers : flip(powers, {{1}});
}

namespace {
constexpr OpDef kOps[] = {
    op<&array>("numpy.array(x, dtype=None)", "A tensor of these numbers."),
    op<&copy>("numpy.copy(x)", "The same numbers."),
    op<&full>("numpy.full(shape, fill_value, dtype=None)", "A tensor of one number."),
    op<&zeros>("numpy.zeros(shape, dtype=None)", "A tensor of zeros."),
    op<&ones>("numpy.ones(shape, dtype=None)", "A tensor of ones."),
    op<&empty>("numpy.empty(shape, dtype=None)", "A tensor of any numbers; here zeros."),
    op<&full_like>("numpy.full_like(x, fill_value, dtype=None)", "One number, in the shape of x."),
    op<&zeros_like>("numpy.zeros_like(x, dtype=None)", "Zeros in the shape of x."),
    op<&ones_like>("numpy.ones_like(x, dtype=None)", "Ones in the shape of x."),
    op<&empty_like>("numpy.empty_like(x, dtype=None)", "Any numbers in the shape of x; here zeros."),
    op<&arange>("numpy.arange(start, stop=None, step=None, dtype=None)", "Evenly spaced numbers before stop."),
    op<&linspace_op>("numpy.linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0)",
                     "num evenly spaced numbers from start to stop."),
    op<&logspace>("numpy.logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0)",
                  "base to the power of evenly spaced numbers."),
    op<&geomspace>("numpy.geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0)",
                   "A geometric progression from start to stop."),
    op<&eye>("numpy.eye(N, M=None, k=0, dtype=None)", "Ones on the k-th diagonal, zeros elsewhere."),
    op<&identity>("numpy.identity(n, dtype=None)", "The n x n identity matrix."),
    op<&tri>("numpy.tri(N, M=None, k=0, dtype=None)", "Ones at and below the k-th diagonal, zeros above."),
    op<&meshgrid>("numpy.meshgrid(*x, indexing=\"xy\")", "Coordinate matrices from coordinate vectors."),
    op<&vander>("numpy.vander(x, N=None, increasing=False)", "The Vandermonde matrix of a vector."),
};
}  // namespace
std::span<const OpDef> create_ops() { return kOps; }

}  // namespace keravino::ops
