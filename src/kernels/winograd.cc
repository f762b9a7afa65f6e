#include "kernels/winograd.h"

#include "kernels/winograd_tiles.h"

#ifdef KERAVINO_ONEDNN
#include <openvino/core/parallel.hpp>

#include "kernels/onednn.h"
#endif

namespace keravino::kernels {

#ifdef KERAVINO_ONEDNN
namespace {

using winograd::kIn;
using winograd::kOut;
using winograd::kPoints;
using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;

/// Tiles at once: so many that what is made of them stays in the second cache, or more where the weights do not.
size_t most_tiles(size_t inputs, size_t outputs) { return inputs * outputs <= size_t{128} * 128 ? 32 : 64; }

int64_t size(size_t number) { return static_cast<int64_t>(number); }

/// The products of `tiles` tiles at all points, with weights in whatever order, or in that of `weights`.
dnnl::matmul::primitive_desc products(size_t tiles, size_t inputs, size_t outputs, const Desc* weights = nullptr) {
  const Desc v({size(kPoints), size(tiles), size(inputs)}, kFloat, Tag::abc);
  const Desc u({size(kPoints), size(inputs), size(outputs)}, kFloat, Tag::any);
  const Desc m({size(kPoints), size(tiles), size(outputs)}, kFloat, Tag::abc);
  return {dnnl::matmul::desc(v, weights ? *weights : u, m), any_thread(), onednn_engine()};
}

/// Memory that a thread uses again and again.
float* buffer(std::vector<float>& own, size_t count) {
  if (own.size() < count) own.resize(count);
  return own.data();
}

}  // namespace

struct WinogradWeights::Impl {
  struct Products {
    dnnl::matmul::primitive_desc desc;
    dnnl::matmul primitive;
  };

  std::vector<float> bias;
  dnnl::memory packed;
  std::mutex mutex;
  std::map<size_t, Products> products_of;  // so many tiles

