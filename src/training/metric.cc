#include "training/metric.h"

#include "ops/make.h"
#include "ops/shapes.h"
#include "training/loss.h"

namespace keravino::training {
namespace {

Tensor same(const Tensor& a, const Tensor& b) { return ops::cast(ops::equal(a, b), DType::float32); }

Tensor accuracy(const Layer&, const Tensor& y, const Tensor& p) { return same(y, p); }

Tensor binary_accuracy(const Layer& config, const Tensor& y, const Tensor& p) {
  return same(y, ops::cast(p > config.get_or("threshold", 0.5), y.dtype()));
}

Tensor classes(const Tensor& scores) { return ops::argmax(scores, -1); }

/// Class numbers without a last axis of 1.
Tensor class_numbers(const Tensor& y, const Tensor& p) {
  return ops::cast(y.rank() == p.rank() ? ops::squeeze(y, {{-1}}) : y, DType::int32);
}

Tensor categorical_accuracy(const Layer&, const Tensor& y, const Tensor& p) { return same(classes(y), classes(p)); }

Tensor sparse_categorical_accuracy(const Layer&, const Tensor& y, const Tensor& p) {
  return same(class_numbers(y, p), classes(p));
}

Tensor in_top_k(const Layer& config, const Tensor& numbers, const Tensor& p) {
  return ops::cast(ops::in_top_k(numbers, p, config.get_or<int64_t>("k", 5)), DType::float32);
}

Tensor top_k(const Layer& config, const Tensor& y, const Tensor& p) { return in_top_k(config, classes(y), p); }

Tensor sparse_top_k(const Layer& config, const Tensor& y, const Tensor& p) {
  if (config.get_or("from_sorted_ids", false))
    throw config.error("from_sorted_ids is not supported", Error::Kind::unsupported);
  return in_top_k(config, class_numbers(y, p), p);
}

/// The loss of this name is the negative of the metric.
Tensor cosine_similarity(const Layer& config, const Tensor& y, const Tensor& p) {
  return -find_row(loss_rows(), "CosineSimilarity")->values(config, y, p);
}

Tensor squared_error(const Layer&, const Tensor& y, const Tensor& p) { return ops::square(y - p); }

constexpr LossRow kRows[] = {
    {"Accuracy", "", &accuracy},
    {"BinaryAccuracy", "", &binary_accuracy},
    {"CategoricalAccuracy", "", &categorical_accuracy},
    {"CosineSimilarity", "", &cosine_similarity},
    {"RootMeanSquaredError", "", &squared_error},
    {"SparseCategoricalAccuracy", "", &sparse_categorical_accuracy},
    {"SparseTopKCategoricalAccuracy", "", &sparse_top_k},
    {"TopKCategoricalAccuracy", "", &top_k},
};

const LossRow& row_of(const Layer& config, const Tensor& y_true, const Tensor& y_pred) {
  std::string name = config.class_name();
  if (name == "accuracy" || name == "acc") name = kind_of_labels(y_true, y_pred) + "Accuracy";
  if (name == "LogCoshError") name = "LogCosh";
  if (const LossRow* row = find_row(kRows, name)) return *row;
  if (const LossRow* row = find_row(loss_rows(), name)) return *row;
  std::vector<std::string_view> names{"acc"};
  add_names(kRows, names);
  add_names(loss_rows(), names);
  throw unknown(config, "metric", names);
}

}  // namespace

Metric metric(const Layer& config, Tensor y_true, Tensor y_pred, const Tensor& weights, const Tensor& mask) {
  const LossRow& row = row_of(config, y_true, y_pred);
  match_ranks(row, y_true, y_pred);
  Tensor values = row.values(config, y_true, y_pred);
  Metric result{config.node().value("label", config.class_name()), {}, {}, row.class_name == "RootMeanSquaredError"};
  if (mask) {
    const Tensor counted = mask_numbers(mask, values);
    const Tensor counts = weights ? weighted(counted, weights) : counted;
    result.sum = ops::sum(values * counts);
    result.count = ops::sum(ops::broadcast_to(counts, ops::dims(values)));
    return result;
  }
  std::vector<int64_t> axes(static_cast<size_t>(values.rank() - 1));
  std::iota(axes.begin(), axes.end(), 1);
  if (!axes.empty()) values = ops::mean(values, axes);  // one number for each sample
  const auto samples = static_cast<double>(ops::static_shape(values)[0]);
  result.sum = ops::sum(weights ? weighted(values, weights) : values);
  result.count = weights ? ops::sum(weights) : ops::as(samples, DType::float32);
  return result;
}

}  // namespace keravino::training
