// Gathering and scattering by index, for every element type of whole bytes.
#include <cstring>
#include <openvino/op/util/gather_base.hpp>
#include <openvino/op/util/gather_nd_base.hpp>

#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

size_t product(const ov::Shape& shape, size_t begin, size_t end) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(begin),
                         shape.begin() + static_cast<std::ptrdiff_t>(end), size_t{1}, std::multiplies<>());
}

/// Appends the dimensions [begin, end) of another shape.
void append(ov::Shape& shape, const ov::Shape& other, size_t begin, size_t end) {
  shape.insert(shape.end(), other.begin() + static_cast<std::ptrdiff_t>(begin),
               other.begin() + static_cast<std::ptrdiff_t>(end));
}

/// Negative indices count from the end; zeros where an index is out of range, as OpenVINO has it.
bool gather(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  if (!movable(in)) return false;
  const auto indices = integers(inputs[1]);
  const ov::Shape &own = in.get_shape(), &by = inputs[1].get_shape();
  const size_t axis = normal_axis(integers(inputs[2])[0], own.size());
  const size_t batch_dims = normal_axis(static_cast<const v::v8::Gather&>(node).get_batch_dims(), by.size());
  ov::Shape shape;
  append(shape, own, 0, axis);
  append(shape, by, batch_dims, by.size());
  append(shape, own, axis + 1, own.size());
  ov::Tensor out(in.get_element_type(), shape);
  const size_t batches = product(own, 0, batch_dims), outer = product(own, batch_dims, axis);
  const size_t run = product(own, axis + 1, own.size()) * in.get_element_type().size();
  const size_t count = product(by, batch_dims, by.size());
  const auto size = static_cast<int64_t>(own[axis]);
  std::byte* to = bytes(out);
  for (size_t i = 0; i < batches * outer; ++i) {
    const std::byte* from = bytes(in) + i * own[axis] * run;
    for (size_t j = 0; j < count; ++j, to += run) {
      int64_t index = indices[i / outer * count + j];
      if (index < 0) index += size;
      if (index >= 0 && index < size)
        std::memcpy(to, from + static_cast<size_t>(index) * run, run);
      else
        std::memset(to, 0, run);
    }
  }
  outputs.assign(1, out);
  return true;
}

/// The element at the same place, but for the axis, where the index says it.
bool gather_elements(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  if (!movable(in)) return false;
  const auto indices = integers(inputs[1]);
  const ov::Shape &own = in.get_shape(), &shape = inputs[1].get_shape();
  const size_t axis = normal_axis(static_cast<const v::v6::GatherElements&>(node).get_axis(), own.size());
  const size_t width = in.get_element_type().size();
  const auto strides = byte_strides(own, width), dense = byte_strides(shape, 1);
  std::vector<StridedAxis> axes;
  for (size_t i = 0; i < shape.size(); ++i) axes.push_back({shape[i], i == axis ? 0 : strides[i], dense[i]});
  ov::Tensor out(in.get_element_type(), shape);
  bool in_range = true;
  each_place(axes, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    int64_t index = indices[static_cast<size_t>(to)];
    if (index < 0) index += static_cast<int64_t>(own[axis]);
    in_range = in_range && index >= 0 && index < static_cast<int64_t>(own[axis]);
    if (in_range)
      std::memcpy(bytes(out) + static_cast<size_t>(to) * width, bytes(in) + from + index * strides[axis], width);
  });
  OPENVINO_ASSERT(in_range, "an index is out of range for an axis of ", own[axis]);
  outputs.assign(1, out);
  return true;
}

/// Places that tuples of coordinates name in the leading axes of a shape; -1 for one out of range.
std::vector<int64_t> places(const ov::Tensor& tuples, const ov::Shape& shape) {
  const auto coordinates = integers(tuples);
  const size_t depth = tuples.get_shape().back();
  std::vector<int64_t> out(product(tuples.get_shape(), 0, tuples.get_shape().size() - 1), 0);
  for (size_t i = 0; i < out.size(); ++i) {
    for (size_t axis = 0; axis < depth && out[i] >= 0; ++axis) {
      const auto size = static_cast<int64_t>(shape[axis]);
      int64_t at = coordinates[i * depth + axis];
      if (at < 0) at += size;
      out[i] = at >= 0 && at < size ? out[i] * size + at : -1;
    }
  }
  return out;
}

/// Zeros where a tuple is out of range, as the CPU plugin has it.
bool gather_nd(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  if (!movable(in)) return false;
  const ov::Shape &own = in.get_shape(), &by = inputs[1].get_shape();
  const size_t batch_dims = static_cast<const v::v8::GatherND&>(node).get_batch_dims();
  const size_t first = batch_dims + by.back();
  const size_t run = product(own, first, own.size()) * in.get_element_type().size();
  ov::Shape shape(by.begin(), by.end() - 1), indexed;
  append(shape, own, first, own.size());
  append(indexed, own, batch_dims, first);
  ov::Tensor out(in.get_element_type(), shape);
  const auto at = places(inputs[1], indexed);
  const size_t count = product(by, batch_dims, by.size() - 1), size = ov::shape_size(indexed);
  for (size_t i = 0; i < at.size(); ++i) {
    std::byte* to = bytes(out) + i * run;
    if (at[i] < 0)
      std::memset(to, 0, run);
    else
      std::memcpy(to, bytes(in) + (i / count * size + static_cast<size_t>(at[i])) * run, run);
  }
  outputs.assign(1, out);
  return true;
}

template <class T>
T joined(T a, T b, v::v15::ScatterNDUpdate::Reduction how) {
  using Reduction = v::v15::ScatterNDUpdate::Reduction;
  const auto x = static_cast<Wrapping<T>>(a), y = static_cast<Wrapping<T>>(b);
  switch (how) {
    case Reduction::SUM:
      return static_cast<T>(x + y);
    case Reduction::SUB:
      return static_cast<T>(x - y);
    case Reduction::PROD:
      return static_cast<T>(x * y);
    case Reduction::MIN:
      return b < a ? b : a;
    case Reduction::MAX:
      return a < b ? b : a;
    default:
      return b;
  }
}

/// Runs of elements replaced, or joined with those that are there, one after the other; tuples out of range are passed
/// over.
bool scatter_nd_update(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto how = static_cast<const v::v15::ScatterNDUpdate&>(node).get_reduction();
  const ov::Shape& shape = inputs[0].get_shape();
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    ov::Tensor out(inputs[0].get_element_type(), shape);
    inputs[0].copy_to(out);
    const size_t run = product(shape, inputs[1].get_shape().back(), shape.size());
    const T* update = inputs[2].data<const T>();
    for (const int64_t at : places(inputs[1], shape)) {
      T* to = out.data<T>() + (at < 0 ? 0 : static_cast<size_t>(at) * run);
      for (size_t i = 0; i < run && at >= 0; ++i) to[i] = joined(to[i], update[i], how);
      update += run;
    }
    outputs.assign(1, out);
    return true;
  });
}

}  // namespace

std::span<const EvaluatorRow> index_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v8::Gather>(&gather),
      row<v::v6::GatherElements>(&gather_elements),
      row<v::v8::GatherND>(&gather_nd),
      row<v::v15::ScatterNDUpdate>(&scatter_nd_update),
  };
  return kRows;
}

}  // namespace keravino::engine
