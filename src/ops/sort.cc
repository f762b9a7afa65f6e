#include "keravino/ops/sort.h"

#include "ops/families.h"
#include "ops/indices.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

using Mode = v::TopKMode;

/// `x` in a dtype that TopK orders as NumPy does: NaN, which has no order there, becomes `nan`.
Tensor sort_key(const Tensor& x, double nan) {
  const DType dtype = x.dtype();
  if (!is_float(dtype)) return dtype == DType::boolean || element_type(dtype).size() < 4 ? as(x, DType::int32) : x;
  const Tensor wide = as(x, sum_precision(dtype));
  return select(is_nan(wide), as(nan, wide.dtype()), wide);
}

/// The first `k` along an axis in ascending (MIN) or descending (MAX) order, equals in the order they came; and places.
std::pair<Tensor, Tensor> first_of(const Tensor& key, int64_t axis, const Dim& k, Mode mode) {
  const auto outputs = make_all<v::v11::TopK>(key, as_scalar(k), axis, mode, v::TopKSortType::SORT_VALUES,
                                              element_type(DType::int32), true);
  return {outputs[0], outputs[1]};
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// `x` and a valid axis; flattened if there was none.
std::pair<Tensor, int64_t> along(const Tensor& x, const std::optional<int64_t>& axis) {
  if (!axis || x.rank() == 0) return {ravel(x), 0};
  return {strong(x), normalize_axis(*axis, x.rank())};
}

}  // namespace

Tensor sort(Tensor x, std::optional<int64_t> axis) {
  if (x.rank() == 0) return strong(x);
  const auto [flat, at] = along(x, axis);
  const Dim n = dim(flat, at);
  if (known(n) == 0) return flat;
  const Tensor sorted = first_of(sort_key(flat, kInfinity), at, n, Mode::MIN).first;
  if (!is_float(x.dtype())) return as(sorted, x.dtype());
  // As many places at the end as there are NaN hold NaN, behind any infinity.
  const Tensor numbers = reduce<v::v1::ReduceSum>(as(flat == flat, DType::int32), {{at}}, true);
  std::vector<int64_t> shape(static_cast<size_t>(flat.rank()), 1);
  shape[static_cast<size_t>(at)] = -1;
  const Tensor place = reshape(iota(n, DType::int32), shape);
  return as(select(place < numbers, sorted, as(std::numeric_limits<double>::quiet_NaN(), sorted.dtype())), x.dtype());
}

Tensor argsort(Tensor x, std::optional<int64_t> axis) {
  const auto [flat, at] = along(x, axis);
  const Dim n = dim(flat, at);
  if (known(n) == 0) return as(flat, DType::int32);
  return first_of(sort_key(flat, kInfinity), at, n, Mode::MIN).second;
}

Tensor argpartition(Tensor x, int64_t kth, std::optional<int64_t> axis) {
  const auto [flat, at] = along(x, axis);
  const auto n = known(dim(flat, at));
  if (n && (kth < -*n || kth >= *n)) throw Error(fmt::format("kth is out of range for an axis of size {}", *n));
  return argsort(flat, at);
}

namespace {

Tensor place_of(const Tensor& x, const std::optional<int64_t>& axis, bool keepdims, Mode mode, double nan) {
  const int64_t rank = x.rank();
  const auto [flat, at] = along(x, axis);
  const Dim n = dim(flat, at);
  if (known(n) == 0) throw Error("there is no greatest or least of no numbers");
  const Tensor place = first_of(sort_key(flat, nan), at, int64_t{1}, mode).second;
  if (axis && rank > 0) return keepdims ? place : squeeze(place, {{at}});
  return reshape(place, std::vector<int64_t>(keepdims ? static_cast<size_t>(rank) : 0, 1));
}

Tensor place_without_nan(const Tensor& x, const std::optional<int64_t>& axis, bool keepdims, Mode mode) {
  const Tensor place = place_of(x, axis, keepdims, mode, mode == Mode::MAX ? -kInfinity : kInfinity);
  if (!is_float(x.dtype())) return place;
  Axes axes;
  if (axis && x.rank() > 0) axes = std::vector<int64_t>{*axis};
  const Tensor only_nan = reduce<v::v1::ReduceLogicalAnd>(is_nan(strong(x)), axes, keepdims);
  return select(only_nan, as(-1, DType::int32), place);
}

}  // namespace

Tensor argmax(Tensor x, std::optional<int64_t> axis, bool keepdims) {
  return place_of(x, axis, keepdims, Mode::MAX, kInfinity);
}
Tensor argmin(Tensor x, std::optional<int64_t> axis, bool keepdims) {
  return place_of(x, axis, keepdims, Mode::MIN, -kInfinity);
}
Tensor nanargmax(Tensor x, std::optional<int64_t> axis, bool keepdims) {
  return place_without_nan(x, axis, keepdims, Mode::MAX);
}
Tensor nanargmin(Tensor x, std::optional<int64_t> axis, bool keepdims) {
  return place_without_nan(x, axis, keepdims, Mode::MIN);
}

