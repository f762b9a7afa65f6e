// Keras models from files: load, predict, train, save, look inside.
#pragma once

#include <exception>
#include <functional>
#include <future>
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
  /// A folder where OpenVINO keeps what it has compiled, for processes that load the model later; made if it is not
  /// there. It must be one's own: what is in it is run. Empty: nothing is kept.
  std::string cache_dir = "";
};

/// What an asynchronous prediction ends with: outputs, or an error.
using PredictCallback = std::function<void(std::vector<Tensor> outputs, std::exception_ptr error)>;

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
  /// weights that are missing or of the wrong shape, layers that cannot be run here; a device that is not present, an
  /// unknown precision or hint.
  static Model load(const std::string& path, const LoadOptions& options = {});

  /// Computes the outputs for a whole batch of any size. Inputs are in the order of `inputs()`; integers and floats are
  /// cast to a float input's dtype as Keras does. Numbers that need no cast are read where they are: a
  /// `Tensor(ov::Tensor(type, shape, pointer))` must stay as it is until the call ends. A graph is compiled for each of
  /// the first few shapes, then one that takes all. As many calls compute at once as the device says it can
  /// (OPTIMAL_NUMBER_OF_INFER_REQUESTS); further ones wait. Errors: wrong number of inputs, rank, shape or dtype.
  std::vector<Tensor> predict(const std::vector<Tensor>& inputs) const;
  /// The same with inputs by name.
  std::vector<Tensor> predict_named(const std::map<std::string, Tensor>& inputs) const;
  /// The same with the outputs written to tensors of the caller's, in the order of `outputs()`: the device writes to
  /// their memory itself where an output's shape follows from the inputs' and a graph was compiled for it. Further
  /// errors: a tensor of another dtype or shape, or with gaps between its rows.
  void predict_into(const std::vector<Tensor>& inputs, const std::vector<ov::Tensor>& outputs) const;
  /// `predict` on a thread of the model's, which then calls `done`. Never waits: calls are queued without bound. What
  /// the call is given must stay as it is until `done`; every error goes there. `done` may call any function of the
  /// model, and must not throw. Calls of a model with stateful layers are computed in their order.
  void predict_async(const std::vector<Tensor>& inputs, PredictCallback done) const;
  /// The same as a future, whose `get` gives the outputs or throws the error.
  std::future<std::vector<Tensor>> predict_async(const std::vector<Tensor>& inputs) const;

  /// Stateful recurrent layers begin with zeros again, as they do after `load`. Each `predict` goes on where the one
  /// before it ended.
  void reset_states() const;
  /// The same model for another stream of data: it shares weights and compiled graphs with this one, and has states of
  /// its own, which begin with zeros.
  Model new_stream() const;

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
  /// Compiles for a batch size ahead of the first `predict`, unless more than the batch is open.
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
  struct Stream;
  explicit Model(std::shared_ptr<Impl> impl);
  std::vector<Tensor> run(const char* function, const std::vector<Tensor>& inputs,
                          std::vector<ov::Tensor> outputs) const;

  std::shared_ptr<Impl> impl_;
  std::shared_ptr<Stream> stream_;
};

}  // namespace keravino
