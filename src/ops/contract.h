// Sums of products of two tensors whose axes have names.
#pragma once

#include <vector>

#include "ops/shapes.h"

namespace keravino::ops {

/// A tensor and the names of its axes.
struct Labeled {
  Tensor x;
  std::vector<int> labels;
  bool has(int label) const { return std::find(labels.begin(), labels.end(), label) != labels.end(); }
};

/// A MatMul in the dtype of both; products of bools are bools.
Tensor matrix_product(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);

/// Sums out the labels that are not kept.
Labeled sum_out(Labeled a, const std::vector<int>& keep);
/// The axes in this order.
Labeled ordered(const Labeled& a, const std::vector<int>& labels);
/// The product summed over all labels but those kept, whose order is a wish: it decides which factor comes first.
Labeled contract(Labeled a, Labeled b, const std::vector<int>& keep);

}  // namespace keravino::ops
