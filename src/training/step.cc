#include "training/step.h"

#include "keravino/grad.h"
#include "layers/masks.h"
#include "layers/models.h"
#include "layers/registry.h"
#include "ops/make.h"
#include "ops/registry.h"
#include "training/loss.h"

namespace keravino::training {
namespace {

Tensor parameter_like(const ov::Tensor& numbers) {
  return engine::parameter(numbers.get_shape(), dtype_of(numbers.get_element_type()));
}

Tensor to_float32(const Tensor& x) { return ops::cast(x, DType::float32); }

/// A JSON pointer with its numbers filled up, so that the order of texts is the order of the config.
std::string ordered(const std::string& pointer) {
  std::string out, digits;
  for (const char c : pointer + "/") {
    if (c >= '0' && c <= '9') {
      digits += c;
      continue;
    }
    if (!digits.empty()) out += fmt::format("{:0>12}", std::exchange(digits, ""));
    out += c;
  }
  return out;
}

/// The keys of all trainable variables in Keras's order: that of the layers in the config.
std::vector<Key> trainable_keys(const layers::Source& source) {
  std::map<std::string, std::string> first;  // the first place of a group, in an order that texts have
  for (const auto& [pointer, group] : source.groups) {
    const auto [place, fresh] = first.try_emplace(group, ordered(pointer));
    if (!fresh) place->second = std::min(place->second, ordered(pointer));
  }
  std::vector<Key> keys;
  for (const auto& [key, variable] : source.variables) {
    if (variable.trainable) keys.push_back(key);
  }
  std::ranges::sort(keys, {}, [&](const Key& key) { return std::pair(first.at(key.first), key.second); });
  return keys;
}

/// Calls `make` for an output; its errors say for which.
template <class Make>
auto for_output(const std::string& output, const Tensor& y_true, const Tensor& y_pred, Make make) {
  const auto placed = [&](const std::string& what, Error::Kind kind) {
    return Error(kind, fmt::format("[model.fit] output \"{}\" of shape {} with labels of shape {}: {}", output,
                                   ops::to_string(y_pred.shape()), ops::to_string(y_true.shape()), what));
  };
  try {
    return make();
  } catch (const Error& error) {
    if (std::string_view(error.what()).find("config.json") != std::string_view::npos) throw;  // it has its place
    throw placed(error.what(), error.kind());
  } catch (const ov::Exception& error) {
    throw placed(ops::reason(error.what()), Error::Kind::value);
  }
}

}  // namespace

/// The graph while it is made.
struct Step::Graph {
  Graph(const saving::Archive& archive, layers::Purpose purpose, uint64_t seed) : source(archive, purpose, seed) {}

  layers::Source source;
  std::vector<Tensor> parameters;  // the batch first
  std::vector<Tensor> outputs, labels, masks;
  Tensor weights, loss;
  std::vector<Metric> metrics;
  std::vector<Tensor> slots, new_slots;  // the optimizer's variables, before and after the step
  size_t iteration = 0;                  // which of them counts the steps
  std::map<Key, Key> averages;           // of the weights

  void build(const Rows& batch) {
    Layer model(source, source.archive.config, "");
    for (const ov::Tensor& input : batch.inputs) parameters.push_back(parameter_like(input));
    outputs = layers::build(model, parameters);
    for (const ov::Tensor& each : batch.labels) labels.push_back(parameters.emplace_back(parameter_like(each)));
    if (batch.weights) weights = parameters.emplace_back(parameter_like(batch.weights));
    for (Tensor& output : outputs) {
      masks.push_back(layers::mask_of(model, output));
      output = to_float32(output);
    }
  }

