#ifdef KERAVINO_ONEDNN
#include "kernels/winograd_convolution.h"

#include <openvino/core/parallel.hpp>

namespace keravino::kernels::winograd {
namespace {

using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;

int64_t size(size_t number) { return static_cast<int64_t>(number); }

/// Tiles at once: so many that what is made of them stays in the second cache, or more where the weights do not.
size_t most_tiles(size_t inputs, size_t outputs) { return inputs * outputs <= size_t{128} * 128 ? 32 : 64; }
/// For gradients of weights. No power of two, or the points of a tile would share a place in the first cache.
constexpr size_t kTilesOfGradient = 63;

/// The products of `tiles` tiles at all points, with weights in whatever order, or in that of `weights`.
dnnl::matmul::primitive_desc products(size_t tiles, size_t inputs, size_t outputs, const Desc* weights = nullptr) {
  const Desc v({size(kPoints), size(tiles), size(inputs)}, kFloat, Tag::abc);
  const Desc u({size(kPoints), size(inputs), size(outputs)}, kFloat, Tag::any);
  const Desc m({size(kPoints), size(tiles), size(outputs)}, kFloat, Tag::abc);
  return {dnnl::matmul::desc(v, weights ? *weights : u, m), any_thread(), onednn_engine()};
}

/// Memory that a thread uses again and again.
template <size_t which>
float* buffer(size_t count) {
  static thread_local std::vector<float> own;
  if (own.size() < count) own.resize(count);
  return own.data();
}

dnnl::stream& stream() {
  static thread_local dnnl::stream own(onednn_engine());
  use_one_thread();
  return own;
}

/// The pixels of a tile: those of `side` rows and columns that begin `pad` before the tile's first output.
template <size_t side, class Pixels, class Pointer>
void find_pixels(const Geometry& g, size_t tile, Pointer pixels, const std::array<size_t, 2>& shape, size_t channels,
                 const std::array<std::ptrdiff_t, 2>& pad, Pointer outside, Pixels& to) {
  const size_t columns = g.columns(), rows = g.rows(), image = tile / (rows * columns);
  const size_t top = tile / columns % rows * kOut - static_cast<size_t>(pad[0]);  // what is before 0 becomes huge
  const size_t left = tile % columns * kOut - static_cast<size_t>(pad[1]);
  const size_t height = shape[0], width = shape[1];
  pixels += image * height * width * channels;
  for (size_t p = 0; p < side * side; ++p) {
    const size_t row = top + p / side, column = left + p % side;
    to[p] = row < height && column < width ? pixels + (row * width + column) * channels : outside;
  }
}

}  // namespace

bool is_fast() {
  static const bool fast = dnnl::get_effective_cpu_isa() >= dnnl::cpu_isa::avx2;
  return fast;
}

PackedWeights::PackedWeights(size_t inputs, size_t outputs)
    : inputs_(inputs),
      outputs_(outputs),
      packed_(products(most_tiles(inputs, outputs), inputs, outputs).weights_desc(), onednn_engine()) {}

void PackedWeights::set(const Weights<const float>& weights, const std::vector<double>& scale) {
  const auto u = std::make_unique_for_overwrite<float[]>(kPoints * inputs_ * outputs_);
  ov::parallel_for(inputs_, [&](size_t i) { transform_weights(weights, i, inputs_, outputs_, scale.data(), u.get()); });
  const Desc plain({size(kPoints), size(inputs_), size(outputs_)}, kFloat, Tag::abc);
  dnnl::memory from(plain, onednn_engine(), u.get());
  dnnl::reorder(from, packed_).execute(stream(), from, packed_);
  stream().wait();
}

const PackedWeights::Products& PackedWeights::products_of(size_t tiles) const {
  const std::lock_guard lock(mutex_);
  auto found = products_.find(tiles);
  if (found == products_.end()) {
    const Desc order = packed_.get_desc();
    const auto desc = products(tiles, inputs_, outputs_, &order);
    found = products_.emplace(tiles, Products{desc, dnnl::matmul(desc)}).first;
  }
  return found->second;
}

void PackedWeights::multiply(size_t tiles, float* v, float* m) const {
  const auto& [desc, primitive] = products_of(tiles);
  const auto memory = [](const Desc& own, float* numbers) { return dnnl::memory(own, onednn_engine(), numbers); };
  float* scratchpad = buffer<0>(desc.scratchpad_desc().get_size() / sizeof(float) + 1);
  primitive.execute(stream(), {{DNNL_ARG_SRC, memory(desc.src_desc(), v)},
                               {DNNL_ARG_WEIGHTS, packed_},
                               {DNNL_ARG_DST, memory(desc.dst_desc(), m)},
                               {DNNL_ARG_SCRATCHPAD, memory(desc.scratchpad_desc(), scratchpad)}});
  stream().wait();
}

void convolve(const Geometry& g, const float* x, const PackedWeights& weights, const float* bias, float low, float high,
              float* y) {
  const size_t all = g.tiles();
  if (all == 0) return;
  // As many parts for each thread, each of as many tiles.
  const auto threads = static_cast<size_t>(parallel_get_max_threads());
  const size_t limit = most_tiles(g.inputs, g.outputs) * threads;
  const size_t parts = std::min(all, (all + limit - 1) / limit * threads), most = (all + parts - 1) / parts;
  const std::vector<float> zeros(g.inputs);
  ov::parallel_for(parts, [&](size_t part) {
    float *v = buffer<1>(kPoints * most * g.inputs), *m = buffer<2>(kPoints * most * g.outputs);
    const size_t first = all * part / parts, count = all * (part + 1) / parts - first;
    for (size_t tile = 0; tile < count; ++tile) {
      Inputs from;
      find_pixels<kIn>(g, first + tile, x, g.in, g.inputs, g.pad, zeros.data(), from);
      transform_input(from, g.inputs, v + tile * g.inputs, most * g.inputs);
    }
    weights.multiply(most, v, m);
    for (size_t tile = 0; tile < count; ++tile) {
      Outputs to;
      find_pixels<kOut>(g, first + tile, y, g.out, g.outputs, {0, 0}, static_cast<float*>(nullptr), to);
      transform_output(m + tile * g.outputs, most * g.outputs, g.outputs, bias, low, high, to);
    }
  });
}

void weights_gradient(const Geometry& g, const float* x, const float* dy, const Weights<float>& dweights) {
  const size_t all = g.tiles(), count = kPoints * g.inputs * g.outputs;
  const size_t parts = std::clamp<size_t>(static_cast<size_t>(parallel_get_max_threads()), 1, all);
  std::vector<float> sums(parts * count);
  const std::vector<float> zeros(std::max(g.inputs, g.outputs));
  ov::parallel_for(parts, [&](size_t part) {
    constexpr size_t most = kTilesOfGradient;
    float *v = buffer<1>(kPoints * most * g.inputs), *m = buffer<2>(kPoints * most * g.outputs);
    const size_t end = all * (part + 1) / parts;
    for (size_t first = all * part / parts; first < end; first += most) {
      const size_t tiles = std::min(most, end - first);
      for (size_t tile = 0; tile < tiles; ++tile) {
        Inputs from;
        find_pixels<kIn>(g, first + tile, x, g.in, g.inputs, g.pad, zeros.data(), from);
        transform_input(from, g.inputs, v + tile * g.inputs, most * g.inputs);
        Gradients back;
        find_pixels<kOut>(g, first + tile, dy, g.out, g.outputs, {0, 0}, zeros.data(), back);
        transform_gradient(back, g.outputs, m + tile * g.outputs, most * g.outputs);
      }
      for (size_t p = 0; p < kPoints; ++p) {
        gemm(g.inputs, g.outputs, tiles, {v + p * most * g.inputs, g.inputs, true},
             {m + p * most * g.outputs, g.outputs}, 1, sums.data() + part * count + p * g.inputs * g.outputs,
             g.outputs);
      }
    }
  });
  for (size_t part = 1; part < parts; ++part)
    std::transform(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(count), sums.data() + part * count,
                   sums.begin(), std::plus<float>());
  ov::parallel_for(g.inputs,
                   [&](size_t i) { transform_weights_gradient(sums.data(), i, g.inputs, g.outputs, dweights); });
}

}  // namespace keravino::kernels::winograd
#endif
