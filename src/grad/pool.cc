// Pooling.
#include "grad/rule.h"
#include "keravino/ops.h"
#include "kernels/max_pool.h"
#include "ops/shapes.h"
#include "ops/spatial.h"

namespace keravino::grad {
namespace {

using Ints = std::vector<int64_t>;

std::vector<Tensor> max_pool(const Step& s) {
  const auto& op = static_cast<const v::v1::MaxPool&>(s.node);
  const kernels::PoolWindow window{op.get_kernel(), op.get_strides(), op.get_pads_begin()};
  const DType dtype = s.in[0].dtype() == DType::float64 ? DType::float64 : DType::float32;  // halves have no kernel
  const Tensor x = ops::from_channels_first(ops::as(s.in[0], dtype), true),
               g = ops::from_channels_first(ops::as(s.g[0], dtype), true);
  return {ops::to_channels_first(make<kernels::MaxPoolGradient>(std::vector<Tensor>{x, g}, window), true)};
}

/// Linear in g: what stands where the maxima of x are. They are found by their places in each channel.
std::vector<Tensor> max_pool_gradient(const Step& s) {
  const kernels::PoolWindow& window = static_cast<const kernels::MaxPoolGradient&>(s.node).window();
  const Tensor x = ops::to_channels_first(s.in[0], true), h = ops::to_channels_first(s.g[0], true);
  const Ints in = ops::static_shape(x), out = ops::static_shape(ops::to_channels_first(s.in[1], true));
  ov::Shape end;
  int64_t from = 1, to = 1;
  for (size_t i = 0; i < window.size.size(); ++i) {
    from *= in[i + 2];
    to *= out[i + 2];
    const int64_t reach = (out[i + 2] - 1) * static_cast<int64_t>(window.strides[i]) +
                          static_cast<int64_t>(window.size[i]) - static_cast<int64_t>(window.begin[i]);
    end.push_back(static_cast<size_t>(std::max<int64_t>(reach - in[i + 2], 0)));
  }
  const Tensor places =
      ops::make_all<v::v8::MaxPool>(x, window.strides, ov::Strides(end.size(), 1), window.begin, end, window.size,
                                    v::RoundingType::FLOOR, v::PadType::EXPLICIT, ov::element::i64, int64_t{2})[1];
  const Tensor flat = ops::reshape_to(h, {in[0], in[1], from});
  const Tensor taken = make<v::v6::GatherElements>(flat, ops::reshape_to(places, {in[0], in[1], to}), int64_t{2});
  return {{}, ops::from_channels_first(ops::reshape_to(taken, out), true)};
}

/// The sum over each window of (N, C, spatial...) of one filter of ones for each channel; `back` is its transpose.
struct Sums {
  ov::Strides strides;
  ov::CoordinateDiff begin, end, rest;
  ov::Shape kernel;

  Tensor filter(const Tensor& x) const {
    Ints shape{x.shape()[1].get_length(), 1, 1};
    shape.insert(shape.end(), kernel.begin(), kernel.end());
    return ops::filled(ops::Dims(shape), 1, x.dtype());
  }
  Tensor forward(const Tensor& x) const {
    return make<v::v1::GroupConvolution>(x, filter(x), strides, begin, end, ov::Strides(kernel.size(), 1),
                                         v::PadType::EXPLICIT);
  }
  Tensor back(const Tensor& g) const {
    return make<v::v1::GroupConvolutionBackpropData>(g, filter(g), strides, begin, end, ov::Strides(kernel.size(), 1),
                                                     v::PadType::EXPLICIT, rest);
  }
};

/// Each window gives its gradient, over the number of its elements, to all of them.
std::vector<Tensor> average_pool(const Step& s) {
  const auto& op = static_cast<const v::v1::AvgPool&>(s.node);
  Sums sums{op.get_strides(), {}, {}, {}, op.get_kernel()};
  const Ints in = ops::static_shape(s.in[0]), out = ops::static_shape(s.out[0]);
  for (size_t i = 0; i < sums.kernel.size(); ++i) {
    const auto stride = static_cast<int64_t>(sums.strides[i]), size = static_cast<int64_t>(sums.kernel[i]);
    sums.begin.push_back(static_cast<int64_t>(op.get_pads_begin()[i]));
    sums.end.push_back(static_cast<int64_t>(op.get_pads_end()[i]));
    sums.rest.push_back(in[i + 2] + sums.begin[i] + sums.end[i] - (out[i + 2] - 1) * stride - size);
  }
  if (!op.get_exclude_pad()) {
    return {sums.back(s.g[0] / static_cast<double>(ov::shape_size(sums.kernel)))};
  }
  Ints one = in;
  one[0] = 1;
  const Tensor counts = sums.forward(ops::filled(ops::Dims(one), 1, s.in[0].dtype()));
  return {sums.back(s.g[0] / counts)};
}

/// Along each axis the share that every output takes of every input, as a matrix (out, in): windows of AdaptiveAvgPool
/// go from floor(i in / out) to ceil((i + 1) in / out).
std::vector<Tensor> adaptive_average_pool(const Step& s) {
  const Ints in = ops::static_shape(s.in[0]), out = ops::static_shape(s.out[0]);
  Tensor g = s.g[0];
  const auto rank = static_cast<int64_t>(in.size());
  for (int64_t axis = 2; axis < rank; ++axis) {
    const int64_t n = in[static_cast<size_t>(axis)], m = out[static_cast<size_t>(axis)];
    std::vector<double> share(static_cast<size_t>(n * m), 0);
    for (int64_t i = 0; i < m; ++i) {
      const int64_t start = i * n / m, stop = ((i + 1) * n + m - 1) / m;
      for (int64_t k = start; k < stop; ++k)
        share[static_cast<size_t>(i * n + k)] = 1.0 / static_cast<double>(stop - start);
    }
    const Tensor matrix = ops::constant_tensor(share, {static_cast<size_t>(m), static_cast<size_t>(n)}, g.dtype());
    Tensor last = ops::swapaxes(g, axis, rank - 1);
    g = ops::swapaxes(make<v::v0::MatMul>(last, matrix, false, false), axis, rank - 1);
  }
  return {g};
}

/// The second output says where in its channel each maximum stands.
std::vector<Tensor> adaptive_max_pool(const Step& s) {
  const Ints in = ops::static_shape(s.in[0]), out = ops::static_shape(s.out[0]);
  int64_t from = 1, to = 1;
  for (size_t i = 2; i < in.size(); ++i) {
    from *= in[i];
    to *= out[i];
  }
  const Tensor zeros = ops::filled(ops::Dims(Ints{in[0], in[1], from}), 0, s.in[0].dtype());
  const Tensor sums = make<v::v12::ScatterElementsUpdate>(zeros, ops::reshape_to(s.out[1], {in[0], in[1], to}),
                                                          ops::reshape_to(s.g[0], {in[0], in[1], to}), Tensor(2),
                                                          v::v12::ScatterElementsUpdate::Reduction::SUM);
  return {ops::reshape_to(sums, in)};
}

}  // namespace

Table pool_rules() {
  return {
      row<v::v1::MaxPool>(max_pool),
      row<kernels::MaxPoolGradient>(max_pool_gradient),
      row<v::v1::AvgPool>(average_pool),
      row<v::v8::AdaptiveAvgPool>(adaptive_average_pool),
      row<v::v8::AdaptiveMaxPool>(adaptive_max_pool),
  };
}

}  // namespace keravino::grad
