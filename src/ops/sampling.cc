#include "ops/sampling.h"

#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// A whole place on an axis and whether it lies on it.
struct Place {
  Tensor index, inside;
};

/// Places beyond the ends mirrored, without the end itself twice: 3 2 1 [0 1 2 3] 2 1 0.
Tensor mirrored(const Tensor& place, const Tensor& size) {
  const Tensor span = as(maximum(size - 1, 1), size.dtype());
  return absolute(make<v::v1::FloorMod>(place + span, span * 2) - span);
}

/// A place by its fill mode, as an index that is valid even for NaN.
Place placed(const Tensor& place, const Tensor& size, const std::string& mode) {
  Tensor at = place;
  if (mode == "nearest") at = as(clip(place, 0, size - 1), place.dtype());
  if (mode == "wrap") at = make<v::v1::FloorMod>(place, size);
  if (mode == "mirror") at = mirrored(place, size);
  if (mode == "reflect") at = floor(mirrored(place * 2 + 1, size * 2 + 1) * 0.5);
  const Tensor inside = logical_and(at >= 0, at < size);
  return {as(select(inside, at, 0), DType::int32), inside};
}

/// One element for each combination of places, or the fill value.
Tensor gathered(const Tensor& x, const std::vector<Place>& places, int64_t batch, double fill) {
  std::vector<Tensor> indices;
  Tensor inside;
  for (const Place& place : places) {
    indices.push_back(expand_dims(place.index, {-1}));
    inside = inside ? logical_and(inside, place.inside) : place.inside;
  }
  const Tensor found = make<v::v8::GatherND>(x, concatenate(indices, -1), static_cast<size_t>(batch));
  std::vector<int64_t> axes;
  for (int64_t axis = inside.rank(); axis < found.rank(); ++axis) axes.push_back(axis);
  return select(axes.empty() ? inside : expand_dims(inside, axes), found, fill);
}

Tensor half_away_from_zero(const Tensor& x) {
  if (x.dtype() == DType::float64) {  // for which Round has no evaluate
    const Tensor size = absolute(x);
    const Tensor below = floor(size);
    return sign(x) * (below + as(size - below >= 0.5, DType::float64));
  }
  return make<v::v5::Round>(x, v::v5::Round::RoundMode::HALF_AWAY_FROM_ZERO);
}

/// A factor of places (B..., P...) for elements that have further axes.
Tensor aligned(const Tensor& weight, int64_t rank) {
  std::vector<int64_t> axes;
  for (int64_t axis = weight.rank(); axis < rank; ++axis) axes.push_back(axis);
  return axes.empty() ? weight : expand_dims(weight, axes);
}

}  // namespace

void check(const Sampling& sampling) {
  if (sampling.order != 0 && sampling.order != 1)
    throw Error(fmt::format("order must be 0 or 1, got {}", sampling.order));
  for (const char* mode : {"constant", "nearest", "wrap", "mirror", "reflect"}) {
    if (sampling.fill_mode == mode) return;
  }
  throw Error("fill_mode must be \"constant\", \"nearest\", \"wrap\", \"mirror\" or \"reflect\"");
}

Tensor sampled(const Tensor& x, const std::vector<Tensor>& coordinates, int64_t batch, const Sampling& sampling) {
  check(sampling);
  const DType computed = sum_precision(is_float(x.dtype()) ? x.dtype() : DType::float32);
  const Tensor numbers = as(x, computed);
  const size_t axes = coordinates.size();
  // The neighbours of each coordinate, and how much each counts.
  std::vector<std::vector<std::pair<Place, Tensor>>> neighbours(axes);
  for (size_t i = 0; i < axes; ++i) {
    const Tensor at = as(coordinates[i], computed);
    const Tensor size = as(as_scalar(dim(x, batch + static_cast<int64_t>(i))), computed);
    if (sampling.order == 0) {
      neighbours[i].emplace_back(placed(half_away_from_zero(at), size, sampling.fill_mode), Tensor());
      continue;
    }
    const Tensor below = make<v::v0::Floor>(at);
    const Tensor above_weight = at - below;
    neighbours[i].emplace_back(placed(below, size, sampling.fill_mode), 1 - above_weight);
    neighbours[i].emplace_back(placed(below + 1, size, sampling.fill_mode), above_weight);
  }
  Tensor sum;
  const size_t corners = sampling.order == 0 ? 1 : size_t{1} << axes;
  for (size_t corner = 0; corner < corners; ++corner) {
    std::vector<Place> places;
    Tensor weight;
    for (size_t i = 0; i < axes; ++i) {
      const auto& [place, part] = neighbours[i][corner >> i & 1];
      places.push_back(place);
      if (part) weight = weight ? weight * part : part;
    }
    Tensor found = gathered(numbers, places, batch, sampling.fill_value);
    if (weight) found = found * aligned(weight, found.rank());
    sum = sum ? sum + found : found;
  }
  return is_float(x.dtype()) ? as(sum, x.dtype()) : as(half_away_from_zero(sum), x.dtype());
}

}  // namespace keravino::ops
