// Keras's layer classes, each with the function that builds it out of ops.
#pragma once

#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "keravino/ops.h"
#include "layers/layer.h"
#include "ops/make.h"

namespace keravino::layers {

using Tensors = std::vector<Tensor>;

/// The run-time information of a graph's nodes that names the layer they came from.
inline constexpr const char* kLayerTag = "keras_layer";

/// The path of the layer that a node came from; empty if it came from none.
std::string layer_of(const ov::Node& node);
/// The layer of the model itself, which may be a model in which that one is.
std::string outer_layer_of(const ov::Node& node);

/// What becomes of the mask that a layer's input has: it is gone, the outputs have it, or the layer's function does it.
enum class Masks { dropped, passed, own };

/// A row: the class name in a config, the call, and the names of its arguments where there are more than the inputs.
struct Row {
  std::string_view class_name;
  Tensors (*build)(Layer& layer, const Tensors& inputs);
  Masks masks = Masks::dropped;
  std::string_view call = "";
};

/// The row of a class; nullptr for an unknown one.
const Row* find_row(std::string_view class_name);

/// The single input of a layer that takes one; Error if there are more or none.
const Tensor& only(const Layer& layer, const Tensors& inputs);

/// A dimension, or all but the batch, as numbers; Error if the graph leaves them open.
int64_t dimension(const Layer& layer, const Tensor& x, int64_t axis);
std::vector<int64_t> inner_shape(const Layer& layer, const Tensor& x);

/// Makes a row from a function of one tensor or of several, that returns one or several.
template <auto F>
constexpr Row row(std::string_view class_name, Masks masks = Masks::dropped, std::string_view call = "") {
  return {class_name,
          [](Layer& layer, const Tensors& inputs) -> Tensors {
            if constexpr (std::is_invocable_r_v<Tensor, decltype(F), Layer&, const Tensor&>) {
              return {F(layer, only(layer, inputs))};
            } else if constexpr (std::is_invocable_r_v<Tensor, decltype(F), Layer&, const Tensors&>) {
              return {F(layer, inputs)};
            } else {
              return F(layer, inputs);
            }
          },
          masks, call};
}

/// Builds one use of a layer: casts its inputs as Keras does, calls its row and checks that all its weights were used.
/// Error for an unknown class, with the nearest known one.
Tensors build(Layer& layer, const Tensors& inputs);

/// The same for a layer that is in the config of another: one tensor in, one out.
Tensor build(Layer layer, const Tensor& input);

/// Marks the nodes above `outputs` that have no mark yet as made by this layer, and notes the outputs' shapes.
void record(const Layer& layer, const Tensors& outputs);

/// True for layers that do something else when they are called with training=True.
bool acts_in_training(const Layer& layer);

}  // namespace keravino::layers
