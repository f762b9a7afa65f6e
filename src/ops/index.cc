#include "keravino/ops/index.h"

#include "engine/evaluate.h"
#include "ops/families.h"
#include "ops/indices.h"
#include "ops/reductions.h"

namespace keravino::ops {

Tensor as_indices(const Tensor& indices) {
  const DType dtype = indices.dtype();
  if (dtype == DType::int32 || dtype == DType::int64) return strong(indices);
  if (dtype == DType::uint32 || dtype == DType::uint64) return as(indices, DType::int64);
  const bool empty = indices.shape().is_static() && ov::shape_size(indices.shape().to_shape()) == 0;
  if (is_float(dtype) && !empty) {
    throw Error(Error::Kind::type, fmt::format("indices must be integers, got {}", name(dtype)));
  }
  return as(indices, DType::int32);
}

Tensor as_indices(const Tensor& indices, const Dim& size) {
  const Tensor out = as_indices(indices);
  const auto limit = known(size);
  if (!limit || out.value()->depth > 0 || out.traced()) return out;
  const auto check = [&](int64_t index) {
    if (index >= -*limit && index < *limit) return;
    throw Error(Error::Kind::index, fmt::format("index {} is out of range for an axis of size {}", index, *limit));
  };
  if (const auto& scalar = indices.value()->scalar) {
    std::visit([&](auto number) { check(static_cast<int64_t>(number)); }, *scalar);
    return out;
  }
  constexpr size_t kChecked = 1 << 16;  // more would take longer to look at than to use
  if (ov::shape_size(out.shape().to_shape()) > kChecked) return out;
  const ov::Tensor numbers = engine::convert(out.numbers(), ov::element::i64);
  std::for_each_n(numbers.data<int64_t>(), numbers.get_size(), check);
  return out;
}

Tensor wrapped(const Tensor& indices, const Dim& size) {
  return select(indices < 0, indices + as(as_scalar(size), indices.dtype()), indices);
}

Tensor take(Tensor x, Tensor indices, std::optional<int64_t> axis) {
  x = axis ? strong(x) : ravel(std::move(x));
  const int64_t along = normalize_axis(axis.value_or(0), x.rank());
  return make<v::v8::Gather>(x, as_indices(indices, dim(x, along)), as_scalar(along));
}

namespace {

/// The size that two dimensions broadcast to; dynamic ones are taken to be equal.
Dim broadcast(const Dim& a, const Dim& b) {
  if (known(a) == 1) return b;
  if (known(b) == 1 || !known(b)) return a;
  if (known(a) && known(a) != known(b))
    throw Error(fmt::format("sizes {} and {} do not broadcast", *known(a), *known(b)));
  return b;
}

/// Broadcasts where a dimension of size one meets another.
Tensor stretched(const Tensor& x, const std::vector<Dim>& shape) {
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (known(dim(x, i)) == 1 && known(shape[static_cast<size_t>(i)]) != 1) return broadcast_to(x, shape);
  }
  return x;
}

}  // namespace

Tensor take_along_axis(Tensor x, Tensor indices, std::optional<int64_t> axis) {
  if (!axis) return take_along_axis(ravel(std::move(x)), ravel(std::move(indices)), 0);
  x = strong(x);
  const int64_t rank = x.rank();
  const int64_t along = normalize_axis(*axis, rank);
  indices = as_indices(indices, dim(x, along));
  if (indices.rank() != rank) throw Error(fmt::format("x has {} dimensions and indices have {}", rank, indices.rank()));
  std::vector<Dim> from = dims(x);
  std::vector<Dim> to = dims(indices);
  for (size_t i = 0; i < from.size(); ++i) {
    if (static_cast<int64_t>(i) != along) from[i] = to[i] = broadcast(from[i], to[i]);
  }
  // A Gather with all other axes as batch: it needs the axis to be the last one.
  x = swapaxes(stretched(x, from), along, rank - 1);
  indices = swapaxes(stretched(indices, to), along, rank - 1);
  return swapaxes(make<v::v8::Gather>(x, indices, as_scalar(rank - 1), rank - 1), along, rank - 1);
}

