// Weights as Keras quantises them: int8, int4 and float8, by the layer's dtype policy. A matrix of int8 stays so in
// memory (passes/recognise_product.cc); the others become floats, with the numbers of the file.
#pragma once

#include "layers/registry.h"

namespace keravino::layers {

/// What a layer multiplies its input with. Shapes are those before it was quantised.
struct Contraction {
  std::vector<int64_t> kernel_shape;
  std::optional<std::vector<int64_t>> bias_shape;
  std::vector<int64_t> scale_shape;        // of int8 kernels, to divide the product by
  std::vector<int64_t> axes;               // of the input, which the product sums over
  int64_t rows;                            // the kernel's elements along these
  std::vector<int64_t> matrix_order = {};  // the kernel's axes, those that are summed over first, if it can be a matrix
};

/// The operands of a product: y = product(x, kernel) / scale + bias, without the last two where they are no Tensor.
struct Operands {
  Tensor x, kernel, scale, bias;
  bool is_matrix = false;  // the kernel is one of (rows, others) by `matrix_order`, and the scale one for each column
};

/// Takes a layer's "kernel" and "bias" and what its policy keeps beside them. Inputs that Keras quantises are rounded
/// in the same way. Error for other policies than int8, int4 and float8, and in training.
Operands operands(Layer& layer, const Tensor& x, const Contraction& contraction);

/// The operands' product with scale and bias.
Tensor scaled(const Operands& operands, const Tensor& product);

/// The table of an Embedding, (rows, columns), as floats.
Tensor embeddings(Layer& layer, int64_t rows, int64_t columns);

/// A quantised layer's inputs, rounded to 8 bits with a scale for all along `axes`; x itself if the layer's
/// "quantization_config" leaves its inputs alone.
Tensor rounded_inputs(const Layer& layer, const Tensor& x, const std::vector<int64_t>& axes);

}  // namespace keravino::layers
