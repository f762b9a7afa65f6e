// Look-ups in a table, and products with all of it.
#include "layers/families.h"
#include "layers/masks.h"
#include "layers/quantized.h"

namespace keravino::layers {
namespace {

/// The table of an embedding, (rows, columns), in the form that its policy stores; and the one, (columns, rows), that
/// products are with, which may be another.
class Table {
 public:
  explicit Table(Layer& layer)
      : layer_(layer),
        policy_(layer),
        rows_(layer.get<int64_t>("input_dim")),
        columns_(layer.get<int64_t>("output_dim")) {
    const bool tied = layer.get_or("tie_weights", true);
    if (policy_.mode == "float8")
      throw layer.error("quantization \"float8\" is not supported", Error::Kind::unsupported);
    if (policy_.mode == "int4") {
      const Tensor packed = layer.stored_weight("embeddings", {rows_, half()});
      int4_ = int4_matrix(layer, policy_, packed, rows_, columns_, 1, "embeddings");
      reverse_int4_ = tied ? int4_ : reverse_matrix();
    } else if (policy_.mode == "int8") {
      stored_ = layer.stored_weight("embeddings", {rows_, columns_});
      scale_ = layer.statistic("embeddings_scale", {rows_});
      reverse_ = tied ? ops::transpose(stored_) : layer.stored_weight("reverse_embeddings", {columns_, rows_});
      reverse_scale_ = tied ? scale_ : layer.statistic("reverse_embeddings_scale", {rows_});
    } else {
      stored_ = layer.weight("embeddings", {rows_, columns_});
      reverse_ = tied ? ops::transpose(stored_) : layer.weight("reverse_embeddings", {columns_, rows_});
    }
  }

  /// The rows at the indices as floats: they alone become so, not the table.
  Tensor at(const Tensor& indices) const {
    if (policy_.mode == "int4") return rows_of(int4_, indices);
    const Tensor found = ops::take(stored_, indices, 0);
    if (policy_.mode.empty()) return found;
    return ops::cast(found, layer_.compute_dtype()) / ops::expand_dims(ops::take(scale_, indices, 0), {-1});
  }

  /// What multiplies vectors with all of it.
  Operands reversed(const Tensor& x) const {
    Operands out;
    if (policy_.mode.empty()) {
      const DType dtype = layer_.has("reverse_dtype") ? layer_.get<DType>("reverse_dtype") : reverse_.dtype();
      out.x = ops::cast(x, dtype);
      out.kernel = ops::cast(reverse_, dtype);
      return out;
    }
    out.x = rounded_inputs(layer_, x, {-1});
    if (policy_.mode == "int8") {
      out.kernel = ops::cast(reverse_, layer_.compute_dtype());
      out.scale = reverse_scale_;
      return out;
    }
    out.int4 = reverse_int4_;
    if (!policy_.grouped()) out.scale = reverse_int4_.scale;
    return out;
  }

 private:
  int64_t half() const { return (columns_ + 1) / 2; }

  /// Keras packs it along the columns, too, which are its first axis.
  Int4Matrix reverse_matrix() {
    Int4Matrix matrix = int4_;
    matrix.packed = ops::transpose(layer_.stored_weight("reverse_embeddings", {half(), rows_}));
    if (!policy_.grouped()) {
      matrix.scale = layer_.statistic("reverse_embeddings_scale", {rows_});
      return matrix;
    }
    const int64_t groups = policy_.groups(columns_);
    matrix.scale = ops::transpose(layer_.statistic("reverse_embeddings_scale", {groups, rows_}));
    matrix.zero = ops::transpose(layer_.statistic("reverse_embeddings_zero", {groups, rows_}));
    return matrix;
  }

  Layer& layer_;
  Policy policy_;
  int64_t rows_, columns_;
  Tensor stored_, scale_, reverse_, reverse_scale_;  // but for int4
  Int4Matrix int4_, reverse_int4_;
};

Tensor looked_up(const Layer& layer, const Table& table, const Tensor& x) {
  const Tensor vectors = table.at(x.dtype() == DType::int64 ? x : ops::cast(x, DType::int32));
  return layer.get_or("mask_zero", false) ? with_mask(layer, vectors, ops::not_equal(x, 0)) : vectors;
}

Tensor embedding(Layer& layer, const Tensor& x) { return looked_up(layer, Table(layer), x); }

/// Embeddings, or with `reverse` the products of vectors with all of them.
Tensor reversible_embedding(Layer& layer, const Tensor& x) {
  const Table table(layer);
  if (!layer.flag("reverse")) return looked_up(layer, table, x);
  const Operands of = table.reversed(x);
  const Tensor y = matrix_product(of);
  if (!layer.has("logit_soft_cap")) return y;
  const double cap = layer.get<double>("logit_soft_cap");
  return ops::tanh(y / cap) * cap;
}

constexpr Row kRows[] = {
    row<&embedding>("Embedding", Masks::own),
    row<&reversible_embedding>("ReversibleEmbedding", Masks::own, "inputs reverse"),
};

}  // namespace

std::span<const Row> embedding_layers() { return kRows; }

}  // namespace keravino::layers
