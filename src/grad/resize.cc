// Linear maps between images whose transpose is no single node.
#include "grad/rule.h"
#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

using Ints = std::vector<int64_t>;

/// An interpolation goes axis by axis. Along each its matrix is what it makes of the identity.
std::vector<Tensor> interpolate(const Step& s) {
  const auto& op = static_cast<const v::v11::Interpolate&>(s.node);
  const Ints in = ops::static_shape(s.in[0]), out = ops::static_shape(s.out[0]);
  const auto rank = static_cast<int64_t>(in.size());
  if (op.get_attrs().shape_calculation_mode != v::v11::Interpolate::ShapeCalcMode::SIZES)
    throw Error(Error::Kind::unsupported, "[grad] Interpolate by scales");
  Tensor g = s.g[0];
  for (const int64_t axis : s.in.size() > 2 ? constant_ints(s.node, 2, rank) : ops::normalize_axes({}, rank)) {
    const auto at = static_cast<size_t>(axis);
    const Tensor one = ops::reshape(ops::eye(in[at], std::nullopt, 0, g.dtype()), Ints{in[at], 1, in[at], 1});
    const Tensor image = make<v::v11::Interpolate>(one, Ints{out[at], 1}, Ints{2, 3}, op.get_attrs());
    const Tensor matrix = ops::reshape(image, Ints{in[at], out[at]});
    const Tensor last = ops::swapaxes(g, axis, rank - 1);
    g = ops::swapaxes(make<v::v0::MatMul>(last, matrix, false, true), axis, rank - 1);
  }
  return {g};
}

/// Each window's elements went to places of the image: they are taken from there.
std::vector<Tensor> col2im(const Step& s) {
  const auto& op = static_cast<const v::v15::Col2Im&>(s.node);
  const Ints size = constant_ints(s.node, 1), kernel = constant_ints(s.node, 2), in = ops::static_shape(s.in[0]);
  const auto &strides = op.get_strides(), &dilations = op.get_dilations();
  const auto &begin = op.get_pads_begin(), &end = op.get_pads_end();
  const int64_t places = in.back(), windows = in[in.size() - 2], channels = windows / (kernel[0] * kernel[1]);
  const auto across = [&](size_t i) {  // how many windows lie along an axis
    const auto whole = size[i] + static_cast<int64_t>(begin[i] + end[i]);
    return (whole - static_cast<int64_t>(dilations[i]) * (kernel[i] - 1) - 1) / static_cast<int64_t>(strides[i]) + 1;
  };
  const int64_t high = size[0] + static_cast<int64_t>(begin[0] + end[0]);
  const int64_t wide = size[1] + static_cast<int64_t>(begin[1] + end[1]);
  Ints taken;  // of each element of a channel's windows the place in the padded image
  for (int64_t k = 0; k < kernel[0] * kernel[1]; ++k) {
    for (int64_t p = 0; p < places; ++p) {
      const int64_t row =
          p / across(1) * static_cast<int64_t>(strides[0]) + k / kernel[1] * static_cast<int64_t>(dilations[0]);
      const int64_t column =
          p % across(1) * static_cast<int64_t>(strides[1]) + k % kernel[1] * static_cast<int64_t>(dilations[1]);
      taken.push_back(row * wide + column);
    }
  }
  const int64_t batch = in.size() == 3 ? in[0] : 1;
  const auto pads = [](const auto& spatial) {
    return Ints{0, 0, static_cast<int64_t>(spatial[0]), static_cast<int64_t>(spatial[1])};
  };
  const Tensor image = ops::reshape(s.g[0], Ints{batch, channels, size[0], size[1]});
  const Tensor padded =
      make<v::v12::Pad>(image, pads(begin), pads(end), ops::as(0, image.dtype()), v::PadMode::CONSTANT);
  const Tensor flat = ops::reshape(padded, Ints{batch, channels, high * wide});
  return {ops::reshape(make<v::v8::Gather>(flat, taken, Tensor(int64_t{2})), in)};
}

}  // namespace

Table resize_rules() { return {row<v::v11::Interpolate>(interpolate), row<v::v15::Col2Im>(col2im)}; }

}  // namespace keravino::grad
