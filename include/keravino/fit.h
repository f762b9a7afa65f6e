// What training takes and gives.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "keravino/tensor.h"

namespace keravino {

/// Samples to train or validate with: in each tensor one row is one sample.
struct FitData {
  std::vector<Tensor> inputs;  ///< in the order of Model::inputs()
  std::vector<Tensor> labels;  ///< one for each output: class numbers, one-hot rows or values, as the loss wants them
  Tensor sample_weight = {};   ///< how much each sample counts, of shape (rows,); none: all the same
};

/// The loss and the metrics, "loss" first, under Keras's names; those of validation data as "val_...".
using Logs = std::vector<std::pair<std::string, double>>;

/// How far a run is, for the callbacks. The logs are means over the epoch so far.
struct FitProgress {
  int epoch, epochs;      ///< from 1
  size_t batch, batches;  ///< from 1
  Logs logs;
};

/// How to train. An optimizer, loss or metric is a name of Keras ("adam", "SparseCategoricalCrossentropy") or JSON as
/// in compile_config ({"class_name": "SGD", "config": {"momentum": 0.9}}).
struct FitOptions {
  int epochs = 1;
  int64_t batch_size = 32;
  bool shuffle = true;
  uint64_t seed = 0;  ///< of the order of samples, and of random layers that have no seed of their own
  std::optional<FitData> validation = {};
  double validation_split = 0;               ///< the share at the end of the data that is held back to validate with
  std::string optimizer = "";                ///< empty: what the file was compiled with; else it starts afresh
  std::string loss = "";                     ///< empty: what the file was compiled with
  std::vector<std::string> metrics;          ///< empty: what the file was compiled with
  std::optional<double> learning_rate = {};  ///< instead of the optimizer's own
  /// Called after each batch, and after each epoch with the validation's logs; false ends the run.
  std::function<bool(const FitProgress&)> on_batch = {}, on_epoch = {};
};

/// The logs of each whole epoch.
struct History {
  std::vector<Logs> epochs;
  bool stopped = false;  ///< by a callback
};

}  // namespace keravino
