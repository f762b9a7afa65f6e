#include "keravino/ops/special.h"

#include <numbers>

#include "kernels/special.h"
#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

using kernels::Function;

Tensor special(Function function, const std::vector<Tensor>& inputs) {
  const DType dtype = inputs[0].dtype();
  std::vector<Tensor> wide;
  for (const Tensor& x : inputs) wide.push_back(as(x, sum_precision(dtype)));
  return as(make<kernels::Special>(wide, function, element_type(dtype)), dtype);
}

/// A window's numbers: `taper(n, m)` for n = 0, 1, ... and m = x - 1; a window of one point is 1.
template <class Taper>
Tensor window(const Tensor& x, Taper taper) {
  const Tensor points = x.rank() == 0 ? x : reshape(x, std::vector<int64_t>{});
  const auto known_points = known_scalar(points);
  const Dim count = known_points ? Dim(static_cast<int64_t>(std::max(*known_points, 0.0))) : Dim(points);
  const DType dtype = known_points ? DType::float64 : sum_precision(floatx());
  const Tensor last = as(as_scalar(count), dtype) - 1;
  const Tensor n = iota(count, dtype);
  return as(select(last == 0, 1, taper(n, select(last <= 0, 1, last))), floatx());
}

/// The cosine of `turns` turns over the length of a window.
Tensor wave(const Tensor& n, const Tensor& last, int turns) { return cos(n * (2 * std::numbers::pi * turns) / last); }

}  // namespace

Tensor erfinv(Tensor x) { return special(Function::erfinv, {to_float(x)}); }

Tensor i0(Tensor x) {
  const DType dtype = x.promotion_dtype() == DType::int64 ? DType::float64 : is_float(x.dtype()) ? x.dtype() : floatx();
  return special(Function::i0, {as(x, dtype)});
}

Tensor nextafter(Tensor x1, Tensor x2) {
  promote_float(x1, x2);
  const auto mode = v::BroadcastType::BIDIRECTIONAL;
  const Tensor a = make<v::v3::Broadcast>(x1, shape_tensor(x2), mode);
  const Tensor b = make<v::v3::Broadcast>(x2, shape_tensor(x1), mode);
  return special(Function::nextafter, {a, b});
}

Tensor cdist(Tensor x, Tensor y) {
  promote_float(x, y);
  if (x.rank() < 2 || y.rank() < 2) throw Error("x and y must have at least 2 dimensions");
  const auto d1 = known(dim(x, -1));
  const auto d2 = known(dim(y, -1));
  if (d1 && d2 && *d1 != *d2) throw Error(fmt::format("points have {} coordinates in x and {} in y", *d1, *d2));
  const DType dtype = x.dtype();
  const Tensor difference =
      as(expand_dims(x, {-2}), sum_precision(dtype)) - expand_dims(as(y, sum_precision(dtype)), {-3});
  return as(root(total(difference * difference, {{-1}}, false)), dtype);
}

Tensor view(Tensor x, std::optional<DType> dtype) {
  x = strong(x);
  const DType to = dtype.value_or(x.dtype());
  if (to == x.dtype()) return x;
  const auto from_type = element_type(x.dtype());
  const auto to_type = element_type(to);
  if (from_type.size() != to_type.size()) {
    if (x.rank() == 0) throw Error("a scalar has no view of another size");
    const auto last = known(dim(x, -1));
    const auto size = static_cast<int64_t>(to_type.size());
    if (last && *last * static_cast<int64_t>(from_type.size()) % size != 0) {
      throw Error(fmt::format("the last axis holds {} bytes, which numbers of {} bytes do not divide",
                              *last * static_cast<int64_t>(from_type.size()), size));
    }
  }
  if (x.traced()) return make<kernels::Bitcast>(x, from_type, to_type);
  // Not by a compiled graph, which has no halves and makes subnormal numbers 0.
  const ov::Tensor numbers = x.numbers();
  const kernels::Bitcast node(constant(numbers), from_type, to_type);
  ov::TensorVector outputs{ov::Tensor(to_type, node.get_output_shape(0))};
  node.evaluate(outputs, {numbers});
  return Tensor(outputs[0]);
}

Tensor bartlett(Tensor x) {
  return window(x, [](const Tensor& n, const Tensor& last) { return 1 - absolute(n * 2 / last - 1); });
}
Tensor blackman(Tensor x) {
  return window(
      x, [](const Tensor& n, const Tensor& last) { return 0.42 - wave(n, last, 1) * 0.5 + wave(n, last, 2) * 0.08; });
}
Tensor hamming(Tensor x) {
  return window(x, [](const Tensor& n, const Tensor& last) { return 0.54 - wave(n, last, 1) * 0.46; });
}
Tensor hanning(Tensor x) {
  return window(x, [](const Tensor& n, const Tensor& last) { return 0.5 - wave(n, last, 1) * 0.5; });
}
Tensor kaiser(Tensor x, Tensor beta) {
  return window(x, [&](const Tensor& n, const Tensor& last) {
    const Tensor slope = as(beta, n.dtype());
    const Tensor place = n * 2 / last - 1;
    return i0(slope * sqrt((1 - place) * (1 + place))) / i0(slope);
  });
}

namespace {
constexpr OpDef kOps[] = {
    op<&erfinv>("math.erfinv(x)", "The inverse of the error function."),
    op<&i0>("numpy.i0(x)", "The modified Bessel function of order 0."),
    op<&nextafter>("numpy.nextafter(x1, x2)", "The next float after x1 towards x2."),
    op<&cdist>("math.cdist(x, y)", "Distances between the points of x and y."),
    op<&view>("numpy.view(x, dtype=None)", "The same bits as another dtype."),
    op<&bartlett>("numpy.bartlett(x)", "A triangular window of x points."),
    op<&blackman>("numpy.blackman(x)", "A Blackman window of x points."),
    op<&hamming>("numpy.hamming(x)", "A Hamming window of x points."),
    op<&hanning>("numpy.hanning(x)", "A Hann window of x points."),
    op<&kaiser>("numpy.kaiser(x, beta)", "A Kaiser window of x points."),
};
}  // namespace
std::span<const OpDef> special_ops() { return kOps; }

}  // namespace keravino::ops
