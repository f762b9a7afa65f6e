// Dense layers, and layers that do nothing to their input.
#include "layers/activation.h"
#include "layers/einsum_dense.h"
#include "layers/families.h"
#include "layers/masks.h"
#include "layers/quantized.h"

namespace keravino::layers {
namespace {

Tensor dense(Layer& layer, const Tensor& x) {
  if (x.rank() < 2)
    throw layer.error(fmt::format("expected an input of rank 2 or more, got {}", ops::to_string(x.shape())));
  const int64_t units = layer.get<int64_t>("units");
  const int64_t size = dimension(layer, x, -1);
  std::optional<std::vector<int64_t>> bias;
  if (layer.get_or("use_bias", true)) bias = {units};
  const Operands of = operands(layer, x, {{size, units}, bias, {units}, {-1}, size, {0, 1}});
  return activate(layer, matrix_product(of));
}

Tensor identity(Layer&, const Tensor& x) { return x; }

/// Steps in which every number is `mask_value` become 0.
Tensor masking(Layer& layer, const Tensor& x) {
  const Tensor counts = ops::any(ops::not_equal(x, layer.get_or("mask_value", 0.0)), {{-1}}, false);
  return with_mask(layer, ops::where(ops::expand_dims(counts, {-1}), x, 0), counts);
}

/// ConvNeXt's own layer, which Keras saves with its models.
Tensor layer_scale(Layer& layer, const Tensor& x) {
  return ops::multiply(x, layer.weight("gamma", {layer.get<int64_t>("projection_dim")}));
}

constexpr Row kRows[] = {
    row<&dense>("Dense", Masks::passed),       row<&einsum_dense>("EinsumDense"),
    row<&identity>("Identity", Masks::passed), row<&identity>("TFDIdentity", Masks::passed),
    row<&layer_scale>("LayerScale"),           row<&masking>("Masking", Masks::own),
};

}  // namespace

std::span<const Row> core_layers() { return kRows; }

}  // namespace keravino::layers
