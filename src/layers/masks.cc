#include "layers/masks.h"

namespace keravino::layers {
namespace {

// Keras's classes with `supports_masking`, but for those that make a mask themselves.
constexpr std::string_view kPass =
    " Activation ActivityRegularization Add AlphaDropout Average BatchNormalization Concatenate Dense Dropout ELU "
    "GaussianDropout GaussianNoise GroupNormalization Identity LayerNormalization LeakyReLU Maximum Minimum Multiply "
    "Normalization PReLU ReLU Rescaling SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract UnitNormalization ";
constexpr std::string_view kUse = " GlobalAveragePooling1D Softmax ";

bool is_one_of(std::string_view names, const Layer& layer) {
  return names.find(" " + layer.class_name() + " ") != names.npos;
}

bool is_masked(const Layer& layer, const Tensors& tensors) {
  return std::ranges::any_of(
      tensors, [&](const Tensor& x) { return layer.source().masked.contains(x.output().get_node_shared_ptr()); });
}

}  // namespace

Tensor masked(const Layer& layer, const Tensor& output) {
  layer.source().masked.insert(output.output().get_node_shared_ptr());
  return output;
}

void check_masks(const Layer& layer, const Tensors& inputs) {
  const bool uses = is_one_of(kUse, layer) || (layer.training() && layer.class_name() == "BatchNormalization");
  if (uses && is_masked(layer, inputs))
    throw layer.error("its input has a mask, which is not supported", Error::Kind::unsupported);
}

void pass_masks(const Layer& layer, const Tensors& inputs, const Tensors& outputs) {
  if (!is_one_of(kPass, layer) || !is_masked(layer, inputs)) return;
  for (const Tensor& output : outputs) masked(layer, output);
}

}  // namespace keravino::layers
