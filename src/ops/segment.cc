#include "keravino/ops/segment.h"

#include "engine/engine.h"
#include "ops/families.h"
#include "ops/indices.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

using Reduction = v::v15::ScatterNDUpdate::Reduction;

/// One more than the greatest id, at least `least`.
Dim count_of(const Tensor& ids, int64_t least) {
  if (none(ids, std::nullopt)) return least;
  const Tensor most = reduce<v::v1::ReduceMax>(as(ids, DType::int64), std::nullopt, false) + 1;
  if (!most.traced()) return std::max(engine::compute({most})[0].data<int64_t>()[0], least);
  return larger(most, least);
}

/// The number that changes nothing: what an empty segment holds.
Tensor neutral(Reduction reduction, DType dtype) {
  if (reduction == Reduction::SUM) return as(0, dtype);
  if (reduction == Reduction::PROD) return as(1, dtype);
  const bool max = reduction == Reduction::MAX;
  if (is_float(dtype))
    return as(max ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity(), dtype);
  const auto bits = static_cast<int>(8 * element_type(dtype).size());
  if (!element_type(dtype).is_signed()) return constant_tensor(std::vector<int64_t>{max ? 0 : -1}, {}, dtype);
  const int64_t least = bits == 64 ? std::numeric_limits<int64_t>::min() : -(int64_t{1} << (bits - 1));
  return constant_tensor(std::vector<int64_t>{max ? least : -(least + 1)}, {}, dtype);
}

/// Rows of `data` reduced into `count` rows. One row more takes those whose id is out of range, and is cut off.
Tensor gather_into(const Tensor& data, const Tensor& segment_ids, const Dim& count, Reduction reduction) {
  const DType dtype = data.dtype();
  if (data.rank() == 0 || segment_ids.rank() != 1) throw Error("segment_ids must be a vector, data at least one");
  const Tensor ids = as(as_indices(segment_ids), DType::int64);
  const Tensor limit = as_scalar(count);
  const Tensor valid = make<v::v1::LogicalAnd>(ids >= 0, ids < limit);
  const Tensor places = expand_dims(select(valid, ids, limit), {1});
  std::vector<Dim> shape = dims(data);
  shape[0] = count + Dim(int64_t{1});
  const Tensor start = filled(shape, neutral(reduction, dtype), dtype);
  const Tensor all = make<v::v15::ScatterNDUpdate>(start, places, data, reduction);
  return slice_axis(all, 0, int64_t{0}, count);
}

Tensor segment(const Tensor& data, const Tensor& ids, const std::optional<int64_t>& num_segments, Reduction reduction) {
  const Dim count = num_segments ? Dim(*num_segments) : count_of(ids, 0);
  const DType dtype = data.dtype();
  const DType wide = is_integer(dtype) && element_type(dtype).size() < 4 ? DType::int32 : sum_precision(dtype);
  const bool exact = reduction == Reduction::MAX || reduction == Reduction::MIN;
  return as(gather_into(as(data, exact ? dtype : wide), ids, count, reduction), dtype);
}

}  // namespace

Tensor segment_sum(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments, bool /*sorted*/) {
  return segment(data, segment_ids, num_segments, Reduction::SUM);
}
Tensor segment_prod(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments, bool /*sorted*/) {
  return segment(data, segment_ids, num_segments, Reduction::PROD);
}
Tensor segment_max(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments, bool /*sorted*/) {
  return segment(data, segment_ids, num_segments, Reduction::MAX);
}
Tensor segment_min(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments, bool /*sorted*/) {
  return segment(data, segment_ids, num_segments, Reduction::MIN);
}

Tensor bincount(Tensor x, Tensor weights, int64_t minlength, bool sparse) {
  if (sparse) throw Error(Error::Kind::unsupported, "sparse tensors are not supported");
  if (x.rank() != 1 && x.rank() != 2) throw Error("x must have one or two dimensions");
  const DType dtype = weights ? common_dtype({x, weights}) : DType::int32;
  const Dim length = count_of(x, minlength);
  Tensor ids = as(as_indices(x), DType::int64);
  const Dim rows = x.rank() == 2 ? dim(x, 0) : Dim(int64_t{1});
  if (x.rank() == 2) {  // each row counts into its own stretch
    ids = ids + expand_dims(iota(rows, DType::int64), {1}) * as_scalar(length);
  }
  const Tensor amounts = weights ? as(weights, dtype) : ones_like(x, dtype);
  const Tensor counts =
      gather_into(ravel(as(amounts, sum_precision(dtype))), ravel(ids), rows * length, Reduction::SUM);
  return as(x.rank() == 2 ? reshape(counts, {rows, length}) : counts, dtype);
}

std::vector<Tensor> nonzero(Tensor x) {
  x = truth(x.rank() == 0 ? ravel(x) : x);
  const Tensor places = as(make<v::v3::NonZero>(x, ov::element::i64), DType::int32);
  return unstack(places, x.rank(), 0);
}

namespace {
constexpr OpDef kOps[] = {
    op<&segment_sum>("math.segment_sum(data, segment_ids, num_segments=None, sorted=False)", "Sums of segments."),
    op<&segment_prod>("math.segment_prod(data, segment_ids, num_segments=None, sorted=False)", "Products of segments."),
    op<&segment_max>("math.segment_max(data, segment_ids, num_segments=None, sorted=False)", "Greatest of segments."),
    op<&segment_min>("math.segment_min(data, segment_ids, num_segments=None, sorted=False)", "Least of segments."),
    op<&bincount>("numpy.bincount(x, weights=None, minlength=0, sparse=False)", "How often each number occurs."),
    op<&nonzero>("numpy.nonzero(x)", "Coordinates of the elements that are not zero."),
};
}  // namespace
std::span<const OpDef> segment_ops() { return kOps; }

}  // namespace keravino::ops