namespace {

/// The parts of a shape, when it came as a vector, too.
std::vector<Dim> parts(const Dims& dims, int64_t rank, const char* what) {
  std::vector<Dim> out = dims.dims;
  for (int64_t i = 0; dims.vector && i < rank; ++i) {
    out.emplace_back(make<v::v8::Gather>(dims.vector, as_scalar(i), as_scalar(int64_t{0})));
  }
  if (static_cast<int64_t>(out.size()) != rank) {
    throw Error(fmt::format("{} has {} numbers for {} dimensions", what, out.size(), rank));
  }
  return out;
}

/// Error where a block is known to leave its axis.
void check_block(const Dim& start, const Dim& length, const Dim& size, int64_t axis) {
  const auto first = known(start);
  const auto count = known(length);
  const auto limit = known(size);
  if ((first && *first < 0) || (first && count && limit && *first + *count > *limit)) {
    throw Error(fmt::format("a block of {} from {} does not lie in axis {} of size {}", count.value_or(-1), *first,
                            axis, limit.value_or(-1)));
  }
}

/// start, start + 1, ...: `length` of them, held inside of the axis if the start is known only when the graph runs.
Tensor run_of_indices(const Dim& start, const Dim& length, const Dim& size) {
  const Dim first = known(start) ? start : larger(int64_t{0}, smaller(start, size - length));
  return iota(length, DType::int64) + as_scalar(first);
}

}  // namespace

Tensor slice(Tensor inputs, Dims start_indices, Dims shape) {
  Tensor x = strong(inputs);
  const std::vector<Dim> starts = parts(start_indices, x.rank(), "start_indices");
  const std::vector<Dim> sizes = parts(shape, x.rank(), "shape");
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    const Dim& start = starts[static_cast<size_t>(axis)];
    const Dim size = dim(x, axis);
    const Dim length = known(sizes[static_cast<size_t>(axis)]) == -1 ? size - start : sizes[static_cast<size_t>(axis)];
    check_block(start, length, size, axis);
    if (known(start) == 0 && known(length) && known(length) == known(size)) continue;
    if (known(start) == 0 && known(sizes[static_cast<size_t>(axis)]) == -1) continue;
    if (known(start)) {
      x = slice_axis(x, axis, start, start + length);
    } else {  // a Gather keeps the length static
      x = make<v::v8::Gather>(x, run_of_indices(start, length, size), as_scalar(axis));
    }
  }
  return x;
}

namespace {

/// Replaces the block along axes from `axis` on: rows of this axis are cut out, updated further inside, and put back.
Tensor update_block(const Tensor& x, const std::vector<Dim>& starts, const Tensor& updates, int64_t axis) {
  if (axis == x.rank()) return updates;
  const Dim start = starts[static_cast<size_t>(axis)];
  const Dim size = dim(x, axis);
  const Dim length = dim(updates, axis);
  check_block(start, length, size, axis);
  if (known(start) == 0 && known(length) && known(length) == known(size)) {
    return update_block(x, starts, updates, axis + 1);
  }
  const Tensor places = run_of_indices(start, length, size);
  const Tensor rows = make<v::v8::Gather>(x, places, as_scalar(axis));
  return make<v::v3::ScatterUpdate>(x, places, update_block(rows, starts, updates, axis + 1), as_scalar(axis));
}

}  // namespace

Tensor slice_update(Tensor inputs, Dims start_indices, Tensor updates) {
  inputs = strong(inputs);
  updates = as(updates, inputs.dtype());
  if (updates.rank() != inputs.rank()) {
    throw Error(fmt::format("inputs have {} dimensions and updates have {}", inputs.rank(), updates.rank()));
  }
  return update_block(inputs, parts(start_indices, inputs.rank(), "start_indices"), updates, 0);
}

