#include "engine/fused.h"

#include "keravino/error.h"

namespace keravino::engine {
namespace {

constexpr size_t kBlock = 1024;  // elements: of a few dozen nodes they fit into the second cache

bool is_single(const ov::Shape& shape, size_t count) { return count != 1 && ov::shape_size(shape) == 1; }

unsigned singles_of(const ov::Node& node, size_t count) {
  unsigned bits = 0;
  for (size_t i = 0; i < node.get_input_size(); ++i) bits |= is_single(node.get_input_shape(i), count) ? 1u << i : 0u;
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

bool has_count(const ov::PartialShape& shape, size_t count) {
  return shape.is_static() && ov::shape_size(shape.to_shape()) == count;
}

}  // namespace

Fused::Fused(size_t count, std::vector<bool> singles, std::span<const Part> parts, std::vector<Result> results)
    : count_(count), singles_(std::move(singles)), results_(std::move(results)) {
  for (const auto& [node, inputs] : parts) {
    Step& step = steps_.emplace_back(Step{find_row(*node)->loop_of(singles_of(*node, count)), {}, 0});
    std::copy(inputs.begin(), inputs.end(), step.inputs.begin());
    text_ += fmt::format("{}({}) ", node->get_type_name(), fmt::join(inputs, ","));
  }
  for (const Result& result : results_) text_ += fmt::format("-> {} ", result.part);
  share_buffers();
}

/// A buffer is free again after the last part that reads it.
void Fused::share_buffers() {
  const size_t first = singles_.size();
  std::vector<size_t> last(first + steps_.size(), 0), free;
  for (size_t i = 0; i < steps_.size(); ++i) {
    for (const size_t input : steps_[i].inputs) last[input] = i;
  }
  for (const Result& result : results_) last[result.part] = steps_.size();
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (last[first + i] < steps_.size()) {
      if (free.empty()) free.push_back(buffers_++);
      steps_[i].buffer = free.back();
      free.pop_back();
    }
    for (size_t k = 0; k < 3; ++k) {
      const auto& inputs = steps_[i].inputs;
      const bool again = std::find(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(k), inputs[k]) !=
                         inputs.begin() + static_cast<std::ptrdiff_t>(k);
      if (inputs[k] >= first && last[inputs[k]] == i && !again) free.push_back(steps_[inputs[k] - first].buffer);
    }
  }
}

bool Fused::takes(const ov::Node& node, size_t count) {
  const EvaluatorRow* row = find_row(node);
  if (!row || !row->loop_of || !fits(node) || !has_count(node.get_output_partial_shape(0), count)) return false;
  for (size_t i = 0; i < node.get_input_size(); ++i) {
    const auto& shape = node.get_input_partial_shape(i);
    if (!has_count(shape, count) && !has_count(shape, 1)) return false;
  }
  return row->loop_of(singles_of(node, count)) != nullptr;
}

void Fused::run(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const size_t first = inputs.size(), all = first + steps_.size();
  static thread_local std::vector<std::array<float, kBlock>> between;
  if (between.size() < buffers_) between.resize(buffers_);
  std::vector<std::byte*> places(all);
  std::vector<size_t> widths(all, 0);  // bytes from one block's element to the next; none between
  for (size_t i = 0; i < first; ++i) {
    places[i] = static_cast<std::byte*>(const_cast<void*>(std::as_const(inputs[i]).data()));
    widths[i] = singles_[i] ? 0 : inputs[i].get_element_type().size();
  }
  for (size_t i = 0; i < steps_.size(); ++i)
    places[first + i] = reinterpret_cast<std::byte*>(between[steps_[i].buffer].data());
  for (size_t i = 0; i < results_.size(); ++i) {
    const auto& [part, type, shape] = results_[i];
    if (i == outputs.size()) outputs.emplace_back(type, shape);
    places[part] = static_cast<std::byte*>(outputs[i].data());
    widths[part] = type.size();
  }
  for (size_t left = count_; left > 0;) {
    const size_t n = std::min(left, kBlock);
    for (size_t i = 0; i < steps_.size(); ++i) {
      const auto& from = steps_[i].inputs;
      const void* in[] = {places[from[0]], places[from[1]], places[from[2]]};
      steps_[i].loop(in, places[first + i], n);
    }
    for (size_t i = 0; i < all; ++i) places[i] += n * widths[i];
    left -= n;
  }
}

}  // namespace keravino::engine
