// Nodes that move elements and compute nothing, for every element type of whole bytes.
#include <cstring>

#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// The result in order; `from` leads to its first element, `strides` (bytes in the source) along its axes.
bool copy_to_dense(ov::TensorVector& outputs, const ov::Tensor& source, const ov::Shape& shape, const std::byte* from,
                   const std::vector<std::ptrdiff_t>& strides) {
  const size_t width = source.get_element_type().size();
  ov::Tensor out(source.get_element_type(), shape);
  const auto dense = byte_strides(shape, width);
  std::vector<StridedAxis> axes;
  for (size_t i = 0; i < shape.size(); ++i) axes.push_back({shape[i], strides[i], dense[i]});
  strided_copy(from, bytes(out), axes, width);
  outputs.assign(1, out);
  return true;
}

/// As in NumPy: ends beyond the axis are cut to it.
bool slice(const ov::Node&, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  const auto starts = integers(inputs[1]), stops = integers(inputs[2]), steps = integers(inputs[3]);
  const auto axes = inputs.size() > 4 ? integers(inputs[4]) : std::vector<int64_t>();
  if (!movable(in)) return false;
  ov::Shape shape = in.get_shape();
  auto strides = byte_strides(shape, in.get_element_type().size());
  const std::byte* from = bytes(in);
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t axis = inputs.size() > 4 ? normal_axis(axes[i], shape.size()) : i;
    const auto size = static_cast<int64_t>(in.get_shape()[axis]);
    const int64_t step = steps[i];
    const auto place = [&](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? at + size : at, step < 0 ? -1 : 0, step < 0 ? size - 1 : size);
    };
    const int64_t start = place(starts[i]), stop = place(stops[i]);
    const int64_t way = step < 0 ? start - stop : stop - start;
    shape[axis] = static_cast<size_t>(way <= 0 ? 0 : (way - 1) / std::abs(step) + 1);
    from += start * strides[axis];
    strides[axis] *= step;
  }
  return copy_to_dense(outputs, in, shape, from, strides);
}

bool transpose(const ov::Node&, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  auto order = integers(inputs[1]);
  if (!movable(in)) return false;
  const size_t rank = in.get_shape().size();
  if (order.empty()) {
    for (size_t i = rank; i-- > 0;) order.push_back(static_cast<int64_t>(i));
  }
  const auto strides = byte_strides(in.get_shape(), in.get_element_type().size());
  ov::Shape shape(rank);
  std::vector<std::ptrdiff_t> moved(rank);
  for (size_t i = 0; i < rank; ++i) {
    const auto axis = static_cast<size_t>(order[i]);
    shape[i] = in.get_shape()[axis];
    moved[i] = strides[axis];
  }
  return copy_to_dense(outputs, in, shape, bytes(in), moved);
}

/// NumPy's broadcasting, with the target's own axes of size 1 broadcast too where the mode says so.
bool broadcast(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto mode = static_cast<const v::v3::Broadcast&>(node).get_broadcast_spec().m_type;
  const bool both = mode == v::BroadcastType::BIDIRECTIONAL;
  const ov::Tensor& in = inputs[0];
  const auto target = integers(inputs[1]);
  if (!movable(in) || (mode != v::BroadcastType::NUMPY && !both)) return false;
  const ov::Shape& own = in.get_shape();
  const size_t rank = std::max(own.size(), target.size());
  if (!both && rank > target.size()) return false;
  const auto strides = byte_strides(own, in.get_element_type().size());
  ov::Shape shape(rank, 1);
  std::vector<std::ptrdiff_t> repeated(rank, 0);
  for (size_t i = 0; i < rank; ++i) {  // from the last axis on
    const size_t axis = rank - 1 - i;
    const size_t wanted = i < target.size() ? static_cast<size_t>(target[target.size() - 1 - i]) : 1;
    const size_t size = i < own.size() ? own[own.size() - 1 - i] : 1;
    if (size != 1 && size != wanted && !(both && wanted == 1)) return false;
    shape[axis] = size == 1 ? wanted : size;
    if (size != 1) repeated[axis] = strides[own.size() - 1 - i];
  }
  return copy_to_dense(outputs, in, shape, bytes(in), repeated);
}

bool concat(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!movable(inputs[0])) return false;
  ov::Shape shape = inputs[0].get_shape();
  const size_t axis = normal_axis(static_cast<const v::v0::Concat&>(node).get_axis(), shape.size());
  size_t size = 0;
  for (const ov::Tensor& in : inputs) size += in.get_shape()[axis];
  shape[axis] = size;
  ov::Tensor out(inputs[0].get_element_type(), shape);
  const size_t outer = ov::shape_size(ov::Shape(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis)));
  std::byte* to = bytes(out);
  for (size_t i = 0; i < outer; ++i) {
    for (const ov::Tensor& in : inputs) {
      const size_t part = in.get_byte_size() / outer;
      std::memcpy(to, bytes(in) + i * part, part);
      to += part;
    }
  }
  outputs.assign(1, out);
  return true;
}

/// With a constant, and none cut away.
bool pad(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::util::PadBase&>(node);
  const ov::Tensor& in = inputs[0];
  const auto before = integers(inputs[1]), after = integers(inputs[2]);
  if (op.get_pad_mode() != v::PadMode::CONSTANT || inputs.size() < 4 || !movable(in)) return false;
  const auto cuts = [](int64_t n) { return n < 0; };
  if (std::any_of(before.begin(), before.end(), cuts) || std::any_of(after.begin(), after.end(), cuts)) return false;
  const size_t width = in.get_element_type().size();
  ov::Shape shape = in.get_shape();
  for (size_t i = 0; i < shape.size(); ++i) shape[i] += static_cast<size_t>(before[i] + after[i]);
  copy_to_dense(outputs, inputs[3], shape, bytes(inputs[3]), std::vector<std::ptrdiff_t>(shape.size(), 0));
  const auto from = byte_strides(in.get_shape(), width), to = byte_strides(shape, width);
  std::byte* first = bytes(outputs[0]);
  std::vector<StridedAxis> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    axes.push_back({in.get_shape()[i], from[i], to[i]});
    first += before[i] * to[i];
  }
  strided_copy(bytes(in), first, axes, width);
  return true;
}

/// Reshape, Squeeze, Unsqueeze: the same bytes in a shape that is known.
bool reshape(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (node.get_output_partial_shape(0).is_dynamic() || !movable(inputs[0])) return false;
  ov::Tensor out(inputs[0].get_element_type(), node.get_output_shape(0));
  if (out.get_size() > 0) std::memcpy(out.data(), inputs[0].data(), inputs[0].get_byte_size());
  outputs.assign(1, out);
  return true;
}

}  // namespace

std::span<const EvaluatorRow> movement_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v8::Slice>(&slice),
      row<v::v1::Transpose>(&transpose),
      row<v::v3::Broadcast>(&broadcast),
      row<v::v0::Concat>(&concat),
      row<v::v1::Pad>(&pad),
      row<v::v12::Pad>(&pad),
      row<v::v1::Reshape>(&reshape),
      row<v::v0::Squeeze>(&reshape),
      row<v::v0::Unsqueeze>(&reshape),
  };
  return kRows;
}

}  // namespace keravino::engine