  void add_losses(const CompileConfig& config, const std::vector<std::string>& names, size_t rows) {
    const auto several = std::ranges::count_if(config.losses, [](const json& each) { return !each.is_null(); }) > 1;
    const Tensor count = ops::as(static_cast<double>(rows), DType::float32);
    const auto track = [&](const std::string& label, const Tensor& value) {
      return mean_metric(label, value * static_cast<double>(rows), count);
    };
    loss = 0.0;
    std::vector<Metric> parts;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (config.losses[i].is_null()) continue;
      const Layer object(source, config.losses[i], "/compile_config/loss");
      const Tensor value = for_output(names[i], labels[i], outputs[i],
                                      [&] { return training::loss(object, labels[i], outputs[i], weights, masks[i]); });
      loss = loss + value * config.loss_weights[i];
      if (several) parts.push_back(track(names[i] + "_loss", value));
    }
    for (const Tensor& penalty : source.losses) loss = loss + to_float32(penalty);
    metrics.push_back(track("loss", loss));
    for (const auto& [all, kind] : {std::pair(&config.metrics, ""), std::pair(&config.weighted_metrics, "weighted_")}) {
      for (size_t i = 0; i < outputs.size(); ++i) {
        for (const json& each : (*all)[i]) add_metric(each, i, names, kind);
      }
    }
    metrics.insert(metrics.end(), parts.begin(), parts.end());
  }

  void add_metric(const json& config, size_t i, const std::vector<std::string>& names, const std::string& kind) {
    const Layer object(source, config, "/compile_config/" + kind + "metrics");
    Metric made = for_output(names[i], labels[i], outputs[i], [&] {
      return metric(object, labels[i], outputs[i], kind.empty() ? Tensor() : weights, masks[i]);
    });
    const auto taken = [&] {
      return std::ranges::any_of(metrics, [&](const Metric& m) { return m.label == made.label; });
    };
    const std::string prefix = names.size() > 1 ? names[i] + "_" : "",
                      own = std::exchange(made.label, prefix + made.label);
    if (taken()) made.label = prefix + kind + own;
    const std::string base = made.label;
    for (int n = 1; taken(); ++n) made.label = fmt::format("{}_{}", base, n);
    metrics.push_back(std::move(made));
  }

  /// Gradients and new weights; the variables that the optimizer has for them.
  std::vector<OptimizerVariable> add_update(const CompileConfig& config) {
    const Layer object(source, config.optimizer, "/compile_config/optimizer");
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(object);
    const std::vector<Key> keys = trainable_keys(source);
    if (keys.empty()) throw Error("[model.fit] the model has no trainable weights");
    std::vector<Tensor> trained;
    for (const Key& key : keys) trained.push_back(source.variables.at(key).start);
    std::vector<OptimizerVariable> all = optimizer->variables(trained);
    for (const OptimizerVariable& each : all) slots.push_back(engine::parameter(each.shape, each.dtype));
    const std::vector<Tensor> gradients = keravino::gradients({optimizer->scaled(loss, slots)}, trained);
    new_slots = slots;
    optimizer->apply(trained, gradients, new_slots);
    iteration = optimizer->iteration();
    if (const auto first = optimizer->averages()) {
      for (size_t i = 0; i < keys.size(); ++i) averages[keys[i]] = {kOptimizer, *first + i};
    }
    for (size_t i = 0; i < keys.size(); ++i) {
      layers::Variable& variable = source.variables.at(keys[i]);
      if (gradients[i]) variable.value = variable.constraint ? variable.constraint(trained[i]) : trained[i];
    }
    return all;
  }
};

Step::Step(const saving::Archive& archive, const CompileConfig& config, const std::vector<std::string>& outputs,
           bool for_training, const Rows& batch, const engine::CompileOptions& options, uint64_t seed) {
  const std::lock_guard lock(graph_mutex());
  Graph graph(archive, for_training ? layers::Purpose::train : layers::Purpose::evaluate, seed);
  graph.build(batch);
  graph.add_losses(config, outputs, batch.count());

  std::vector<Tensor> sums, results;
  for (const Metric& metric : graph.metrics) {
    results_.push_back({metric.label, metric.sums.shape().to_shape().at(0), metric.result});
    sums.push_back(metric.sums);
  }
  results.push_back(ops::concatenate(sums));

  if (for_training) optimizer_ = graph.add_update(config);
  iteration_ = graph.iteration;
  averages_ = graph.averages;
  const auto add = [&](const Key& key, const Tensor& start, const Tensor& value) {
    if (!start.traced()) return;  // frozen: a constant
    keys_.push_back(key);
    graph.parameters.push_back(start);
    if (!for_training || value.output() == start.output()) return;
    changed_.push_back(key);
    results.push_back(value);
  };
  for (const auto& [key, variable] : graph.source.variables) add(key, variable.start, variable.value);
  for (const auto& [pointer, seeds] : graph.source.seeds) {
    seeds_[{pointer, kSeed}] = seeds.first;
    add({pointer, kSeed}, seeds.second.start, seeds.second.value);
  }
  for (size_t i = 0; i < graph.slots.size(); ++i) add({kOptimizer, i}, graph.slots[i], graph.new_slots[i]);
  engine::CompileOptions own = options;
  if (for_training) own.precision = "typed";  // a lower one would round the weights and the optimizer's state as well
  program_ = std::make_unique<engine::Program>(graph.parameters, results, own);
}

