// Keras models from files: load, predict, train, save, look inside.
#pragma once

#include <map>
#include <memory>
#include <openvino/core/model.hpp>
#include <openvino/core/partial_shape.hpp>
#include <string>
#include <vector>

#include "keravino/fit.h"
#include "keravino/tensor.h"

namespace keravino {

/// How a model is run.
struct LoadOptions {
  std::string device = "CPU";    ///< OpenVINO's name: CPU, GPU, NPU, AUTO ...
  std::string precision = "";    ///< f32, bf16 or f16; empty: what the file's dtype policy says, f32 if it says nothing
  int threads = 0;               ///< 0: the device's own choice
  std::string hint = "latency";  ///< latency, or throughput: several requests at once, each on fewer threads
  int streams = 0;               ///< requests that are computed at the same time; 0: the device's own choice
  std::string weights = "";      ///< .weights.h5 or .weights.json to take in place of the file's own; empty: its own
};

/// An input or output of a model. The first dimension is the batch; open dimensions are dynamic.
struct TensorInfo {
  std::string name;
  DType dtype;
  ov::PartialShape shape;
};

/// A layer of a model as `Model.summary()` shows it; a nested model is one layer.
struct LayerInfo {
  std::string name, class_name;
  std::vector<ov::PartialShape> output_shapes;  // of its first call
  std::vector<std::string> inbound;             // what it is called with, "conv1[0][0]"; empty in a Sequential
  size_t parameters = 0, trainable_parameters = 0, bytes = 0;
};

/// The Transposes in a model's graph: Keras is channels-last and OpenVINO's convolutions are channels-first.
struct TransposeReport {
  struct Remaining {
    std::string name, between, reason;
  };
  size_t before = 0, after = 0;  // as built, and after those that cancel are gone
  std::vector<Remaining> remaining;
};

/// A Keras model, ready to run. Copying is cheap and shares the model; every function may be called from several
/// threads.
class Model {
 public:
  /// Reads a .keras file. Errors name the file and the place in it: damaged files, unknown layers and activations,
  /// weights that are missing or of the wrong shape, layers that cannot be run here.
  static Model load(const std::string& path, const LoadOptions& options = {});

  /// Computes the outputs for a whole batch of any size. Inputs are in the order of `inputs()`; integers and floats are
  /// cast to a float input's dtype as Keras does. A graph is compiled for each of the first few batch sizes, then one
  /// that takes all. Errors: wrong number of inputs, rank, shape or dtype.
  std::vector<Tensor> predict(const std::vector<Tensor>& inputs) const;
  /// The same with inputs by name.
  std::vector<Tensor> predict_named(const std::map<std::string, Tensor>& inputs) const;
  /// Stateful recurrent layers begin with zeros again, as they do after `load`. Each `predict` goes on where the one
  /// before it ended.
  void reset_states() const;
  /// Trains the model with the optimizer, loss and metrics that its file was compiled with, or those in the options.
  /// The whole step is one compiled graph: forward in training mode, loss, gradients, the optimizer's update and
  /// metrics. The model changes at the end of each epoch: whatever ends a run before, the model is as the last whole
  /// epoch left it. A second call goes on where the first one ended. Other threads may predict meanwhile, but not
  /// train. Errors: an unknown optimizer, loss or metric, data that does not fit the model, a layer or an op that
  /// cannot be trained.
  History fit(const FitData& data, const FitOptions& options = {});
  /// Writes a .keras file that Keras opens: config, weights, and the optimizer with its state. The file is complete or
  /// not there: it is written beside `path`, and then renamed.
  void save(const std::string& path) const;
  /// Compiles for a batch size ahead of the first `predict`.
  void compile(int64_t batch) const;

  const std::string& name() const;
  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;
  const std::vector<LayerInfo>& layers() const;
  /// The precision that runs: f32, bf16 or f16.
  const std::string& precision() const;
  /// Keras's table of layers, output shapes and parameters.
  std::string summary() const;
  /// The graph, with an open batch. Each node's runtime info names its layer under "keras_layer".
  std::shared_ptr<const ov::Model> graph() const;
  const TransposeReport& transposes() const;

 private:
  struct Impl;
  explicit Model(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace keravino
