#include "kernels/conv_weight_gradient.h"

#ifdef KERAVINO_ONEDNN
#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>
#include <openvino/core/parallel.hpp>
#endif

namespace keravino::kernels {
#ifdef KERAVINO_ONEDNN
namespace {

using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;
constexpr auto kFloat = dnnl::memory::data_type::f32;

const dnnl::engine& engine() {
  static const auto* engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

/// (N, spatial..., C) in memory as oneDNN's (N, C, spatial...), from image `first` to `last`.
Desc channels_last(const ov::Shape& shape, size_t images) {
  Dims dims{static_cast<int64_t>(images), static_cast<int64_t>(shape.back())};
  dims.insert(dims.end(), shape.begin() + 1, shape.end() - 1);
  using Tag = dnnl::memory::format_tag;
  const Tag tags[] = {Tag::nwc, Tag::nhwc, Tag::ndhwc};
  return {dims, kFloat, tags[shape.size() - 3]};
}

/// One thread's part of the batch: oneDNN's own threads (OpenMP) would fight with those of OpenVINO (TBB).
struct Part {
  Part(const ov::Shape& x, const ov::Shape& g, const ov::Shape& weights, const ConvWindow& w, size_t images)
      : stream(engine()) {
    Dims dims(weights.begin(), weights.end());
    using Tag = dnnl::memory::format_tag;
    const bool grouped = weights[0] > 1;
    const Tag own[] = {Tag::oiw, Tag::oihw, Tag::oidhw}, with_groups[] = {Tag::goiw, Tag::goihw, Tag::goidhw};
    if (!grouped) dims.erase(dims.begin());
    const size_t rank = w.size.size();
    plain = Desc(dims, kFloat, (grouped ? with_groups : own)[rank - 1]);
    const Desc any(dims, kFloat, Tag::any);
    const Desc src = channels_last(x, images), dst = channels_last(g, images);
    const Dims strides(w.strides.begin(), w.strides.end()), begin(w.begin.begin(), w.begin.end());
    const Dims end(w.end.begin(), w.end.end());
    Dims dilates;
    for (const size_t dilation : w.dilations) dilates.push_back(static_cast<int64_t>(dilation) - 1);
    const auto direct = dnnl::algorithm::convolution_direct;
    const dnnl::convolution_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, direct, src, any, dst, strides, dilates, begin, end}, engine());
    const dnnl::convolution_backward_weights::primitive_desc desc({direct, src, any, dst, strides, dilates, begin, end},
                                                                  engine(), forward);
    primitive = dnnl::convolution_backward_weights(desc);
    source = dnnl::memory(src, engine(), nullptr);
    gradient = dnnl::memory(dst, engine(), nullptr);
    result = dnnl::memory(desc.diff_weights_desc(), engine());
    plain_result = dnnl::memory(plain, engine(), nullptr);
    to_plain = dnnl::reorder(result, plain_result);
  }

  void run(const float* x, const float* g, float* out) {
    omp_set_num_threads(1);  // of this thread
    source.set_data_handle(const_cast<float*>(x));
    gradient.set_data_handle(const_cast<float*>(g));
    plain_result.set_data_handle(out);
    primitive.execute(stream, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DIFF_DST, gradient}, {DNNL_ARG_DIFF_WEIGHTS, result}});
    to_plain.execute(stream, result, plain_result);
    stream.wait();
  }

  dnnl::stream stream;
  Desc plain;
  dnnl::primitive primitive;
  dnnl::memory source, gradient, result, plain_result;
  dnnl::reorder to_plain;
};

}  // namespace

struct ConvWeightGradient::Primitives {
  std::mutex mutex;
  std::vector<Part> parts;
  std::vector<size_t> first;  // image of each part, and their number at the end
  std::vector<std::vector<float>> sums;
};

bool ConvWeightGradient::available() { return true; }

bool ConvWeightGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const ov::Shape &x = inputs[0].get_shape(), &g = inputs[1].get_shape(), &weights = get_output_shape(0);
  outputs[0].set_shape(weights);
  Primitives& own = *primitives_;
  const std::lock_guard lock(own.mutex);
  if (own.parts.empty()) {
    const size_t count = std::clamp<size_t>(static_cast<size_t>(parallel_get_max_threads()), 1, x[0]);
    for (size_t i = 0; i <= count; ++i) own.first.push_back(x[0] * i / count);
    for (size_t i = 0; i < count; ++i) own.parts.emplace_back(x, g, weights, window_, own.first[i + 1] - own.first[i]);
    own.sums.assign(count - 1, std::vector<float>(ov::shape_size(weights)));
  }
  const size_t x_size = ov::shape_size(x) / x[0], g_size = ov::shape_size(g) / g[0];
  float* out = outputs[0].data<float>();
  ov::parallel_for(own.parts.size(), [&](size_t i) {
    own.parts[i].run(inputs[0].data<const float>() + own.first[i] * x_size,
                     inputs[1].data<const float>() + own.first[i] * g_size, i == 0 ? out : own.sums[i - 1].data());
  });
  for (const auto& sum : own.sums) std::transform(sum.begin(), sum.end(), out, out, std::plus<float>());
  return true;
}

#else  // the rule composes the gradient of other ops

struct ConvWeightGradient::Primitives {};
bool ConvWeightGradient::available() { return false; }
bool ConvWeightGradient::evaluate(ov::TensorVector&, const ov::TensorVector&) const { return false; }

#endif

ConvWeightGradient::ConvWeightGradient(const ov::OutputVector& inputs, ConvWindow window, size_t groups)
    : Op(inputs), window_(std::move(window)), groups_(groups), primitives_(std::make_shared<Primitives>()) {
  constructor_validate_and_infer_types();
}

void ConvWeightGradient::validate_and_infer_types() {
  const ov::PartialShape &x = get_input_partial_shape(0), &g = get_input_partial_shape(1);
  NODE_VALIDATION_CHECK(this,
                        get_input_size() == 2 && x.is_static() && g.is_static() && x.size() == g.size() &&
                            x.size() == window_.size.size() + 2 && get_input_element_type(0) == ov::element::f32,
                        "two channels-last tensors of f32 and static shape wanted, got ", x, " and ", g);
  const auto channels = [&](const ov::PartialShape& shape) {
    return static_cast<size_t>(shape[shape.size() - 1].get_length()) / groups_;
  };
  ov::Shape shape{groups_, channels(g), channels(x)};
  shape.insert(shape.end(), window_.size.begin(), window_.size.end());
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> ConvWeightGradient::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<ConvWeightGradient>(inputs, window_, groups_);
}

bool ConvWeightGradient::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("size", window_.size);
  visitor.on_attribute("strides", window_.strides);
  visitor.on_attribute("dilations", window_.dilations);
  visitor.on_attribute("pads_begin", window_.begin);
  visitor.on_attribute("pads_end", window_.end);
  auto groups = static_cast<int64_t>(groups_);
  visitor.on_attribute("groups", groups);
  return true;
}

}  // namespace keravino::kernels
