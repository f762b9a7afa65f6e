#include "training/fit.h"

#include <random>

#include "training/data.h"
#include "training/loss_scale.h"

namespace keravino::training {
namespace {

/// Results of the batches so far.
class Means {
 public:
  void add(const std::vector<Result>& results, std::span<const float> sums) {
    results_ = results;
    totals_.resize(sums.size());
    for (size_t i = 0; i < sums.size(); ++i) totals_[i] += sums[i];
  }

  Logs logs(const std::string& prefix = "") const {
    Logs logs;
    std::span<const double> left = totals_;
    for (const Result& result : results_) {
      logs.emplace_back(prefix + result.label, result.value(left.first(result.count)));
      left = left.subspan(result.count);
    }
    return logs;
  }

 private:
  std::vector<Result> results_;
  std::vector<double> totals_;
};

std::vector<std::string> names_of(const std::vector<TensorInfo>& outputs) {
  std::vector<std::string> names;
  for (const TensorInfo& output : outputs) names.push_back(output.name);
  return names;
}

/// A run: data, the state, and a step for each size of batch.
class Run {
 public:
  Run(const Trainee& trainee, const FitOptions& options)
      : archive_(trainee.archive),
        options_(options),
        compile_(trainee.options),
        outputs_(names_of(trainee.outputs)),
        config_(read_compile_config(archive_, outputs_, options)) {}

  /// Results of all rows in this order; nothing if the callback ended the run.
  std::optional<Logs> train(const Rows& rows, const std::vector<size_t>& order,
                            const std::function<bool(size_t batch, const Means&)>& after) {
    Means means;
    size_t number = 0;
    for (const auto& part : parts(order)) {
      gather(rows, part, batch_);
      Step& step = this->step(true, batch_);
      means.add(step.results(), step.run(batch_, state_));
      if (!after(++number, means)) return std::nullopt;
    }
    return means.logs();
  }

  Logs validate(const Rows& rows) {
    std::vector<size_t> order(rows.count());
    std::iota(order.begin(), order.end(), size_t{0});
    Means means;
    for (const auto& part : parts(order)) {
      gather(rows, part, held_back_);
      Step& step = this->step(false, held_back_);
      means.add(step.results(), step.run(held_back_, state_));
    }
    return means.logs("val_");
  }

  /// What an optimizer does to the weights when a run ends; true if that is anything.
  bool finish() { return steps_.rbegin()->second->finish(state_); }

  size_t batches(size_t rows) const { return (rows + size() - 1) / size(); }

  /// The file with everything as it is now.
  saving::Archive content() const {
    saving::Archive archive = archive_;
    archive.config["compile_config"] = config_.saved;
    store(state_, archive.weights);
    if (same_name(config_.optimizer["class_name"].get<std::string>(), kLossScale)) {
      const auto& all = archive.weights.vars(kOptimizer);
      archive.weights.set(kInnerOptimizer, {all.begin() + kLossScaleVariables, all.end()});
    }
    return archive;
  }

 private:
  size_t size() const { return static_cast<size_t>(options_.batch_size); }

  std::vector<std::span<const size_t>> parts(const std::vector<size_t>& order) const {
    std::vector<std::span<const size_t>> all;
    for (size_t begin = 0; begin < order.size(); begin += size())
      all.push_back(std::span(order).subspan(begin, std::min(size(), order.size() - begin)));
    return all;
  }

  Step& step(bool training, const Rows& batch) {
    auto& step = steps_[{training, batch.count(), static_cast<bool>(batch.weights)}];
    if (!step) {
      step = std::make_unique<Step>(archive_, config_, outputs_, training, batch, compile_, options_.seed);
      step->add_to(state_, archive_, config_);
    }
    return *step;
  }

  const saving::Archive archive_;  // as it was before: the model's own changes with each epoch
  const FitOptions& options_;
  const engine::CompileOptions& compile_;
  std::vector<std::string> outputs_;
  CompileConfig config_;
  State state_;
  Rows batch_, held_back_;
  std::map<std::tuple<bool, size_t, bool>, std::unique_ptr<Step>> steps_;
};

void check(const FitOptions& options) {
  const auto wrong = [](const char* what, auto got) {
    return Error(fmt::format("[model.fit] expected {}, got {}", what, got));
  };
  if (options.epochs < 1) throw wrong("1 epoch or more", options.epochs);
  if (options.batch_size < 1) throw wrong("a batch of 1 or more", options.batch_size);
  const double split = options.validation_split;
  if (!(split >= 0 && split < 1)) throw wrong("a validation split from 0 to less than 1", split);
  if (split > 0 && options.validation) throw Error("[model.fit] validation data and a validation split are given");
}

/// The rows to train with and those to validate with, which may be none.
std::pair<Rows, std::optional<Rows>> split(const Trainee& trainee, const FitData& data, const FitOptions& options) {
  const Rows rows = checked_rows(trainee.inputs, trainee.outputs, data);
  if (options.validation) return {rows, checked_rows(trainee.inputs, trainee.outputs, *options.validation)};
  if (options.validation_split == 0) return {rows, std::nullopt};
  const auto kept = static_cast<size_t>(static_cast<double>(rows.count()) * (1 - options.validation_split));
  if (kept == 0 || kept == rows.count()) {
    throw Error(fmt::format("[model.fit] a validation split of {} leaves {} of {} rows to train with",
                            options.validation_split, kept, rows.count()));
  }
  return {slice(rows, 0, kept), slice(rows, kept, rows.count())};
}

}  // namespace

History fit(const Trainee& trainee, const FitData& data, const FitOptions& options,
            const std::function<void(saving::Archive)>& publish) {
  check(options);
  const auto [rows, validation] = split(trainee, data, options);
  Run run(trainee, options);
  std::mt19937_64 generator(options.seed);
  std::vector<size_t> order(rows.count());
  std::iota(order.begin(), order.end(), size_t{0});
  History history;
  FitProgress progress{0, options.epochs, 0, run.batches(rows.count()), {}};
  for (progress.epoch = 1; progress.epoch <= options.epochs && !history.stopped; ++progress.epoch) {
    if (options.shuffle) shuffle(order, generator);
    std::optional<Logs> logs = run.train(rows, order, [&](size_t batch, const Means& means) {
      if (!options.on_batch) return true;
      progress.batch = batch;
      progress.logs = means.logs();
      return options.on_batch(progress);
    });
    if (!logs) {
      history.stopped = true;
      return history;
    }
    if (validation) {
      for (auto& log : run.validate(*validation)) logs->push_back(std::move(log));
    }
    publish(run.content());
    progress.logs = *logs;
    history.epochs.push_back(std::move(*logs));
    history.stopped = options.on_epoch && !options.on_epoch(progress);
  }
  if (run.finish()) publish(run.content());
  return history;
}

}  // namespace keravino::training
