// Weights as Keras quantises them: int8, int4 and float8, by the layer's dtype policy. A matrix of integers stays so in
// memory (passes/recognise_product.cc); the others become floats, with the numbers of the file.
#pragma once

#include "layers/int4.h"
#include "layers/registry.h"

namespace keravino::layers {

/// How a layer's dtype policy quantises its weights. Error for other policies than int8, int4 and float8, and in
/// training.
struct Policy {
  explicit Policy(const Layer& layer);

  bool grouped() const { return group > 0; }
  /// The groups of an axis; the last one may have fewer numbers.
  int64_t groups(int64_t size) const { return (size + group - 1) / group; }

  std::string mode;    // "int8", "int4", "float8" or ""
  int64_t group = -1;  // of int4: how many numbers, or -1 for no groups
};

/// The int4 matrix of a layer, with what its policy keeps beside it under names that begin with `name`.
Int4Matrix int4_matrix(Layer& layer, const Policy& policy, const Tensor& packed, int64_t rows, int64_t columns,
                       int64_t summed, const std::string& name);

/// What a layer multiplies its input with. Shapes are those before it was quantised.
struct Contraction {
  std::vector<int64_t> kernel_shape;
  std::optional<std::vector<int64_t>> bias_shape;
  std::vector<int64_t> scale_shape;        // of int8 kernels, to divide the product by
  std::vector<int64_t> axes;               // of the input, which the product sums over
  int64_t rows;                            // the kernel's elements along these
  std::vector<int64_t> matrix_order = {};  // the kernel's axes, those that are summed over first, if it can be a matrix
};

/// The operands of a product: y = x kernel / scale + bias, without the last two where they are no Tensor.
struct Operands {
  Tensor x, kernel, scale, bias;
  std::optional<Int4Matrix> int4;  // in place of the kernel
  bool is_matrix = false;  // the kernel is one of (rows, others) by `matrix_order`, and the scale one for each column
};

/// Takes a layer's "kernel" and "bias" and what its policy keeps beside them. Inputs that Keras quantises are rounded
/// in the same way. Errors as Policy's.
Operands operands(Layer& layer, const Tensor& x, const Contraction& contraction);

/// What the layer computes with a kernel that is a matrix.
Tensor matrix_product(const Operands& operands);

/// The operands' product, which is another than that of matrices, with scale and bias.
Tensor scaled(const Operands& operands, const Tensor& product);

/// A quantised layer's inputs, rounded to 8 bits with a scale for all along `axes`; x itself if the layer's
/// "quantization_config" leaves its inputs alone.
Tensor rounded_inputs(const Layer& layer, const Tensor& x, const std::vector<int64_t>& axes);

}  // namespace keravino::layers
