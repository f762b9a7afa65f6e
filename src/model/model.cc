#include "keravino/model.h"

#include <fmt/chrono.h>

#include <atomic>

#include "engine/program.h"
#include "model/build.h"
#include "model/checks.h"
#include "ops/registry.h"
#include "tensor/value.h"
#include "training/fit.h"

namespace keravino {

namespace {

/// A graph is compiled for each of so many input shapes; after that one compiled graph takes them all. A compiled graph
/// of static shape is 10 to 15 % faster, and each holds its own copy of prepared weights.
constexpr size_t kMostShapes = 4;

/// A program for the graph, with its inputs' shapes fixed if any are given.
std::shared_ptr<engine::Program> make_program(const ov::Model& graph, const std::vector<ov::Shape>& shapes,
                                              const engine::CompileOptions& options) {
  const std::lock_guard lock(graph_mutex());
  const auto copy = graph.clone();
  if (!shapes.empty()) {
    std::map<size_t, ov::PartialShape> fixed;
    for (size_t i = 0; i < shapes.size(); ++i) fixed.emplace(i, shapes[i]);
    copy->reshape(fixed);
  }
  const auto traced = [](const ov::Output<ov::Node>& output) {
    return Tensor(std::make_shared<Value>(output, true, 0));
  };
  std::vector<Tensor> parameters, outputs;
  for (const auto& parameter : copy->get_parameters()) parameters.push_back(traced(parameter->output(0)));
  for (const auto& result : copy->get_results()) outputs.push_back(traced(result->input_value(0)));
  return std::make_shared<engine::Program>(parameters, outputs, options);
}

}  // namespace

struct Model::Impl {
  Built built;
  engine::CompileOptions options;
  std::atomic<bool> training = false;
  std::mutex mutex;  // guards what follows, and the graph in `built`
  saving::Archive archive;
  bool trained = false;  // the graph has other weights than the archive
  std::map<std::vector<ov::Shape>, std::shared_ptr<engine::Program>> programs;  // by input shapes; without any: for all
  std::mutex states_mutex;                                                      // guards what follows
  std::vector<ov::Tensor> states;  // of stateful layers, as the last call left them

  void reset_states() {
    states.clear();
    for (const TensorInfo& state : built.states) {
      ov::Tensor& zeros = states.emplace_back(element_type(state.dtype), state.shape.to_shape());
      std::memset(zeros.data(), 0, zeros.get_byte_size());
    }
  }

  /// The graph with the weights as they are now.
  const std::shared_ptr<ov::Model>& graph() {
    if (std::exchange(trained, false)) {
      built.graph = build_model(archive).graph;
      programs.clear();
    }
    return built.graph;
  }

  std::shared_ptr<engine::Program> program(const std::vector<ov::Shape>& shapes) {
    const std::lock_guard lock(mutex);
    graph();
    const auto known = programs.find(shapes);
    if (known != programs.end()) return known->second;
    const bool open = built.graph->is_dynamic() && programs.size() >= kMostShapes;
    auto& program = programs[open ? std::vector<ov::Shape>{} : shapes];
    if (!program) program = make_program(*built.graph, open ? std::vector<ov::Shape>{} : shapes, options);
    return program;
  }
};

Model Model::load(const std::string& path, const LoadOptions& options) {
  auto impl = std::make_shared<Impl>();
  engine::check_device(options.device);
  impl->archive = saving::open_archive(path);
  if (!options.weights.empty()) impl->archive.weights = saving::open_weights(options.weights);
  impl->built = build_model(impl->archive);
  impl->reset_states();
  impl->options = {options.device, options.precision.empty() ? impl->built.precision : options.precision,
                   options.threads, options.hint, options.streams};
  return Model(std::move(impl));
}

std::vector<Tensor> Model::predict(const std::vector<Tensor>& inputs) const {
  std::vector<ov::Tensor> tensors = checked_inputs(impl_->built.inputs, inputs);
  const size_t states = impl_->built.states.size();
  std::unique_lock lock(impl_->states_mutex, std::defer_lock);
  if (states > 0) lock.lock();  // one call after the other
  tensors.insert(tensors.end(), impl_->states.begin(), impl_->states.end());
  std::vector<ov::Shape> shapes;
  for (const ov::Tensor& tensor : tensors) shapes.push_back(tensor.get_shape());
  std::vector<ov::Tensor> results;
  try {
    results = impl_->program(shapes)->run(tensors);
  } catch (const ov::Exception& error) {  // of a node that cannot take these numbers, a word that is unknown
    throw Error(fmt::format("[model.predict] {}", ops::reason(error.what())));
  }
  const auto kept = results.end() - static_cast<std::ptrdiff_t>(states);
  std::move(kept, results.end(), impl_->states.begin());
  return {results.begin(), kept};
}

void Model::reset_states() const {
  const std::lock_guard lock(impl_->states_mutex);
  impl_->reset_states();
}

std::vector<Tensor> Model::predict_named(const std::map<std::string, Tensor>& inputs) const {
  return predict(ordered_inputs(impl_->built.inputs, inputs));
}

History Model::fit(const FitData& data, const FitOptions& options) {
  if (impl_->training.exchange(true))
    throw Error(Error::Kind::runtime, "[model.fit] the model is being trained already");
  const std::shared_ptr<Impl> done(impl_.get(), [](Impl* impl) { impl->training = false; });
  return training::fit({impl_->archive, impl_->built.inputs, impl_->built.outputs, impl_->options}, data, options,
                       [&](saving::Archive trained) {
                         const std::lock_guard lock(impl_->mutex);
                         impl_->archive = std::move(trained);
                         impl_->trained = true;
                       });
}

void Model::save(const std::string& path) const {
  saving::Archive archive;
  {
    const std::lock_guard lock(impl_->mutex);
    archive = impl_->archive;
  }
  const std::time_t now = std::time(nullptr);
  archive.metadata["date_saved"] = fmt::format("{:%Y-%m-%d@%H:%M:%S}", fmt::localtime(now));
  saving::write_archive(path, archive);
}

void Model::compile(int64_t batch) const {
  if (batch < 1) throw Error(fmt::format("[model.compile] expected a batch of 1 or more, got {}", batch));
  std::vector<ov::Shape> shapes;
  for (const TensorInfo& input : impl_->built.inputs) {
    ov::PartialShape shape = input.shape;
    if (shape.size() > 0 && shape[0].is_dynamic()) shape[0] = batch;
    if (shape.is_dynamic()) return;  // more than the batch is open: the shape comes with the input
    shapes.push_back(shape.to_shape());
  }
  for (const TensorInfo& state : impl_->built.states) shapes.push_back(state.shape.to_shape());
  impl_->program(shapes);
}

const std::string& Model::name() const { return impl_->built.name; }
const std::vector<TensorInfo>& Model::inputs() const { return impl_->built.inputs; }
const std::vector<TensorInfo>& Model::outputs() const { return impl_->built.outputs; }
const std::vector<LayerInfo>& Model::layers() const { return impl_->built.layers; }
const std::string& Model::precision() const { return impl_->options.precision; }
std::string Model::summary() const { return impl_->built.summary; }
std::shared_ptr<const ov::Model> Model::graph() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->graph();
}
const TransposeReport& Model::transposes() const { return impl_->built.transposes; }

}  // namespace keravino
