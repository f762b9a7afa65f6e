// Gathering by index, for every element type of whole bytes.
#include <cstring>
#include <openvino/op/util/gather_base.hpp>
#include <openvino/op/util/gather_nd_base.hpp>

#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// Appends the dimensions [begin, end) of another shape.
void append(ov::Shape& shape, const ov::Shape& other, size_t begin, size_t end) {
  shape.insert(shape.end(), other.begin() + static_cast<std::ptrdiff_t>(begin),
               other.begin() + static_cast<std::ptrdiff_t>(end));
}

/// The runs of `width` bytes that indices name, zeros where one is out of range; a `Width` is known to the compiler.
template <size_t Width>
void copy_runs(const std::byte* from, std::byte* to, std::span<const int64_t> indices, size_t size, size_t width) {
  if (Width > 0) width = Width;
  for (const int64_t place : indices) {
    const int64_t index = from_front(place, size);
    if (index >= 0)
      std::memcpy(to, from + static_cast<size_t>(index) * width, width);
    else
      std::memset(to, 0, width);
    to += width;
  }
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
  const auto copy = run == 4 ? &copy_runs<4> : run == 8 ? &copy_runs<8> : &copy_runs<0>;
  for (size_t i = 0; i < batches * outer; ++i) {
    copy(bytes(in) + i * own[axis] * run, bytes(out) + i * count * run, {indices.data() + i / outer * count, count},
         own[axis], run);
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
    const int64_t index = from_front(indices[static_cast<size_t>(to)], own[axis]);
    in_range = in_range && index >= 0;
    if (in_range)
      std::memcpy(bytes(out) + static_cast<size_t>(to) * width, bytes(in) + from + index * strides[axis], width);
  });
  OPENVINO_ASSERT(in_range, "an index is out of range for an axis of ", own[axis]);
  outputs.assign(1, out);
  return true;
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

}  // namespace

std::span<const EvaluatorRow> index_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v8::Gather>(&gather),
      row<v::v6::GatherElements>(&gather_elements),
      row<v::v8::GatherND>(&gather_nd),
  };
  return kRows;
}

}  // namespace keravino::engine
