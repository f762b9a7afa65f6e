// Models as Keras saves them: what goes in and comes out.
#pragma once

#include "layers/arguments.h"

namespace keravino::layers {

/// An input of a model. The first dimension is the batch.
struct Input {
  std::string name;
  ov::PartialShape shape;
  DType dtype;
};

/// What an InputLayer says; Error for another layer, or for sparse and ragged inputs.
Input input_of(const Layer& layer);

/// The inputs of a Sequential or Functional model, in Keras's order: that of a list, or the sorted keys of a dict.
std::vector<Input> model_inputs(const Layer& model);

/// The tensors in "input_layers" or "output_layers" of a Functional model, and their names: the keys of a dict, or the
/// layers' names.
std::vector<History> model_tensors(const Layer& model, const char* key);
std::vector<std::string> tensor_names(const Layer& model, const char* key);

/// A JSON list of integers and nulls.
ov::PartialShape partial_shape(const Layer& layer, const json& shape);

}  // namespace keravino::layers
