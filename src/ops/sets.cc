#include "keravino/ops/sets.h"

#include "ops/families.h"
#include "ops/indices.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

Tensor rows_at(const Tensor& x, const Tensor& places) { return make<v::v8::Gather>(x, places, as_scalar(int64_t{0})); }

/// The order that sorts the rows of a matrix: by the last column first, as each sort keeps what is equal in order.
Tensor row_order(const Tensor& rows, int64_t columns) {
  Tensor order = iota(dim(rows, 0), DType::int32);
  for (int64_t i = columns; i-- > 0;) {
    const Tensor column = make<v::v8::Gather>(rows, as_scalar(i), as_scalar(int64_t{1}));
    order = rows_at(order, argsort(rows_at(column, order)));
  }
  return order;
}

/// `x` with exactly `size` rows: cut off, or filled up.
Tensor sized(const Tensor& x, int64_t size, const Tensor& filler) {
  std::vector<Dim> shape = dims(x);
  shape[0] = size;
  const Tensor more = filled(shape, filler, x.dtype());
  return slice_axis(concatenate({x, more}, 0), 0, int64_t{0}, size);
}

/// unique as Keras calls it: a tensor, or a tuple when more is asked for.
Arg unique_op(Tensor x, bool /*sorted*/, bool return_index, bool return_inverse, bool return_counts,
              std::optional<int64_t> axis, std::optional<int64_t> size, Tensor fill_value) {
  const auto found = unique(std::move(x), {return_index, return_inverse, return_counts}, axis, size, fill_value);
  if (found.size() == 1) return found[0];
  Tuple tuple;
  for (const Tensor& t : found) tuple.items.emplace_back(t);
  return tuple;
}

}  // namespace

std::vector<Tensor> unique(Tensor x, UniqueParts parts, std::optional<int64_t> axis, std::optional<int64_t> size,
                           Tensor fill_value) {
  const std::vector<Dim> shape = dims(x);
  x = axis ? moveaxis(std::move(x), {*axis}, {0}) : ravel(std::move(x));
  std::vector<Dim> slice = dims(x);
  slice[0] = int64_t{-1};
  const Dim columns = product({slice.begin() + 1, slice.end()});
  if (!known(columns)) throw Error("the size of the slices that are compared must be known");
  const Tensor rows = reshape(x, {dim(x, 0), columns});
  const Tensor order = row_order(rows, *known(columns));
  const Tensor sorted = rows_at(rows, order);
  const Tensor next = slice_axis(sorted, 0, int64_t{1}, std::numeric_limits<int32_t>::max());
  const Tensor differ = any(next != slice_axis(sorted, 0, int64_t{0}, int64_t{-1}), {{1}});
  const Tensor first =
      concatenate({slice_axis(ones_like(order, DType::boolean), 0, int64_t{0}, int64_t{1}), differ}, 0);
  const Tensor places = ravel(as(make<v::v3::NonZero>(first, ov::element::i64), DType::int32));
  const Tensor values = rows_at(rows_at(x, order), places);
  std::vector<Tensor> out{values};
  if (parts.index) out.push_back(rows_at(order, places));
  if (parts.inverse) {
    const Tensor rank = cumsum(as(first, DType::int32), 0) - 1;
    const Tensor inverse = make<v::v3::ScatterUpdate>(zeros_like(order), order, rank, as_scalar(int64_t{0}));
    out.push_back(axis ? inverse : reshape(inverse, shape));
  }
  if (parts.counts) {
    const Tensor end = reshape(as(as_scalar(dim(x, 0)), DType::int32), {int64_t{1}});
    out.push_back(diff(concatenate({places, end}, 0)));
  }
  const auto in_place = [&] {
    if (axis) out[0] = moveaxis(out[0], {0}, {*axis});
    return out;
  };
  if (!size) return in_place();
  const auto filler = [&](const Tensor& t) {
    return fill_value ? as(fill_value, t.dtype()) : slice_axis(t, 0, int64_t{0}, int64_t{1});
  };
  out[0] = sized(values, *size, filler(values));
  if (parts.index) out[1] = sized(out[1], *size, slice_axis(out[1], 0, int64_t{0}, int64_t{1}));
  if (parts.counts) out.back() = sized(out.back(), *size, 0);
  return in_place();
}

Tensor isin(Tensor x1, Tensor x2, bool /*assume_unique*/, bool invert) {
  promote(x1, x2);
  const Tensor set = sort(ravel(std::move(x2)));
  const Dim size = dim(set, 0);
  if (known(size) == 0) return filled(dims(x1), invert, DType::boolean);
  const bool is_open = !known(size);
  const Tensor last = as(as_scalar(size - Dim(int64_t{1})), DType::int32);
  const Tensor place = make<v::v1::Minimum>(searchsorted(set, x1), last);
  // One element more, for an open set may be empty.
  Tensor found = is_open ? rows_at(concatenate({set, filled({int64_t{1}}, 0, set.dtype())}, 0), maximum(place, 0)) == x1
                         : rows_at(set, place) == x1;
  if (is_open) found = logical_and(found, as_scalar(size) > 0);
  return invert ? logical_not(found) : found;
}

namespace {
constexpr OpDef kOps[] = {
    op<&unique_op>(
        "numpy.unique(x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, "
        "size=None, fill_value=None)",
        "The different values, in ascending order."),
    op<&isin>("numpy.isin(x1, x2, assume_unique=False, invert=False)", "Whether each element of x1 is one of x2."),
};
}  // namespace
std::span<const OpDef> set_ops() { return kOps; }

}  // namespace keravino::ops
