// keras.metrics that are means over samples, by class name.
#pragma once

#include "training/object.h"

namespace keravino::training {

/// A metric of one batch: what is summed over the batches of an epoch, both scalars. Its result is sum / count, or the
/// square root of that.
struct Metric {
  std::string label;
  Tensor sum, count;
  bool root = false;
};

/// A metric of predictions; `weights` is empty or has one number for each sample; what `mask` leaves
/// out, if there is one, does not count. "accuracy" and "acc" are resolved by
/// the shapes, and losses are metrics too. Error for an unknown one.
Metric metric(const Layer& config, Tensor y_true, Tensor y_pred, const Tensor& weights, const Tensor& mask = {});

}  // namespace keravino::training