namespace {

using Reduction = v::v15::ScatterNDUpdate::Reduction;

Reduction reduction_of(const std::optional<std::string>& name) {
  if (!name) return Reduction::NONE;
  if (*name == "add") return Reduction::SUM;
  if (*name == "max") return Reduction::MAX;
  if (*name == "min") return Reduction::MIN;
  if (*name == "mul") return Reduction::PROD;
  throw Error("reduction must be None, \"add\", \"max\", \"min\" or \"mul\"");
}

Tensor scatter_nd(const Tensor& x, Tensor indices, const Tensor& updates, Reduction reduction) {
  if (reduction != Reduction::NONE && reduction != Reduction::SUM) demand_real(x);
  const auto depth = known(dim(indices, -1));
  if (!depth || *depth > x.rank()) {
    throw Error(fmt::format("the last axis of indices must hold at most {} coordinates", x.rank()));
  }
  std::vector<Dim> sizes = dims(x);
  sizes.resize(static_cast<size_t>(*depth));
  indices = as_indices(indices);
  indices = select(indices < 0, indices + as(Dims(sizes).tensor(), indices.dtype()), indices);
  std::vector<Dim> shape = dims(indices);
  shape.pop_back();
  for (int64_t i = *depth; i < x.rank(); ++i) shape.push_back(dim(x, i));
  const bool fits = updates.rank() == static_cast<int64_t>(shape.size());
  const Tensor values = fits ? stretched(updates, shape) : broadcast_to(updates, shape);
  if (x.dtype() != DType::boolean) return make<v::v15::ScatterNDUpdate>(x, indices, values, reduction);
  return as(make<v::v15::ScatterNDUpdate>(as(x, DType::int32), indices, as(values, DType::int32), reduction),
            DType::boolean);
}

}  // namespace

Tensor scatter(Tensor indices, Tensor values, Dims shape) {
  values = strong(values);
  return scatter_nd(filled(shape, 0, values.dtype()), std::move(indices), values, Reduction::SUM);
}

Tensor scatter_update(Tensor inputs, Tensor indices, Tensor updates, std::optional<std::string> reduction) {
  inputs = strong(inputs);
  return scatter_nd(inputs, std::move(indices), as(updates, inputs.dtype()), reduction_of(reduction));
}

Tensor one_hot(Tensor x, int64_t num_classes, int64_t axis, std::optional<DType> dtype, bool sparse) {
  if (sparse) throw Error(Error::Kind::unsupported, "sparse tensors are not supported");
  if (num_classes < 0) throw Error("num_classes must not be negative");
  const DType type = dtype.value_or(floatx());
  x = is_float(x.dtype()) ? as(x, DType::int64) : as_indices(x);
  return make<v::v1::OneHot>(x, as_scalar(num_classes), as(1, type), as(0, type), normalize_axis(axis, x.rank() + 1));
}

Tensor multi_hot(Tensor x, int64_t num_classes, int64_t axis, std::optional<DType> dtype, bool sparse) {
  const DType type = dtype.value_or(floatx());
  const int64_t reduced = x.rank() > 1 ? 1 : 0;
  const Tensor hot = one_hot(std::move(x), num_classes, axis, DType::boolean, sparse);
  return as(reduce<v::v1::ReduceLogicalOr>(hot, {{reduced}}, false), type);
}

namespace {
constexpr OpDef kOps[] = {
    op<&take>("numpy.take(x, indices, axis=None)", "The slices at these indices of an axis."),
    op<&take_along_axis>("numpy.take_along_axis(x, indices, axis=None)", "Elements picked along an axis."),
    op<&get_item>("numpy.get_item(x, key)", "x[key]."),
    op<&slice>("core.slice(inputs, start_indices, shape)", "The block of a shape at start_indices."),
    op<&slice_update>("core.slice_update(inputs, start_indices, updates)", "inputs with a block replaced."),
    op<&scatter>("core.scatter(indices, values, shape)", "Zeros plus values at indices."),
    op<&scatter_update>("core.scatter_update(inputs, indices, updates, reduction=None)",
                        "inputs with updates at indices."),
    op<&one_hot>("nn.one_hot(x, num_classes, axis=-1, dtype=None, sparse=False)", "One where the class is, else zero."),
    op<&multi_hot>("nn.multi_hot(x, num_classes, axis=-1, dtype=None, sparse=False)",
                   "One for each class that occurs, else zero."),
};
}  // namespace
std::span<const OpDef> index_ops() { return kOps; }

}  // namespace keravino::ops
