#include "keravino/ops/shape.h"

#include "ops/families.h"
#include "ops/shapes.h"

namespace keravino::ops {
namespace {

std::string to_string(const std::vector<int64_t>& numbers) {
  return fmt::format("({}{})", fmt::join(numbers, ", "), numbers.size() == 1 ? "," : "");
}

/// Puts a number in place of -1 where `x` has a static shape; Error where it does not fit.
std::vector<int64_t> resolve(std::vector<int64_t> shape, const Tensor& x) {
  const auto unknown = std::find(shape.begin(), shape.end(), -1);
  if (std::count_if(shape.begin(), shape.end(), [](int64_t n) { return n < 0; }) > 1 ||
      std::any_of(shape.begin(), shape.end(), [](int64_t n) { return n < -1; })) {
    throw Error("newshape must hold at most one -1 and no other negative number, got " + to_string(shape));
  }
  if (x.shape().is_dynamic()) return shape;
  int64_t rest = 1;
  for (int64_t n : shape) rest *= n == -1 ? 1 : n;
  const auto count = static_cast<int64_t>(ov::shape_size(x.shape().to_shape()));
  if (unknown == shape.end() ? rest != count : (rest == 0 || count % rest != 0)) {
    throw Error(fmt::format("cannot reshape {} elements into {}", count, to_string(shape)));
  }
  if (unknown != shape.end()) *unknown = count / rest;
  return shape;
}

}  // namespace

Tensor reshape(Tensor x, Dims newshape) {
  x = strong(x);
  if (newshape.vector) return make<v::v1::Reshape>(x, newshape.tensor(), false);
  std::vector<int64_t> numbers;
  for (const Dim& size : newshape.dims) numbers.push_back(known(size).value_or(-1));
  const auto traced = std::count_if(newshape.dims.begin(), newshape.dims.end(), [](const Dim& d) { return !known(d); });
  const auto inferred = std::count(numbers.begin(), numbers.end(), -1);
  // One traced size among numbers is what -1 says, and a constant shape serves the plugin and the passes better.
  const bool zero = std::find(numbers.begin(), numbers.end(), 0) != numbers.end();
  if (traced > 0 && (inferred > 1 || zero)) return make<v::v1::Reshape>(x, newshape.tensor(), false);
  numbers = resolve(std::move(numbers), x);
  if (x.shape() == ov::PartialShape(std::vector<ov::Dimension>(numbers.begin(), numbers.end())) &&
      x.shape().is_static()) {
    return x;
  }
  return make<v::v1::Reshape>(x, numbers, false);
}

Tensor ravel(Tensor x) { return reshape(std::move(x), {int64_t{-1}}); }

Tensor transpose(Tensor x, Axes axes) {
  x = strong(x);
  const int64_t rank = x.rank();
  std::vector<int64_t> order = normalize_axes(axes, rank);
  if (static_cast<int64_t>(order.size()) != rank) {
    throw Error(fmt::format("axes must name each of the {} dimensions once, got {}", rank, to_string(*axes)));
  }
  if (!axes) std::reverse(order.begin(), order.end());
  if (std::is_sorted(order.begin(), order.end())) return x;
  return make<v::v1::Transpose>(x, order);
}

Tensor moveaxis(Tensor x, std::vector<int64_t> source, std::vector<int64_t> destination) {
  const int64_t rank = x.rank();
  source = normalize_axes(source, rank);
  destination = normalize_axes(destination, rank);
  if (source.size() != destination.size()) throw Error("source and destination must have the same number of axes");
  std::vector<int64_t> order;
  for (int64_t i = 0; i < rank; ++i) {
    if (std::find(source.begin(), source.end(), i) == source.end()) order.push_back(i);
  }
  std::map<int64_t, int64_t> moves;
  for (size_t i = 0; i < source.size(); ++i) moves[destination[i]] = source[i];
  for (const auto& [to, from] : moves) order.insert(order.begin() + to, from);
  return transpose(std::move(x), order);
}

Tensor swapaxes(Tensor x, int64_t axis1, int64_t axis2) {
  std::vector<int64_t> order = normalize_axes(std::nullopt, x.rank());
  std::swap(order[static_cast<size_t>(normalize_axis(axis1, x.rank()))],
            order[static_cast<size_t>(normalize_axis(axis2, x.rank()))]);
  return transpose(std::move(x), order);
}

Tensor squeeze(Tensor x, Axes axis) {
  x = strong(x);
  std::vector<int64_t> axes;
  for (int64_t i : normalize_axes(axis, x.rank())) {
    const auto size = known(dim(x, i));
    if (size == 1 || (axis && !size)) {
      axes.push_back(i);
    } else if (axis) {
      throw Error(fmt::format("cannot squeeze axis {} of size {}", i, *size));
    }
  }
  return axes.empty() ? x : make<v::v0::Squeeze>(x, axes);
}

Tensor expand_dims(Tensor x, std::vector<int64_t> axis) {
  x = strong(x);
  const std::vector<int64_t> axes = normalize_axes(axis, x.rank() + static_cast<int64_t>(axis.size()));
  return axes.empty() ? x : make<v::v0::Unsqueeze>(x, axes);
}

Tensor broadcast_to(Tensor x, Dims shape) {
  x = strong(x);
  const auto sizes = shape.numbers();
  if (sizes && x.shape().is_static()) {
    std::vector<int64_t> from = static_shape(x);
    if (from == *sizes) return x;
    bool fits = from.size() <= sizes->size() && std::ranges::all_of(*sizes, [](int64_t n) { return n >= 0; });
    for (size_t i = 0; fits && i < from.size(); ++i) {
      const int64_t to = (*sizes)[sizes->size() - from.size() + i];
      fits = from[i] == to || from[i] == 1;
    }
    if (!fits) throw Error(fmt::format("cannot broadcast {} to {}", to_string(from), to_string(*sizes)));
  }
  return make<v::v3::Broadcast>(x, shape.tensor());
}

Dim size(Tensor x) { return product(dims(x)); }
int64_t ndim(Tensor x) { return x.rank(); }

std::vector<Tensor> unravel_index(Tensor indices, Dims shape) {
  indices = to_number(indices);
  const DType dtype = indices.dtype();
  Tensor rest = as(indices, DType::int64);
  rest = select(rest < 0, rest + as_scalar(product(shape.dims)), rest);
  std::vector<Tensor> coordinates;
  for (size_t i = shape.dims.size(); i-- > 0;) {
    const Tensor size = as_scalar(shape.dims[i]);
    const Tensor quotient = rest / size;
    coordinates.insert(coordinates.begin(), as(rest - quotient * size, dtype));
    rest = quotient;
  }
  return coordinates;
}

namespace {
constexpr OpDef kOps[] = {
    op<&reshape>("numpy.reshape(x, newshape)", "The same numbers in another shape; one dimension may be -1."),
    op<&ravel>("numpy.ravel(x)", "All numbers as a vector."),
    op<&transpose>("numpy.transpose(x, axes=None)", "The axes in another order; reversed by default."),
    op<&swapaxes>("numpy.swapaxes(x, axis1, axis2)", "Two axes exchanged."),
    op<&moveaxis>("numpy.moveaxis(x, source, destination)", "Axes moved to other places."),
    op<&squeeze>("numpy.squeeze(x, axis=None)", "Without axes of size one."),
    op<&expand_dims>("numpy.expand_dims(x, axis)", "With new axes of size one."),
    op<&broadcast_to>("numpy.broadcast_to(x, shape)", "Repeated along axes of size one to fill a shape."),
    op<&size>("numpy.size(x)", "The number of elements."),
    op<&ndim>("numpy.ndim(x)", "The number of dimensions."),
    op<&unravel_index>("numpy.unravel_index(indices, shape)", "Coordinates of flat indices, one tensor for each axis."),
};
}  // namespace
std::span<const OpDef> shape_ops() { return kOps; }

}  // namespace keravino::ops