  const Products& of(size_t tiles, size_t inputs, size_t outputs) {
    const std::lock_guard lock(mutex);
    auto found = products_of.find(tiles);
    if (found == products_of.end()) {
      const Desc order = packed.get_desc();
      const auto desc = products(tiles, inputs, outputs, &order);
      found = products_of.emplace(tiles, Products{desc, dnnl::matmul(desc)}).first;
    }
    return found->second;
  }
};

WinogradWeights::WinogradWeights(const float* weights, size_t inputs, size_t outputs, const std::vector<double>& scale,
                                 const std::vector<double>& bias)
    : inputs_(inputs), outputs_(outputs), impl_(std::make_unique<Impl>()) {
  impl_->bias.assign(bias.begin(), bias.end());
  std::vector<float> u(kPoints * inputs * outputs);
  ov::parallel_for(inputs,
                   [&](size_t i) { winograd::transform_weights(weights, inputs, outputs, scale.data(), i, u.data()); });
  const Desc plain({size(kPoints), size(inputs), size(outputs)}, kFloat, Tag::abc);
  dnnl::memory from(plain, onednn_engine(), u.data());
  impl_->packed = dnnl::memory(products(most_tiles(inputs, outputs), inputs, outputs).weights_desc(), onednn_engine());
  use_one_thread();
  dnnl::stream stream(onednn_engine());
  dnnl::reorder(from, impl_->packed).execute(stream, from, impl_->packed);
  stream.wait();
}

bool Winograd::available() {
  static const bool fast = dnnl::get_effective_cpu_isa() >= dnnl::cpu_isa::avx512_core;
  return fast;
}

bool Winograd::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const ov::Shape& in = inputs[0].get_shape();
  const size_t ci = weights_->inputs(), co = weights_->outputs();
  const auto padded = [&](size_t axis) { return in[axis] + static_cast<size_t>(begin_[axis - 1] + end_[axis - 1]); };
  const ov::Shape out{in[0], padded(1) - 2, padded(2) - 2, co};
  outputs[0].set_shape(out);
  const size_t rows = (out[1] + kOut - 1) / kOut, columns = (out[2] + kOut - 1) / kOut, all = in[0] * rows * columns;
  if (all == 0) return true;
  // As many parts for each thread, each of as many tiles.
  const size_t threads = static_cast<size_t>(parallel_get_max_threads()), limit = most_tiles(ci, co) * threads;
  const size_t parts = std::min(all, (all + limit - 1) / limit * threads), most = (all + parts - 1) / parts;
  WinogradWeights::Impl& own = weights_->impl();
  const auto& products = own.of(most, ci, co);
  const auto* x = inputs[0].data<const float>();
  auto* y = outputs[0].data<float>();
  const std::vector<float> zeros(ci);
  ov::parallel_for(parts, [&](size_t part) {
    use_one_thread();
    static thread_local dnnl::stream stream(onednn_engine());
    static thread_local std::vector<float> v_memory, m_memory, scratchpad_memory;
    float* v = buffer(v_memory, kPoints * most * ci);
    float* m = buffer(m_memory, kPoints * most * co);
    float* more = buffer(scratchpad_memory, products.desc.scratchpad_desc().get_size() / sizeof(float) + 1);
    const size_t first = all * part / parts, count = all * (part + 1) / parts - first;
    const auto place = [&](size_t tile) {
      return std::array{(first + tile) / (rows * columns), (first + tile) / columns % rows * kOut,
                        (first + tile) % columns * kOut};
    };
    for (size_t tile = 0; tile < count; ++tile) {
      const auto [image, top, left] = place(tile);
      winograd::Source from;
      for (size_t p = 0; p < kPoints; ++p) {
        const size_t row = top + p / kIn - static_cast<size_t>(begin_[0]);  // those before the first are huge
        const size_t column = left + p % kIn - static_cast<size_t>(begin_[1]);
        from[p] = row < in[1] && column < in[2] ? x + ((image * in[1] + row) * in[2] + column) * ci : zeros.data();
      }
      winograd::transform_input(from, ci, v + tile * ci, most * ci);
    }
    products.primitive.execute(
        stream, {{DNNL_ARG_SRC, dnnl::memory(products.desc.src_desc(), onednn_engine(), v)},
                 {DNNL_ARG_WEIGHTS, own.packed},
                 {DNNL_ARG_DST, dnnl::memory(products.desc.dst_desc(), onednn_engine(), m)},
                 {DNNL_ARG_SCRATCHPAD, dnnl::memory(products.desc.scratchpad_desc(), onednn_engine(), more)}});
    stream.wait();
    for (size_t tile = 0; tile < count; ++tile) {
      const auto [image, top, left] = place(tile);
      winograd::Target to;
      for (size_t p = 0; p < to.size(); ++p) {
        const size_t row = top + p / kOut, column = left + p % kOut;
        to[p] = row < out[1] && column < out[2] ? y + ((image * out[1] + row) * out[2] + column) * co : nullptr;
      }
      winograd::transform_output(m + tile * co, most * co, co, own.bias.data(), low_, high_, to);
    }
  });
  return true;
}

#else

struct WinogradWeights::Impl {};
WinogradWeights::WinogradWeights(const float*, size_t inputs, size_t outputs, const std::vector<double>&,
                                 const std::vector<double>&)
    : inputs_(inputs), outputs_(outputs) {}
bool Winograd::available() { return false; }
bool Winograd::evaluate(ov::TensorVector&, const ov::TensorVector&) const { OPENVINO_THROW("built without oneDNN"); }

#endif

WinogradWeights::~WinogradWeights() = default;

Winograd::Winograd(const ov::Output<ov::Node>& x, std::shared_ptr<const WinogradWeights> weights,
                   ov::CoordinateDiff begin, ov::CoordinateDiff end, float low, float high)
    : Op({x}), weights_(std::move(weights)), begin_(std::move(begin)), end_(std::move(end)), low_(low), high_(high) {
  constructor_validate_and_infer_types();
}

void Winograd::validate_and_infer_types() {
  ov::PartialShape shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, shape.rank() == 4, "a channels-last tensor wanted, got ", shape);
  for (const size_t i : {size_t{0}, size_t{1}}) shape[i + 1] = shape[i + 1] + ov::Dimension(begin_[i] + end_[i]) - ov::Dimension(2);
  shape[3] = static_cast<int64_t>(weights_->outputs());
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Winograd::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Winograd>(inputs[0], weights_, begin_, end_, low_, high_);
}

bool Winograd::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("pads_begin", begin_);
  visitor.on_attribute("pads_end", end_);
  visitor.on_attribute("low", low_);
  visitor.on_attribute("high", high_);
  return true;
}

}  // namespace keravino::kernels