std::pair<Tensor, Tensor> top_k(Tensor x, int64_t k, bool /*sorted*/) {  // sorted always: what is not asked for may be
  x = strong(x);
  if (x.rank() == 0) throw Error("x must have at least one dimension");
  const auto n = known(dim(x, -1));
  if (k < 0 || (n && k > *n))
    throw Error(fmt::format("k must lie between 0 and the size of the last axis, {}", n.value_or(-1)));
  if (k == 0) {
    std::vector<Dim> shape = dims(x);
    shape.back() = int64_t{0};
    return {filled(shape, 0, x.dtype()), filled(shape, 0, DType::int32)};
  }
  const auto [values, places] = first_of(sort_key(x, kInfinity), x.rank() - 1, k, Mode::MAX);
  if (!is_float(x.dtype())) return {as(values, x.dtype()), places};
  return {take_along_axis(x, places, -1), places};  // NaN comes back as NaN
}

Tensor in_top_k(Tensor targets, Tensor predictions, int64_t k) {
  targets = as_indices(targets);
  predictions = to_number(predictions);
  if (predictions.rank() != targets.rank() + 1) throw Error("predictions must have one dimension more than targets");
  const int64_t last = predictions.rank() - 1;
  const Tensor at = expand_dims(targets, {last});
  const Tensor found = make<v::v8::Gather>(predictions, at, as_scalar(last), last);
  const Tensor classes = as(as_scalar(dim(predictions, last)), targets.dtype());
  const Tensor valid = make<v::v1::LogicalAnd>(targets >= 0, targets < classes);
  const bool floats = is_float(predictions.dtype());
  const Tensor score = floats ? select(is_nan(found), as(-kInfinity, found.dtype()), found) : found;
  const Tensor greater = reduce<v::v1::ReduceSum>(as(predictions > score, DType::int32), {{last}}, false);
  return make<v::v1::LogicalAnd>(valid, greater < as(k, DType::int32));
}

Tensor searchsorted(Tensor sorted_sequence, Tensor values, std::string side) {
  if (side != "left" && side != "right") throw Error("side must be \"left\" or \"right\"");
  if (sorted_sequence.rank() != 1) throw Error("sorted_sequence must be a vector");
  promote(sorted_sequence, values);
  const Tensor key = sort_key(values, kInfinity);
  const Tensor sequence = as(sorted_sequence, key.dtype());
  const Tensor place = make<v::v15::SearchSorted>(sequence, key, side == "right", element_type(DType::int32));
  if (!is_float(key.dtype())) return place;
  return select(is_nan(as(values, key.dtype())), as(as_scalar(dim(sequence, 0)), DType::int32), place);
}

Tensor digitize(Tensor x, Tensor bins) {
  if (bins.rank() != 1) throw Error("bins must be a vector");
  bins = strong(bins);
  const Dim n = dim(bins, 0);
  if (known(n) && *known(n) < 2) return searchsorted(std::move(bins), std::move(x), "right");
  const auto at = [&](int64_t i) { return make<v::v8::Gather>(bins, as_scalar(i), as_scalar(int64_t{0})); };
  const Tensor falling = at(0) > at(-1);
  const Tensor place = searchsorted(select(falling, flip(bins), bins), std::move(x), "right");
  return select(falling, as(as_scalar(n), DType::int32) - place, place);
}

namespace {
constexpr OpDef kOps[] = {
    op<&sort>("numpy.sort(x, axis=-1)", "Ascending along an axis."),
    op<&argsort>("numpy.argsort(x, axis=-1)", "The order that sorts an axis."),
    op<&argpartition>("numpy.argpartition(x, kth, axis=-1)", "An order with the kth element in its sorted place."),
    op<&argmax>("numpy.argmax(x, axis=None, keepdims=False)", "The place of the greatest element."),
    op<&argmin>("numpy.argmin(x, axis=None, keepdims=False)", "The place of the least element."),
    op<&nanargmax>("numpy.nanargmax(x, axis=None, keepdims=False)", "The place of the greatest element but NaN."),
    op<&nanargmin>("numpy.nanargmin(x, axis=None, keepdims=False)", "The place of the least element but NaN."),
    op<&top_k>("math.top_k(x, k, sorted=True)", "The k greatest elements of the last axis, and their places."),
    op<&in_top_k>("math.in_top_k(targets, predictions, k)", "Whether targets are among the k best predictions."),
    op<&searchsorted>("numpy.searchsorted(sorted_sequence, values, side=\"left\")", "Places in a sorted vector."),
    op<&digitize>("numpy.digitize(x, bins)", "The bin of each number."),
};
}  // namespace
std::span<const OpDef> sort_ops() { return kOps; }

}  // namespace keravino::ops
