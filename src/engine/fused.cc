#include "engine/fused.h"

namespace keravino::engine {
namespace {

constexpr size_t kBlock = 1024;  // elements: of a few dozen nodes they fit into the second cache

bool is_single(const ov::Shape& shape, const ov::Shape& wide) { return shape != wide && ov::shape_size(shape) == 1; }

unsigned singles_of(const ov::Node& node, const ov::Shape& shape) {
  unsigned bits = 0;
  for (size_t i = 0; i < node.get_input_size(); ++i) bits |= is_single(node.get_input_shape(i), shape) ? 1u << i : 0u;
  return bits;
}

/// Float32 everywhere, but for a condition; logical ops are on booleans.
bool fits(const ov::Node& node) {
  const bool logical = ov::is_type<ov::op::v1::LogicalAnd>(&node) || ov::is_type<ov::op::v1::LogicalOr>(&node) ||
                       ov::is_type<ov::op::v1::LogicalXor>(&node);
  const bool select = ov::is_type<ov::op::v1::Select>(&node);
  for (size_t i = 0; i < node.get_input_size(); ++i) {
    const auto wanted = logical || (select && i == 0) ? ov::element::boolean : ov::element::f32;
    if (node.get_input_element_type(i) != wanted) return false;
  }
  return true;
}

}  // namespace

Fused::Fused(ov::Shape shape, std::vector<bool> singles) : shape_(std::move(shape)), singles_(std::move(singles)) {}

bool Fused::takes(const ov::Node& node, const ov::Shape& shape) {
  const EvaluatorRow* row = find_row(node);
  if (!row || !row->loop_of || !fits(node) || node.get_output_partial_shape(0) != ov::PartialShape(shape)) return false;
  for (size_t i = 0; i < node.get_input_size(); ++i) {
    if (node.get_input_partial_shape(i).is_dynamic()) return false;
    const ov::Shape& own = node.get_input_shape(i);
    if (own != shape && !is_single(own, shape)) return false;
  }
  return row->loop_of(singles_of(node, shape)) != nullptr;
}

void Fused::add(const ov::Node& node, std::span<const size_t> inputs) {
  Part& part = parts_.emplace_back(Part{find_row(node)->loop_of(singles_of(node, shape_)), {}});
  std::copy(inputs.begin(), inputs.end(), part.inputs.begin());
}

void Fused::run(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const size_t first = inputs.size(), count = first + parts_.size();
  static thread_local std::vector<std::array<float, kBlock>> between;
  if (between.size() < parts_.size()) between.resize(parts_.size());
  std::vector<std::byte*> places(count);
  std::vector<size_t> widths(count, 0);  // bytes from one block's element to the next; none between
  for (size_t i = 0; i < first; ++i) {
    places[i] = static_cast<std::byte*>(const_cast<void*>(std::as_const(inputs[i]).data()));
    widths[i] = singles_[i] ? 0 : inputs[i].get_element_type().size();
  }
  for (size_t i = 0; i < parts_.size(); ++i) places[first + i] = reinterpret_cast<std::byte*>(between[i].data());
  outputs.clear();
  for (const auto& [node, type] : results_) {
    ov::Tensor& output = outputs.emplace_back(type, shape_);
    places[node] = static_cast<std::byte*>(output.data());
    widths[node] = type.size();
  }
  for (size_t left = ov::shape_size(shape_); left > 0;) {
    const size_t n = std::min(left, kBlock);
    for (size_t i = 0; i < parts_.size(); ++i) {
      const auto& from = parts_[i].inputs;
      const void* in[] = {places[from[0]], places[from[1]], places[from[2]]};
      parts_[i].loop(in, places[first + i], n);
    }
    for (size_t i = 0; i < count; ++i) places[i] += n * widths[i];
    left -= n;
  }
}

}  // namespace keravino::engine
