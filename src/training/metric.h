// keras.metrics, by class name.
#pragma once

#include <functional>

#include "training/object.h"

namespace keravino::training {

/// What a metric makes of the sums over all batches of an epoch.
using MetricResult = std::function<double(std::span<const double> sums)>;

/// A metric of one batch: the numbers of one axis that are summed over the batches of an epoch, and their meaning.
struct Metric {
  std::string label;
  Tensor sums;
  MetricResult result;
};

/// A mean over samples: sum / count of all batches, or the square root of that.
Metric mean_metric(std::string label, const Tensor& sum, const Tensor& count, bool root = false);

/// A metric of predictions; `weights` is empty or has one number for each sample; what `mask` leaves
/// out, if there is one, does not count in means, as in Keras. "accuracy" and "acc" are resolved by
/// the shapes, and losses are metrics too. Error for an unknown one.
Metric metric(const Layer& config, Tensor y_true, Tensor y_pred, const Tensor& weights, const Tensor& mask = {});

}  // namespace keravino::training
