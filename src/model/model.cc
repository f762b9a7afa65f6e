#include "keravino/model.h"

#include <fmt/chrono.h>

#include <atomic>

#include "engine/program.h"
#include "engine/workers.h"
#include "model/build.h"
#include "model/checks.h"
#include "model/legacy.h"
#include "model/no_rows.h"
#include "ops/registry.h"
#include "saving/file.h"
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
  std::vector<Tensor> parameters, outputs;
  {
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
    for (const auto& parameter : copy->get_parameters()) parameters.push_back(traced(parameter->output(0)));
    for (const auto& result : copy->get_results()) outputs.push_back(traced(result->input_value(0)));
  }
  // Compiling takes its time, and needs no lock: others predict meanwhile.
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
  /// By input shapes; without any, for all. Whoever needs one first compiles it, and others that need it wait.
  std::map<std::vector<ov::Shape>, std::shared_future<std::shared_ptr<engine::Program>>> programs;

  /// The graph with the weights as they are now.
  const std::shared_ptr<ov::Model>& graph() {
    if (std::exchange(trained, false)) {
      built.graph = build_model(archive).graph;
      programs.clear();
    }
    return built.graph;
  }

  std::optional<std::vector<ov::Tensor>> outputs_for_no_rows(const std::vector<ov::Tensor>& inputs) {
    const std::scoped_lock lock(mutex, graph_mutex());
    return keravino::outputs_for_no_rows(*graph(), built.inputs, inputs);
  }

  std::shared_ptr<engine::Program> program(std::vector<ov::Shape> shapes) {
    std::unique_lock lock(mutex);
    graph();
    if (!programs.contains(shapes) && built.graph->is_dynamic() && programs.size() >= kMostShapes) shapes.clear();
    auto& known = programs[shapes];
    if (!known.valid()) {
      known = std::async(std::launch::deferred, [graph = built.graph, shapes, this] {
                return make_program(*graph, shapes, options);
              }).share();
    }
    const auto program = known;
    lock.unlock();
    try {
      return program.get();
    } catch (...) {
      lock.lock();
      programs.erase(shapes);
      throw;
    }
  }
};

/// What belongs to one stream of data through a model.
struct Model::Stream {
  explicit Stream(const Built& built)
      : workers(built.states.empty() ? std::max(std::thread::hardware_concurrency(), 1U) : 1) {
    reset_states(built);
  }

  void reset_states(const Built& built) {
    states.clear();
    for (const TensorInfo& state : built.states) {
      ov::Tensor& zeros = states.emplace_back(element_type(state.dtype), state.shape.to_shape());
      std::memset(zeros.data(), 0, zeros.get_byte_size());
    }
  }

  std::mutex mutex;                // guards the states: one call after the other
  std::vector<ov::Tensor> states;  // of stateful layers, as the last call left them
  engine::Workers workers;
};

Model::Model(std::shared_ptr<Impl> impl) : impl_(std::move(impl)), stream_(std::make_shared<Stream>(impl_->built)) {}

Model Model::new_stream() const { return Model(impl_); }

Model Model::load(const std::string& path, const LoadOptions& options) {
  auto impl = std::make_shared<Impl>();
  impl->options = {options.device,  options.precision.empty() ? "f32" : options.precision,
                   options.threads, options.hint,
                   options.streams, options.cache_dir};
  engine::check_options(impl->options);
  if (!options.cache_dir.empty()) saving::make_folder(options.cache_dir);
  impl->archive = saving::open_archive(path);
  if (!options.weights.empty()) impl->archive.weights = saving::open_weights(options.weights);
  place_legacy_weights(impl->archive);
  impl->built = build_model(impl->archive);
  if (options.precision.empty()) impl->options.precision = impl->built.precision;
  return Model(std::move(impl));
}

/// Calls `compute`; the errors of nodes name the function.
template <class Compute>
static auto with_errors(const char* function, Compute compute) {
  try {
    return compute();
  } catch (const ov::Exception& error) {  // of a node that cannot take these numbers, a word that is unknown
    throw Error(fmt::format("[model.{}] {}", function, ops::reason(error.what())));
  }
}

std::vector<Tensor> Model::run(const char* function, const std::vector<Tensor>& inputs,
                               std::vector<ov::Tensor> outputs) const {
  std::vector<ov::Tensor> tensors = checked_inputs(impl_->built.inputs, inputs, function);
  if (has_no_rows(impl_->built.inputs, tensors)) {
    const auto none = with_errors(function, [&] { return impl_->outputs_for_no_rows(tensors); });
    for (size_t i = 0; none && i < outputs.size(); ++i) engine::check_output(i, (*none)[i].get_shape(), outputs[i]);
    if (none) return {none->begin(), none->end()};
  }
  const size_t states = impl_->built.states.size();
  std::unique_lock lock(stream_->mutex, std::defer_lock);
  if (states > 0) lock.lock();
  tensors.insert(tensors.end(), stream_->states.begin(), stream_->states.end());
  std::vector<ov::Shape> shapes;
  for (const ov::Tensor& tensor : tensors) shapes.push_back(tensor.get_shape());
  outputs = with_errors(function, [&] { return impl_->program(shapes)->run(tensors, std::move(outputs)); });
  const auto kept = outputs.end() - static_cast<std::ptrdiff_t>(states);
  std::move(kept, outputs.end(), stream_->states.begin());
  return {outputs.begin(), kept};
}

std::vector<Tensor> Model::predict(const std::vector<Tensor>& inputs) const { return run("predict", inputs, {}); }

std::vector<Tensor> Model::predict_named(const std::map<std::string, Tensor>& inputs) const {
  return predict(ordered_inputs(impl_->built.inputs, inputs));
}

void Model::predict_into(const std::vector<Tensor>& inputs, const std::vector<ov::Tensor>& outputs) const {
  check_outputs(impl_->built.outputs, outputs);
  run("predict_into", inputs, outputs);
}

void Model::predict_async(const std::vector<Tensor>& inputs, PredictCallback done) const {
  stream_->workers.submit([model = *this, inputs, done = std::move(done)] {
    std::vector<Tensor> outputs;
    std::exception_ptr error;
    try {
      outputs = model.predict(inputs);
    } catch (...) {
      error = std::current_exception();
    }
    done(std::move(outputs), error);
  });
}

std::future<std::vector<Tensor>> Model::predict_async(const std::vector<Tensor>& inputs) const {
  const auto promise = std::make_shared<std::promise<std::vector<Tensor>>>();
  predict_async(inputs, [promise](std::vector<Tensor> outputs, std::exception_ptr error) {
    if (error)
      promise->set_exception(error);
    else
      promise->set_value(std::move(outputs));
  });
  return promise->get_future();
}

void Model::reset_states() const {
  const std::lock_guard lock(stream_->mutex);
  stream_->reset_states(impl_->built);
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
