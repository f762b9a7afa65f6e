// Recurrent layers by a kernel.
#pragma once

#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// A whole LSTM (two states, h and c) or GRU (one; it resets after the product) with tanh and sigmoid: y (N, T, H) and
/// the last states, of x (N, T, I), Keras's kernels and bias (none: no Tensor). Nothing where no kernel can do it: it
/// takes float32, static shapes, the CPU, and a graph that is recorded for gradients.
std::vector<Tensor> recurrent(const Tensor& x, const std::vector<Tensor>& states, const Tensor& kernel,
                              const Tensor& recurrent_kernel, const Tensor& bias);

}  // namespace keravino::ops
