// One step of training, or of validation, as one compiled graph.
#pragma once

#include "engine/program.h"
#include "training/compile_config.h"
#include "training/metric.h"
#include "training/optimizer.h"
#include "training/state.h"

namespace keravino::training {

/// Samples in memory: the inputs in the model's dtypes, labels and weights as float32.
struct Rows {
  std::vector<ov::Tensor> inputs, labels;
  ov::Tensor weights;  // empty if all samples count the same
  size_t count() const { return inputs.at(0).get_shape().at(0); }
};

/// A result of a step: its name, how many numbers it sums over the batches, and what they mean.
struct Result {
  std::string label;
  size_t count;
  MetricResult value;
};

/// A graph for batches of one size: forward, loss and metrics; in training also gradients and the optimizer's update.
/// Weights are inputs of it and outputs.
class Step {
 public:
  /// For batches of the rows' shapes. `for_training`, or to validate with; `seed` is for layers without one.
  Step(const saving::Archive& archive, const CompileConfig& config, const std::vector<std::string>& outputs,
       bool for_training, const Rows& batch, const engine::CompileOptions& options, uint64_t seed);

  /// Adds what this step needs to a state: numbers of the file, and where the file has none what they start with.
  void add_to(State& state, const saving::Archive& archive, const CompileConfig& config) const;

  /// Runs a batch, which changes the state in training. The numbers of all results, one behind the other.
  std::span<const float> run(const Rows& batch, State& state);

  /// Puts the averages that the optimizer keeps in the places of the weights, if it keeps any; true if it does.
  bool finish(State& state) const;

  const std::vector<Result>& results() const { return results_; }

 private:
  struct Graph;
  void add_optimizer(State& state, const saving::Archive& archive, const CompileConfig& config) const;

  std::vector<Key> keys_;     // of the parameters behind the batch
  std::vector<Key> changed_;  // of the outputs behind the results
  std::vector<OptimizerVariable> optimizer_;
  size_t iteration_ = 0;           // which of them counts the steps
  std::map<Key, Key> averages_;    // of the weights
  std::map<Key, uint32_t> seeds_;  // the first numbers of pairs; the second counts the steps
  std::vector<Result> results_;
  std::unique_ptr<engine::Program> program_;
  ov::Tensor sums_;
};

}  // namespace keravino::training
