// Layers that change images. Those that act in training only give their input at inference.
#include "layers/clahe.h"
#include "layers/families.h"

namespace keravino::layers {
namespace {

Tensor in_training_only(Layer& layer, const Tensor& x) {
  if (layer.training()) throw layer.error("is not supported in training", Error::Kind::unsupported);
  return ops::cast(x, layer.compute_dtype());
}

/// Each image from its least to its greatest number over the whole range.
Tensor auto_contrast(Layer& layer, const Tensor& input) {
  if (input.rank() != 4)
    throw layer.error(fmt::format("expected an input of rank 4, got {}", ops::to_string(input.shape())));
  const Tensor x = ops::cast(input, layer.compute_dtype());
  const auto range = layer.get<std::vector<double>>("value_range");
  if (range.size() != 2) throw layer.error("\"value_range\" has not two numbers");
  const double size = range[1] - range[0];
  const Tensor low = ops::min(x, {{1, 2}}, true), high = ops::max(x, {{1, 2}}, true);
  const Tensor y = ops::clip((x - low) * (1.0 / (high - low)) * size, 0, size) + range[0];
  return ops::where(ops::isnan(y), x, y);  // one number in a whole channel
}

/// Layers one after the other.
Tensors pipeline(Layer& layer, const Tensors& inputs) {
  const json& list = layer.value("layers");
  if (!list.is_array()) throw layer.error("\"layers\" is no list");
  Tensors x = inputs;
  for (size_t i = 0; i < list.size(); ++i) {
    Layer part = layer.sub(fmt::format("layers/{}", i));
    x = build(part, x);
  }
  return x;
}

constexpr Row same(std::string_view class_name) { return row<&in_training_only>(class_name); }

constexpr Row kRows[] = {
    same("AugMix"),
    row<&auto_contrast>("AutoContrast"),
    row<&contrast_limited_equalization>("ContrastLimitedAdaptiveHistogramEqualization"),
    same("CutMix"),
    same("Equalization"),
    same("MaxNumBoundingBoxes"),
    same("MixUp"),
    row<&pipeline>("Pipeline", Masks::own),
    same("RandAugment"),
    same("RandomBrightness"),
    same("RandomColorDegeneration"),
    same("RandomColorJitter"),
    same("RandomContrast"),
    same("RandomCrop"),
    same("RandomElasticTransform"),
    same("RandomErasing"),
    same("RandomFlip"),
    same("RandomGaussianBlur"),
    same("RandomGrayscale"),
    same("RandomHue"),
    same("RandomInvert"),
    same("RandomPerspective"),
    same("RandomPosterization"),
    same("RandomRotation"),
    same("RandomSaturation"),
    same("RandomSharpness"),
    same("RandomShear"),
    same("RandomTranslation"),
    same("RandomZoom"),
    same("Solarization"),
};

}  // namespace

std::span<const Row> augmentation_layers() { return kRows; }

}  // namespace keravino::layers