void Step::add_to(State& state, const saving::Archive& archive, const CompileConfig& config) const {
  for (const Key& key : keys_) {
    const bool of_model = key.first != kOptimizer && key.second != kSeed;
    if (of_model && !state.contains(key)) state[key] = numbers_of(archive.weights.vars(key.first).at(key.second));
  }
  if (!optimizer_.empty()) add_optimizer(state, archive, config);
  // Keras saves no state of seeds; with the iteration as the count, a run that goes on draws new numbers.
  for (const auto& [key, first] : seeds_) {
    ov::Tensor pair(ov::element::u32, {2});
    pair.data<uint32_t>()[0] = first;
    pair.data<uint32_t>()[1] = static_cast<uint32_t>(state.at({kOptimizer, iteration_}).data<int32_t>()[0]);
    state.try_emplace(key, pair);
  }
}

void Step::add_optimizer(State& state, const saving::Archive& archive, const CompileConfig& config) const {
  // A model that was compiled but never built has only the iteration and the learning rate saved.
  std::vector<saving::SavedTensor> saved;
  if (!config.fresh_optimizer && archive.weights.has(kOptimizer)) saved = archive.weights.vars(kOptimizer);
  if (saved.size() <= 2 + iteration_ && saved.size() < optimizer_.size()) saved.clear();
  if (!saved.empty() && saved.size() != optimizer_.size()) {
    throw saving::file_error(
        archive.path, fmt::format("has {} variables of its optimizer, wanted {}; give an optimizer to start afresh",
                                  saved.size(), optimizer_.size()));
  }
  for (size_t i = 0; i < optimizer_.size(); ++i) {
    const OptimizerVariable& wanted = optimizer_[i];
    const ov::Tensor initial =
        ops::full(std::vector<int64_t>(wanted.shape.begin(), wanted.shape.end()), wanted.initial, wanted.dtype)
            .numbers();
    if (saved.empty() || (i == iteration_ + 1 && config.new_rate)) {
      state.try_emplace({kOptimizer, i}, initial);
      continue;
    }
    if (ov::Shape(saved[i].shape) != wanted.shape) {
      throw saving::file_error(archive.path, fmt::format("optimizer variable {}: expected {}, got {}", i,
                                                         ov::PartialShape(wanted.shape).to_string(),
                                                         ov::PartialShape(ov::Shape(saved[i].shape)).to_string()));
    }
    const Tensor numbers = ops::cast(Tensor(numbers_of(saved[i])), wanted.dtype);
    state.try_emplace({kOptimizer, i}, numbers.numbers());
  }
}

bool Step::finish(State& state) const {
  for (const auto& [weight, average] : averages_) state[weight] = state.at(average);
  return !averages_.empty();
}

std::span<const float> Step::run(const Rows& batch, State& state) {
  std::vector<ov::Tensor> inputs = batch.inputs;
  inputs.insert(inputs.end(), batch.labels.begin(), batch.labels.end());
  if (batch.weights) inputs.push_back(batch.weights);
  for (const Key& key : keys_) inputs.push_back(state.at(key));
  const std::vector<ov::Tensor> outputs = program_->run(inputs);
  for (size_t i = 0; i < changed_.size(); ++i) state[changed_[i]] = outputs[i + 1];
  sums_ = outputs[0];
  return {sums_.data<const float>(), sums_.get_size()};
}

}  // namespace keravino::training
