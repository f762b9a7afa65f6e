#include "training/metric.h"

#include "keravino/config.h"
#include "ops/make.h"
#include "ops/shapes.h"
#include "training/loss.h"
#include "training/metric_rows.h"

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

Tensor pearson_correlation(const Layer& config, const Tensor& y, const Tensor& p) {
  const ops::Axes axis{{config.get_or<int64_t>("axis", -1)}};
  const auto standard = [&](const Tensor& x) {
    const Tensor centred = x - ops::mean(x, axis, true);
    return centred / ops::std(centred, axis, true);
  };
  return ops::mean(standard(y) * standard(p), axis);
}

/// With the labels' distance from the mean of the predictions, as Keras has it.
Tensor concordance_correlation(const Layer& config, const Tensor& y, const Tensor& p) {
  const ops::Axes axis{{config.get_or<int64_t>("axis", -1)}};
  const Tensor y_mean = ops::mean(y, axis, true), p_mean = ops::mean(p, axis, true);
  const Tensor spread = ops::var(y - y_mean, axis, true) + ops::var(p - p_mean, axis, true);
  const Tensor shared = (y - p_mean) * (p - p_mean);
  return ops::mean(2 * shared / (spread + ops::square(y_mean - p_mean) + epsilon()), axis);
}

constexpr LossRow kRows[] = {
    {"Accuracy", "", &accuracy},
    {"BinaryAccuracy", "", &binary_accuracy},
    {"CategoricalAccuracy", "", &categorical_accuracy},
    {"ConcordanceCorrelation", "", &concordance_correlation},
    {"CosineSimilarity", "", &cosine_similarity},
    {"PearsonCorrelation", "", &pearson_correlation},
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
  add_names(decision_rows(), names);
  add_names(score_rows(), names);
  throw unknown(config, "metric", names);
}

const SumsRow* sums_row(const std::string& name) {
  const SumsRow* row = find_row(decision_rows(), name);
  return row ? row : find_row(score_rows(), name);
}

}  // namespace

Metric mean_metric(std::string label, const Tensor& sum, const Tensor& count, bool root) {
  const auto scalar = [](const Tensor& x) { return ops::cast(ops::strong(x), DType::float32); };
  return {std::move(label), ops::stack({scalar(sum), scalar(count)}), [root](std::span<const double> sums) {
            const double mean = ratio(sums[0], sums[1]);
            return root ? std::sqrt(mean) : mean;
          }};
}

Metric metric(const Layer& config, Tensor y_true, Tensor y_pred, const Tensor& weights, const Tensor& mask) {
  const std::string label = config.node().value("label", config.class_name());
  if (const SumsRow* row = sums_row(config.class_name())) {
    if (!row->any_rank) match_ranks(row->class_name, y_true, y_pred);
    const Tensor ones = ops::ones_like(y_pred);  // Keras looks at masks in means alone
    Metric made = row->make(config, y_true, y_pred, weights ? weighted(ones, weights) : ones);
    made.label = label;
    return made;
  }
  const LossRow& row = row_of(config, y_true, y_pred);
  match_ranks(row.class_name, y_true, y_pred);
  Tensor values = row.values(config, y_true, y_pred);
  const bool root = row.class_name == "RootMeanSquaredError";
  if (mask) {
    const Tensor counted = mask_numbers(mask, values);
    const Tensor counts = weights ? weighted(counted, weights) : counted;
    return mean_metric(label, ops::sum(values * counts), ops::sum(ops::broadcast_to(counts, ops::dims(values))), root);
  }
  std::vector<int64_t> axes(static_cast<size_t>(values.rank() - 1));
  std::iota(axes.begin(), axes.end(), 1);
  if (!axes.empty()) values = ops::mean(values, axes);  // one number for each sample
  const auto samples = static_cast<double>(ops::static_shape(values)[0]);
  return mean_metric(label, ops::sum(weights ? weighted(values, weights) : values),
                     weights ? ops::sum(weights) : ops::as(samples, DType::float32), root);
}

}  // namespace keravino::training
