// Bilinear resizing of images, which OpenVINO's own `evaluate` computes from coordinates of each element.
#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

using Interpolate = ov::op::v11::Interpolate;

/// The two places of an axis that a result lies between, and the second one's share.
struct Tap {
  size_t low, high;
  double share;
};

/// The centres of pixels lie at halves; beyond the first and last one the edge goes on.
std::vector<Tap> taps_of(size_t in, size_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  std::vector<Tap> taps;
  for (size_t i = 0; i < out; ++i) {
    const double at = std::max((static_cast<double>(i) + 0.5) * scale - 0.5, 0.0);
    const size_t low = std::min(static_cast<size_t>(at), in - 1);
    taps.push_back({low, std::min(low + 1, in - 1), at - static_cast<double>(low)});
  }
  return taps;
}

/// Whether a node is what image.resize makes: of (N, C, height, width) to sizes, without antialiasing or pads.
bool is_bilinear(const ov::Node& node, const ov::TensorVector& inputs) {
  const auto& attrs = static_cast<const Interpolate&>(node).get_attrs();
  const auto is_zero = [](size_t pad) { return pad == 0; };
  return attrs.mode == Interpolate::InterpolateMode::LINEAR_ONNX &&
         attrs.shape_calculation_mode == Interpolate::ShapeCalcMode::SIZES &&
         attrs.coordinate_transformation_mode == Interpolate::CoordinateTransformMode::HALF_PIXEL &&
         std::all_of(attrs.pads_begin.begin(), attrs.pads_begin.end(), is_zero) &&
         std::all_of(attrs.pads_end.begin(), attrs.pads_end.end(), is_zero) && inputs.size() == 3 &&
         inputs[0].get_shape().size() == 4 && integers(inputs[2]) == std::vector<int64_t>{2, 3};
}

bool interpolate(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  if (!in.get_element_type().is_real() || !is_bilinear(node, inputs)) return false;
  const auto sizes = integers(inputs[1]);
  const ov::Shape& from = in.get_shape();
  const ov::Shape to{from[0], from[1], static_cast<size_t>(sizes[0]), static_cast<size_t>(sizes[1])};
  if (in.get_size() == 0) return false;
  const auto rows = taps_of(from[2], to[2]), columns = taps_of(from[3], to[3]);
  return dispatch_wide(in.get_element_type(), [&]<class T>(T) {
    outputs.assign(1, ov::Tensor(in.get_element_type(), to));
    const T* image = in.data<const T>();
    T* out = outputs[0].data<T>();
    for (size_t channel = 0; channel < from[0] * from[1]; ++channel, image += from[2] * from[3]) {
      for (const Tap& y : rows) {
        const T *low = image + y.low * from[3], *high = image + y.high * from[3];
        const T share = static_cast<T>(y.share);
        for (const Tap& x : columns) {
          const T part = static_cast<T>(x.share);
          const T above = low[x.low] * (1 - part) + low[x.high] * part;
          const T below = high[x.low] * (1 - part) + high[x.high] * part;
          *out++ = above * (1 - share) + below * share;
        }
      }
    }
    return true;
  });
}

}  // namespace

std::span<const EvaluatorRow> interpolate_evaluators() {
  static const EvaluatorRow kRows[] = {row<Interpolate>(&interpolate)};
  return kRows;
}

}  // namespace keravino::engine
