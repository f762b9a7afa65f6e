#include "keravino/ops/join.h"

#include "ops/families.h"
#include "ops/shapes.h"

namespace keravino::ops {
namespace {

/// At least this many dimensions: new ones in front, or (dstack) one behind.
Tensor at_least(const Tensor& x, int64_t rank) {
  if (x.rank() >= rank) return strong(x);
  if (rank == 3 && x.rank() > 0) {
    return expand_dims(x, x.rank() == 1 ? std::vector<int64_t>{0, 2} : std::vector<int64_t>{2});
  }
  std::vector<int64_t> axes(static_cast<size_t>(rank - x.rank()));
  std::iota(axes.begin(), axes.end(), int64_t{0});
  return expand_dims(x, axes);
}

std::vector<Tensor> all_at_least(std::vector<Tensor> xs, int64_t rank) {
  for (Tensor& x : xs) x = at_least(x, rank);
  return xs;
}

/// Error unless the shapes agree but for one axis.
void check_joinable(const std::vector<Tensor>& xs, int64_t axis) {
  for (const Tensor& x : xs) {
    bool fits = x.rank() == xs[0].rank();
    for (int64_t i = 0; fits && i < x.rank(); ++i) {
      const auto index = static_cast<std::ptrdiff_t>(i);
      fits = i == axis || x.shape()[index].compatible(xs[0].shape()[index]);
    }
    if (fits) continue;
    throw Error(fmt::format("shapes must agree on all axes{}, got {} and {}",
                            axis < 0 ? "" : fmt::format(" but {}", axis), to_string(xs[0].shape()),
                            to_string(x.shape())));
  }
}

}  // namespace

Tensor concatenate(std::vector<Tensor> xs, int64_t axis) {
  if (xs.empty()) throw Error("at least one tensor is needed");
  xs = promote(xs);
  if (xs[0].rank() == 0) throw Error("tensors of rank 0 cannot be concatenated; use stack");
  axis = normalize_axis(axis, xs[0].rank());
  check_joinable(xs, axis);
  return xs.size() == 1 ? xs[0] : make<v::v0::Concat>(xs, axis);
}

Tensor stack(std::vector<Tensor> x, int64_t axis) {
  if (x.empty()) throw Error("at least one tensor is needed");
  x = promote(x);
  axis = normalize_axis(axis, x[0].rank() + 1);
  check_joinable(x, -1);
  for (Tensor& t : x) t = make<v::v0::Unsqueeze>(t, std::vector<int64_t>{axis});
  return make<v::v0::Concat>(x, axis);
}

Tensor hstack(std::vector<Tensor> xs) {
  xs = all_at_least(std::move(xs), 1);
  const int64_t axis = !xs.empty() && xs[0].rank() > 1 ? 1 : 0;
  return concatenate(std::move(xs), axis);
}
Tensor vstack(std::vector<Tensor> xs) { return concatenate(all_at_least(std::move(xs), 2), 0); }
Tensor dstack(std::vector<Tensor> xs) { return concatenate(all_at_least(std::move(xs), 3), 2); }

Tensor append(Tensor x1, Tensor x2, std::optional<int64_t> axis) {
  promote(x1, x2);
  if (!axis) return concatenate({ravel(std::move(x1)), ravel(std::move(x2))}, 0);
  return concatenate({std::move(x1), std::move(x2)}, *axis);
}

namespace {

/// Parts of the given sizes.
std::vector<Tensor> cut(const Tensor& x, const std::vector<int64_t>& sizes, int64_t axis) {
  return make_all<v::v1::VariadicSplit>(x, std::vector<int64_t>{axis}, sizes);
}

/// Cut before each index, as Python's slices cut: indices may be negative, too large or out of order.
std::vector<Tensor> cut_at(const Tensor& x, const std::vector<int64_t>& at, int64_t axis) {
  const auto size = known(dim(x, axis));
  std::vector<int64_t> sizes;
  int64_t last = 0;
  bool ascending = size.has_value();
  for (int64_t index : at) {
    ascending = ascending && index > last && index < *size;
    sizes.push_back(index - last);
    last = index;
  }
  if (ascending) {
    sizes.push_back(*size - last);
    return cut(x, sizes, axis);
  }
  std::vector<Tensor> parts;
  Dim start = int64_t{0};
  for (int64_t index : at) {
    parts.push_back(slice_axis(x, axis, start, index));
    start = index;
  }
  parts.push_back(slice_axis(x, axis, start, std::numeric_limits<int64_t>::max()));
  return parts;
}

}  // namespace

std::vector<Tensor> split(Tensor x, Sections indices_or_sections, int64_t axis) {
  x = strong(x);
  axis = normalize_axis(axis, x.rank());
  const int64_t parts = indices_or_sections.count;
  if (parts == 0 && !indices_or_sections.at.empty()) return cut_at(x, indices_or_sections.at, axis);
  if (parts <= 0) {
    if (parts == 0) return {x};
    throw Error("the number of sections must be positive");
  }
  const auto size = known(dim(x, axis));
  if (size && *size % parts != 0) {
    throw Error(fmt::format("axis {} of size {} cannot be split into {} equal parts", axis, *size, parts));
  }
  if (parts == 1) return {x};
  if (size == 0) return std::vector<Tensor>(static_cast<size_t>(parts), x);
  return make_all<v::v1::Split>(x, as_scalar(axis), static_cast<size_t>(parts));
}

std::vector<Tensor> array_split(Tensor x, Sections indices_or_sections, int64_t axis) {
  x = strong(x);
  const int64_t parts = indices_or_sections.count;
  if (parts == 0) return split(std::move(x), std::move(indices_or_sections), axis);
  if (parts < 0) throw Error("the number of sections must be positive");
  axis = normalize_axis(axis, x.rank());
  const int64_t size = static_shape(x)[static_cast<size_t>(axis)];
  if (size % parts == 0) return split(std::move(x), parts, axis);
  std::vector<int64_t> at;
  for (int64_t i = 1; i < parts; ++i) at.push_back(i * (size / parts) + std::min(i, size % parts));
  return cut_at(x, at, axis);
}

std::vector<Tensor> hsplit(Tensor x, Sections indices_or_sections) {
  const int64_t axis = x.rank() > 1 ? 1 : 0;
  return split(std::move(x), std::move(indices_or_sections), axis);
}
std::vector<Tensor> vsplit(Tensor x, Sections indices_or_sections) {
  if (x.rank() < 2) throw Error("x must have at least two dimensions");
  return split(std::move(x), std::move(indices_or_sections), 0);
}
std::vector<Tensor> dsplit(Tensor x, Sections indices_or_sections) {
  if (x.rank() < 3) throw Error("x must have at least three dimensions");
  return split(std::move(x), std::move(indices_or_sections), 2);
}

std::vector<Tensor> unstack(Tensor x, std::optional<int64_t> num, int64_t axis) {
  x = strong(x);
  axis = normalize_axis(axis, x.rank());
  const auto size = known(dim(x, axis));
  if (!num && !size) throw Error(fmt::format("axis {} is dynamic: num must be given", axis));
  if (num && size && *num != *size) throw Error(fmt::format("num must be {}, the size of axis {}", *size, axis));
  const int64_t count = size.value_or(num.value_or(0));
  if (count == 0) return {};
  std::vector<Tensor> parts = make_all<v::v1::Split>(x, as_scalar(axis), static_cast<size_t>(count));
  for (Tensor& part : parts) part = make<v::v0::Squeeze>(part, std::vector<int64_t>{axis});
  return parts;
}

Tensor tile(Tensor x, Dims repeats) {
  x = strong(x);
  if (const auto numbers = repeats.numbers()) {
    if (std::any_of(numbers->begin(), numbers->end(), [](int64_t n) { return n < 0; })) {
      throw Error("repeats must not be negative");
    }
    if (numbers->empty()) return x;
  }
  return make<v::v0::Tile>(x, repeats.tensor());
}

Tensor repeat(Tensor x, Dims repeats, std::optional<int64_t> axis) {
  x = axis ? strong(x) : ravel(std::move(x));
  const int64_t along = normalize_axis(axis.value_or(0), x.rank());
  if (repeats.vector) throw Error("repeats must be known while the graph is traced");
  if (repeats.dims.size() == 1) {  // [a, b] -> [[a, a], [b, b]] -> [a, a, b, b]
    const Dim times = repeats.dims[0];
    if (known(times) && *known(times) < 0) throw Error("repeats must not be negative");
    std::vector<Dim> counts(static_cast<size_t>(x.rank() + 1), int64_t{1});
    counts[static_cast<size_t>(along + 1)] = times;
    std::vector<Dim> shape = dims(x);
    shape[static_cast<size_t>(along)] = shape[static_cast<size_t>(along)] * times;
    return reshape(tile(expand_dims(std::move(x), {along + 1}), counts), shape);
  }
  const auto times = repeats.numbers();
  if (!times) throw Error("repeats must be known while the graph is traced");
  const auto size = known(dim(x, along));
  if (size && *size != static_cast<int64_t>(times->size())) {
    throw Error(fmt::format("{} repeats for an axis of size {}", times->size(), *size));
  }
  std::vector<int64_t> from;
  for (size_t i = 0; i < times->size(); ++i) {
    if ((*times)[i] < 0) throw Error("repeats must not be negative");
    from.insert(from.end(), static_cast<size_t>((*times)[i]), static_cast<int64_t>(i));
  }
  return make<v::v8::Gather>(x, from, std::vector<int64_t>{along});
}

namespace {
constexpr OpDef kOps[] = {
    op<&concatenate>("numpy.concatenate(xs, axis=0)", "Tensors in a row along an axis."),
    op<&stack>("numpy.stack(x, axis=0)", "Tensors of one shape along a new axis."),
    op<&hstack>("numpy.hstack(xs)", "Tensors side by side: along the second axis, vectors along the first."),
    op<&vstack>("numpy.vstack(xs)", "Tensors as rows: along the first axis of at least two."),
    op<&dstack>("numpy.dstack(xs)", "Tensors in depth: along the third axis."),
    op<&append>("numpy.append(x1, x2, axis=None)", "x2 after x1."),
    op<&split>("numpy.split(x, indices_or_sections, axis=0)", "Equal parts, or parts cut at indices."),
    op<&array_split>("numpy.array_split(x, indices_or_sections, axis=0)", "Parts that differ by one in size at most."),
    op<&hsplit>("numpy.hsplit(x, indices_or_sections)", "Parts along the second axis."),
    op<&vsplit>("numpy.vsplit(x, indices_or_sections)", "Parts along the first axis."),
    op<&dsplit>("numpy.dsplit(x, indices_or_sections)", "Parts along the third axis."),
    op<&unstack>("core.unstack(x, num=None, axis=0)", "The slices along an axis, without that axis."),
    op<&tile>("numpy.tile(x, repeats)", "The whole tensor repeated along its axes."),
    op<&repeat>("numpy.repeat(x, repeats, axis=None)", "Each element repeated."),
};
}  // namespace
std::span<const OpDef> join_ops() { return kOps; }

}  // namespace keravino::ops
