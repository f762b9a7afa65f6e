// Cells of recurrent layers: what one step does.
#pragma once

#include "layers/registry.h"

namespace keravino::layers {

/// A cell with its weights. A state's dimensions are those after the batch.
struct Cell {
  std::vector<std::vector<int64_t>> states;
  size_t output = 0;  // the state that is the output, too
  /// What depends on the inputs alone; of one step, or of all steps at once where `steps_at_once`.
  std::function<Tensor(const Tensor& x)> prepare;
  bool steps_at_once = true;
  /// The output and the new states, from what `prepare` gives for this step.
  std::function<std::pair<Tensor, Tensors>(const Tensor& x, const Tensors& states)> step;
};

/// The cell that a layer is, or that an LSTM, GRU, SimpleRNN or ConvLSTM has: `kind` is "LSTM", "ConvLSTM2D", or the
/// class of the cell, "LSTMCell". `x` is one step of the input. Error for another class.
Cell cell(Layer& layer, const Tensor& x);

}  // namespace keravino::layers
