// Weights of CuDNNLSTM and CuDNNGRU, which Keras 2 kept as cuDNN wants them.
#pragma once

#include "saving/weights.h"

namespace keravino::saving {

/// A recurrent layer's kernel, recurrent kernel and bias for cells of the shapes that are wanted. They are as they
/// were, but for a bias of both kinds in one row where one kind, or a row for each, is wanted: that tells of cuDNN's
/// layout, whose kernels are transposed gate by gate.
std::vector<SavedTensor> from_cudnn(std::vector<SavedTensor> tensors, const std::vector<std::vector<size_t>>& wanted);

}  // namespace keravino::saving
