// Dense layers, embeddings, and layers that do nothing to their input.
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
  const Operands of = operands(layer, x, {{size, units}, bias, {units}, {-1}, size});
  return activate(layer, scaled(of, ops::matmul(of.x, of.kernel)));
}

Tensor looked_up(Layer& layer, const Tensor& table, const Tensor& x) {
  const Tensor vectors = ops::take(table, x.dtype() == DType::int64 ? x : ops::cast(x, DType::int32), 0);
  return layer.get_or("mask_zero", false) ? with_mask(layer, vectors, ops::not_equal(x, 0)) : vectors;
}

Tensor embedding(Layer& layer, const Tensor& x) {
  return looked_up(layer, embeddings(layer, layer.get<int64_t>("input_dim"), layer.get<int64_t>("output_dim")), x);
}

/// Embeddings, or with `reverse` the products of vectors with all of them.
Tensor reversible_embedding(Layer& layer, const Tensor& x) {
  const int64_t inputs = layer.get<int64_t>("input_dim"), size = layer.get<int64_t>("output_dim");
  const bool quantized = !layer.quantization().empty(), tied = layer.get_or("tie_weights", true);
  const Tensor table = embeddings(layer, inputs, size);
  if (quantized && !tied)
    throw layer.error("quantised with tie_weights=false is not supported", Error::Kind::unsupported);
  const Tensor kernel = tied ? ops::transpose(table) : layer.weight("reverse_embeddings", {size, inputs});
  if (!layer.flag("reverse")) return looked_up(layer, table, x);
  const DType dtype = layer.has("reverse_dtype") ? layer.get<DType>("reverse_dtype") : kernel.dtype();
  const Tensor vectors = quantized ? rounded_inputs(layer, x, {-1}) : ops::cast(x, dtype);
  const Tensor y = ops::matmul(vectors, quantized ? kernel : ops::cast(kernel, dtype));
  if (!layer.has("logit_soft_cap")) return y;
  const double cap = layer.get<double>("logit_soft_cap");
  return ops::tanh(y / cap) * cap;
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
    row<&dense>("Dense", Masks::passed),
    row<&einsum_dense>("EinsumDense"),
    row<&embedding>("Embedding", Masks::own),
    row<&identity>("Identity", Masks::passed),
    row<&identity>("TFDIdentity", Masks::passed),
    row<&reversible_embedding>("ReversibleEmbedding", Masks::own, "inputs reverse"),
    row<&layer_scale>("LayerScale"),
    row<&masking>("Masking", Masks::own),
};

}  // namespace

std::span<const Row> core_layers() { return kRows; }

}  // namespace keravino::layers
