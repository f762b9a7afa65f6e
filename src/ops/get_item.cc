// x[key] as NumPy reads it.
#include "keravino/ops/index.h"
#include "ops/indices.h"

namespace keravino::ops {
namespace {

using Range = Index::Range;

/// A key with Ellipsis and masks written out: one part for each axis of `x`, and new axes between.
struct Part {
  enum class Kind { range, number, indices, new_axis } kind = Kind::range;
  Range range;
  Tensor indices;
};

int64_t axes_taken(const Index& index) {
  if (const auto* t = std::get_if<Tensor>(&index.part)) return t->dtype() == DType::boolean ? t->rank() : 1;
  return std::holds_alternative<Range>(index.part) ? 1 : 0;
}

/// The coordinates of the true elements of a mask, one index vector for each axis.
std::vector<Part> coordinates(const Tensor& mask, const Tensor& x, size_t axis) {
  if (mask.rank() == 0) throw Error(Error::Kind::unsupported, "a single bool is no index here");
  for (int64_t i = 0; i < mask.rank(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    const ov::Dimension& size = x.shape()[static_cast<std::ptrdiff_t>(axis) + at];
    if (mask.shape()[at].compatible(size)) continue;
    throw Error(Error::Kind::index,
                fmt::format("a mask of shape {} does not fit axis {} of shape {}", to_string(mask.shape()),
                            axis + static_cast<size_t>(i), to_string(x.shape())));
  }
  const Tensor places = make<v::v3::NonZero>(strong(mask), ov::element::i64);
  std::vector<Part> parts;
  for (int64_t i = 0; i < mask.rank(); ++i) {
    parts.push_back({Part::Kind::indices, {}, make<v::v8::Gather>(places, as_scalar(i), as_scalar(int64_t{0}))});
  }
  return parts;
}

std::vector<Part> expand(const Tensor& x, const Key& key) {
  int64_t taken = 0;
  int64_t dots = 0;
  for (const Index& index : key) {
    taken += axes_taken(index);
    dots += std::holds_alternative<Index::Ellipsis>(index.part);
  }
  if (dots > 1) throw Error(Error::Kind::index, "a key holds at most one Ellipsis");
  if (taken > x.rank()) {
    throw Error(Error::Kind::index, fmt::format("{} indices for {} dimensions", taken, x.rank()));
  }
  std::vector<Part> parts;
  size_t axis = 0;
  const auto fill = [&] {
    for (int64_t i = taken; i < x.rank(); ++i, ++axis) parts.emplace_back();
  };
  for (const Index& index : key) {
    if (std::holds_alternative<Index::Ellipsis>(index.part)) {
      fill();
    } else if (std::holds_alternative<Index::NewAxis>(index.part)) {
      parts.push_back({Part::Kind::new_axis, {}, {}});
    } else if (const auto* range = std::get_if<Range>(&index.part)) {
      parts.push_back({Part::Kind::range, *range, {}});
      ++axis;
    } else if (const Tensor& t = std::get<Tensor>(index.part); t.dtype() == DType::boolean) {
      for (Part& part : coordinates(t, x, axis)) parts.push_back(std::move(part));
      axis += static_cast<size_t>(t.rank());
    } else {
      const auto kind = t.rank() == 0 ? Part::Kind::number : Part::Kind::indices;
      parts.push_back({kind, {}, as_indices(t, dim(x, static_cast<int64_t>(axis)))});
      ++axis;
    }
  }
  if (dots == 0) fill();
  return parts;
}

/// Start and stop of a range on an axis, as OpenVINO's Slice takes them.
std::pair<Dim, Dim> bounds(const Range& range, const Dim& size, int64_t step) {
  constexpr int64_t kFar = std::numeric_limits<int32_t>::max();
  const Dim start = range.start.value_or(step > 0 ? int64_t{0} : kFar);
  const Dim stop = range.stop.value_or(step > 0 ? kFar : -kFar);
  if (!known(start) || !known(stop) || !known(size)) return {start, stop};
  // Python's rule in numbers: negative ones count from the end, then both are held within the axis.
  const int64_t n = *known(size);
  const auto held = [&](int64_t i) {
    return step > 0 ? std::clamp<int64_t>(i < 0 ? i + n : i, 0, n) : std::clamp<int64_t>(i < 0 ? i + n : i, -1, n - 1);
  };
  const int64_t first = held(*known(start));
  const int64_t last = range.stop ? held(*known(stop)) : step > 0 ? n : -1;
  return {first, last < 0 ? -n - 1 : last};
}

/// All ranges of a key in one Slice.
Tensor apply_ranges(const Tensor& x, const std::vector<Part>& parts) {
  std::vector<Dim> starts;
  std::vector<Dim> stops;
  std::vector<int64_t> steps;
  std::vector<int64_t> axes;
  int64_t axis = 0;
  for (const Part& part : parts) {
    if (part.kind == Part::Kind::new_axis) continue;
    const int64_t here = axis++;
    if (part.kind != Part::Kind::range) continue;
    const auto step = known(part.range.step.value_or(int64_t{1}));
    if (!step || *step == 0) throw Error("the step of a slice must be a number other than zero");
    if (!part.range.start && !part.range.stop && *step == 1) continue;
    const Dim size = dim(x, here);
    const auto [start, stop] = bounds(part.range, size, *step);
    if (*step == 1 && known(start) == 0 && known(size) && known(stop) == known(size)) continue;
    starts.push_back(start);
    stops.push_back(stop);
    steps.push_back(*step);
    axes.push_back(here);
  }
  if (axes.empty()) return x;
  return make<v::v8::Slice>(x, Dims(starts).tensor(), Dims(stops).tensor(), steps, axes);
}

/// Index tensors that apply together: where they stand, and where their common dimensions go.
struct Together {
  std::vector<int64_t> axes;
  std::vector<Tensor> indices;
  bool adjacent = true;  // NumPy puts the result in place of them, otherwise in front
};

Together collect(const std::vector<Part>& parts) {
  Together out;
  int64_t axis = 0;
  size_t last = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (part.kind == Part::Kind::number || part.kind == Part::Kind::indices) {
      out.adjacent = out.adjacent && (out.axes.empty() || last + 1 == i);
      last = i;
      out.axes.push_back(axis);
      out.indices.push_back(part.indices);
    }
    axis += part.kind != Part::Kind::new_axis;
  }
  return out;
}

/// Several index tensors become one into the flattened axes: a Gather does the rest.
Tensor gather_together(Tensor x, Together together) {
  const auto count = static_cast<int64_t>(together.axes.size());
  int64_t first = together.axes[0];
  if (count > 1) {
    if (!together.adjacent) {
      std::vector<int64_t> front(together.axes.size());
      std::iota(front.begin(), front.end(), int64_t{0});
      x = moveaxis(std::move(x), together.axes, front);
    }
    first = together.adjacent ? first : 0;
    std::vector<Dim> shape = dims(x);
    Tensor flat;
    for (int64_t i = 0; i < count; ++i) {
      const Dim size = shape[static_cast<size_t>(first + i)];
      const Tensor index = wrapped(as(together.indices[static_cast<size_t>(i)], DType::int64), size);
      flat = flat ? flat * as_scalar(size) + index : index;
    }
    const auto from = shape.begin() + first;
    *from = product({from, from + count});
    shape.erase(from + 1, from + count);
    x = reshape(std::move(x), shape);
    together.indices = {flat};
  }
  return make<v::v8::Gather>(x, together.indices[0], as_scalar(first));
}

/// The places of new axes in the result.
std::vector<int64_t> new_axes(const std::vector<Part>& parts, const Together& together, bool any_tensor, int64_t rank) {
  std::vector<int64_t> axes;
  int64_t place = any_tensor && !together.adjacent ? rank : 0;
  bool pending = any_tensor && together.adjacent;
  for (const Part& part : parts) {
    if (part.kind == Part::Kind::new_axis) axes.push_back(place++);
    if (part.kind == Part::Kind::range) ++place;
    if ((part.kind == Part::Kind::indices || part.kind == Part::Kind::number) && pending) {
      place += rank;
      pending = false;
    }
  }
  return axes;
}

}  // namespace

Tensor get_item(Tensor x, Key key) {
  x = strong(x);
  const std::vector<Part> parts = expand(x, key);
  x = apply_ranges(x, parts);
  const Together together = collect(parts);
  const bool any_tensor =
      std::any_of(parts.begin(), parts.end(), [](const Part& p) { return p.kind == Part::Kind::indices; });
  int64_t rank = 0;  // of the index tensors together
  for (const Tensor& t : together.indices) rank = std::max(rank, t.rank());
  if (any_tensor) {
    x = gather_together(std::move(x), together);
  } else {
    for (size_t i = together.axes.size(); i-- > 0;) {
      x = make<v::v8::Gather>(x, together.indices[i], as_scalar(together.axes[i]));
    }
  }
  const std::vector<int64_t> axes = new_axes(parts, together, any_tensor, rank);
  return axes.empty() ? x : make<v::v0::Unsqueeze>(x, axes);
}

}  // namespace keravino::ops
