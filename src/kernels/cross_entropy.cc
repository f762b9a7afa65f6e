#include "kernels/cross_entropy.h"

#ifdef KERAVINO_ONEDNN
#include <openvino/core/parallel.hpp>

#include "kernels/onednn.h"
#endif

namespace keravino::kernels {

#ifdef KERAVINO_ONEDNN
namespace {

constexpr size_t kBlock = 64 * 1024;  // numbers that stay in a core's cache from one pass to the next

/// Calls visit(first row, softmax of some rows) for all rows, block by block; the softmax, or its logarithm, is written
/// to `memory(first row)`.
template <class Memory, class Visit>
void each_block(const ov::Tensor& logits, bool logarithm, Memory memory, Visit visit) {
  const size_t rows = logits.get_shape()[0], classes = logits.get_shape()[1];
  if (logits.get_size() == 0) return;
  const size_t block = std::clamp<size_t>(kBlock / classes, 1, rows);
  const size_t blocks = (rows + block - 1) / block;
  const auto* numbers = logits.data<const float>();
  const auto kind = logarithm ? dnnl::algorithm::softmax_log : dnnl::algorithm::softmax_accurate;
  const size_t threads = std::clamp<size_t>(static_cast<size_t>(parallel_get_max_threads()), 1, blocks);
  ov::parallel_for(threads, [&](size_t thread) {
    use_one_thread();
    dnnl::stream stream(onednn_engine());
    for (size_t i = blocks * thread / threads; i < blocks * (thread + 1) / threads; ++i) {
      const size_t first = i * block, count = std::min(block, rows - first);
      const dnnl::memory::desc desc({static_cast<int64_t>(count), static_cast<int64_t>(classes)},
                                    dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab);
      const dnnl::softmax_v2_forward::primitive_desc primitive(
          {dnnl::prop_kind::forward_inference, kind, desc, desc, 1}, any_thread(), onednn_engine());
      float* out = memory(first, thread, count * classes);
      const dnnl::memory from(desc, onednn_engine(), const_cast<float*>(numbers + first * classes));
      const dnnl::memory to(desc, onednn_engine(), out);
      const dnnl::memory scratchpad(primitive.scratchpad_desc(), onednn_engine());
      dnnl::softmax_v2_forward(primitive).execute(
          stream, {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}, {DNNL_ARG_SCRATCHPAD, scratchpad}});
      stream.wait();
      for (size_t row = first; row < first + count; ++row) visit(row, out + (row - first) * classes);
    }
  });
}

}  // namespace

bool CrossEntropy::available() { return true; }

bool CrossEntropy::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(inputs[1].get_shape());
  const auto* labels = inputs[1].data<const int32_t>();
  auto* losses = outputs[0].data<float>();
  const auto classes = static_cast<int32_t>(inputs[0].get_shape()[1]);
  std::vector<std::vector<float>> own(static_cast<size_t>(parallel_get_max_threads()));
  const auto memory = [&](size_t, size_t thread, size_t size) {
    own[thread].resize(std::max(own[thread].size(), size));
    return own[thread].data();
  };
  each_block(inputs[0], true, memory, [&](size_t row, const float* logs) {
    const int32_t label = labels[row];
    losses[row] = 0 <= label && label < classes ? -logs[label] : std::numeric_limits<float>::quiet_NaN();
  });
  return true;
}

bool CrossEntropyGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(inputs[0].get_shape());
  const auto* labels = inputs[1].data<const int32_t>();
  const auto* gradients = inputs[2].data<const float>();
  auto* results = outputs[0].data<float>();
  const size_t classes = inputs[0].get_shape()[1];
  const auto memory = [&](size_t first, size_t, size_t) { return results + first * classes; };
  each_block(inputs[0], false, memory, [&](size_t row, float* p) {
    const int32_t label = labels[row];
    const bool known = 0 <= label && label < static_cast<int32_t>(classes);
    const float g = known ? gradients[row] : std::numeric_limits<float>::quiet_NaN();
    for (size_t i = 0; i < classes; ++i) p[i] *= g;
    if (known) p[label] -= g;
  });
  return true;
}

#else

bool CrossEntropy::available() { return false; }
bool CrossEntropy::evaluate(ov::TensorVector&, const ov::TensorVector&) const { return false; }
bool CrossEntropyGradient::evaluate(ov::TensorVector&, const ov::TensorVector&) const { return false; }

#endif

CrossEntropy::CrossEntropy(const ov::OutputVector& inputs) : Op(inputs) { constructor_validate_and_infer_types(); }

void CrossEntropy::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_size() == 2 && get_input_partial_shape(0).rank() == 2, "logits (N, C) wanted");
  set_output_type(0, ov::element::f32, get_input_partial_shape(1));
}

std::shared_ptr<ov::Node> CrossEntropy::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CrossEntropy>(inputs);
}

CrossEntropyGradient::CrossEntropyGradient(const ov::OutputVector& inputs) : Op(inputs) {
  constructor_validate_and_infer_types();
}

void CrossEntropyGradient::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_size() == 3 && get_input_partial_shape(0).rank() == 2, "logits (N, C) wanted");
  set_output_type(0, ov::element::f32, get_input_partial_shape(0));
}

std::shared_ptr<ov::Node> CrossEntropyGradient::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CrossEntropyGradient>(inputs);
}

}  // namespace keravino::kernels
