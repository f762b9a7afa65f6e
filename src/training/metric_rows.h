// Metrics that are no means over samples.
#pragma once

#include "training/metric.h"

namespace keravino::training {

/// A metric by what it sums: `weights` has a number for each element of the predictions, whose rank the labels have.
struct SumsRow {
  std::string_view class_name, alias;
  Metric (*make)(const Layer& config, const Tensor& y_true, const Tensor& y_pred, const Tensor& weights);
  bool any_rank = false;  // labels may be of another rank
};
std::span<const SumsRow> decision_rows();
std::span<const SumsRow> score_rows();

/// a / b, 0 where b is.
inline double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

}  // namespace keravino::training
