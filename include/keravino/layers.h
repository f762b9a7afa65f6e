// Layers of one's own: a function for a class that Python code defined, by the name that its saved models have.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "keravino/error.h"
#include "keravino/tensor.h"

namespace keravino {

namespace layers {
class Layer;
}

/// A layer in a file that is called: what its `get_config` gave, and its weights.
class LayerCall {
 public:
  /// The layer's name, as in `Model::layers()`.
  const std::string& name() const;
  /// True if the config has a value that is not null.
  bool has(const std::string& key) const;
  /// A value of the config: bool, int64_t, double, std::string, DType, or a vector of int64_t, double or std::string.
  /// Error if there is none, or one of another kind.
  template <class T>
  T get(const std::string& key) const;
  /// The next weight, in the order in which the layer's Python class made them. `name` is for errors. Error if the file
  /// has none left or one of another shape. All must be taken.
  Tensor weight(const std::string& name, const std::vector<int64_t>& shape);
  /// True while the model is trained, where a layer may act in another way.
  bool training() const;
  /// An error that names the file, the layer and its place in config.json.
  Error error(const std::string& what) const;

  explicit LayerCall(layers::Layer& layer) : layer_(layer) {}

 private:
  layers::Layer& layer_;
};

/// What a layer computes: outputs from inputs, with the functions of `keravino/ops.h`.
using LayerFunction = std::function<std::vector<Tensor>(LayerCall& layer, const std::vector<Tensor>& inputs)>;

/// Makes a class of layers known to models that are loaded afterwards. Inputs come as Keras casts them, and masks end
/// here. Error for a class that is known already, keravino's own among them.
void register_layer(const std::string& class_name, LayerFunction function);

}  // namespace keravino
