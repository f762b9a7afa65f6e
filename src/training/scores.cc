// Metrics of all samples together: F scores, the coefficient of determination, intersections over unions.
#include "keravino/config.h"
#include "ops/make.h"
#include "training/metric_rows.h"

namespace keravino::training {
namespace {

/// Sums over the samples of some matrices, one behind the other.
Tensor sums_of(const Layer& config, const std::vector<Tensor>& each, const Tensor& weights) {
  if (weights.rank() != 2) throw config.error("wants predictions of the shape (samples, outputs)");
  std::vector<Tensor> parts;
  for (const Tensor& x : each) parts.push_back(ops::sum(x * weights, {{0}}));
  return ops::concatenate(parts);
}

Metric f_score(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  const auto average = config.get_or<std::string>("average", "none");
  if (average == "none")
    throw config.error("average=None gives a number for each class, wanted one", Error::Kind::unsupported);
  const double square = std::pow(config.get_or("beta", 1.0), 2);
  Tensor chosen = p > config.get_or("threshold", 0.5);
  if (!config.has("threshold")) chosen = ops::logical_and(p >= ops::max(p, {{-1}}, true), ops::absolute(p) > 1e-9);
  chosen = ops::cast(chosen, DType::float32);
  const Tensor sums = sums_of(config, {chosen * y, chosen * (1 - y), (1 - chosen) * y, y}, weights);
  return {{}, sums, [=](std::span<const double> all) {
            const size_t classes = all.size() / 4;
            const auto score = [&](double tp, double fp, double fn) {
              const double precision = ratio(tp, tp + fp), recall = ratio(tp, tp + fn);
              return ratio(precision * recall, square * precision + recall) * (1 + square);
            };
            double total = 0, count = 0, tp = 0, fp = 0, fn = 0;
            for (size_t i = 0; i < classes; ++i) {
              const double share = average == "weighted" ? all[3 * classes + i] : 1;
              total += share * score(all[i], all[classes + i], all[2 * classes + i]);
              count += share;
              tp += all[i], fp += all[classes + i], fn += all[2 * classes + i];
            }
            return average == "micro" ? score(tp, fp, fn) : ratio(total, count);
          }};
}

/// 1 - the share of the labels' variance that is left.
Metric r2_score(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  const auto aggregation = config.get_or<std::string>("class_aggregation", "none");
  if (aggregation == "none")
    throw config.error("class_aggregation=None gives a number for each output, wanted one", Error::Kind::unsupported);
  const auto regressors = static_cast<double>(config.get_or<int64_t>("num_regressors", 0));
  const Tensor ones = ops::ones_like(y);
  const auto elements = static_cast<double>(ov::shape_size(y.shape().to_shape()));
  const Tensor sums = ops::concatenate({sums_of(config, {y, y * y, ops::square(y - p), ones}, weights),
                                        ops::reshape(ops::as(elements, DType::float32), {1})});
  return {{}, sums, [=](std::span<const double> all) {
            const size_t outputs = all.size() / 4;
            double score = 0, count = 0;
            for (size_t i = 0; i < outputs; ++i) {
              const double sum = all[i], weight = all[3 * outputs + i];
              const double total = all[outputs + i] - sum * sum / weight, left = all[2 * outputs + i];
              const double share = aggregation == "uniform_average" ? 1 : total, own = 1 - left / total;
              score += share * (std::isinf(own) ? 0 : own);
              count += share;
            }
            score /= count;
            const double samples = all.back();
            if (regressors == 0 || regressors >= samples - 1) return score;  // Keras warns of too many regressors
            return 1 - (1 - score) * (samples - 1) / (samples - regressors - 1);
          }};
}

/// Which classes count, and how labels and predictions become class numbers.
struct Overlap {
  int64_t classes;
  std::vector<int64_t> targets;
  bool sparse_true, sparse_pred;
};

/// The mean over classes of what labels and predictions share of what either has.
Metric overlap(const Layer& config, Tensor y, Tensor p, const Tensor& weights, const Overlap& form) {
  const int64_t n = form.classes, axis = config.get_or<int64_t>("axis", -1);
  for (const int64_t target : form.targets) {
    if (target < 0 || target >= n) throw config.error(fmt::format("class {} of {}", target, n));
  }
  const Tensor samples = ops::take(ops::reshape(weights, {ops::static_shape(weights)[0], -1}), 0, 1);
  const auto flat = [&](const Tensor& x, bool sparse) {
    return ops::reshape(ops::cast(sparse ? x : ops::argmax(x, axis), DType::int32), {-1});
  };
  y = flat(y, form.sparse_true);
  p = flat(p, form.sparse_pred);
  const int64_t elements = ops::static_shape(y)[0], rows = ops::static_shape(samples)[0];
  if (ops::static_shape(p)[0] != elements)
    throw config.error(fmt::format("{} predictions for {} labels", ops::static_shape(p)[0], elements));
  const auto within = [&](const Tensor& x) { return ops::logical_and(x >= 0, x < n); };
  Tensor counts = ops::logical_and(within(y), within(p));
  if (config.has("ignore_class")) counts = ops::logical_and(counts, y != config.get<int64_t>("ignore_class"));
  // Keras counts in whole numbers.
  const Tensor own = ops::broadcast_to(ops::reshape(ops::trunc(samples), {rows, 1}), {rows, elements / rows});
  const Tensor values = ops::where(counts, ops::reshape(own, {-1}), 0);
  const Tensor sums = ops::segment_sum(values, ops::where(counts, y * n + p, 0), n * n);
  return {{}, sums, [=, targets = form.targets](std::span<const double> all) {
            double total = 0, present = 0;
            for (const int64_t target : targets) {
              double either = 0;
              for (int64_t i = 0; i < n; ++i) {
                either += all[static_cast<size_t>(target * n + i)] + all[static_cast<size_t>(i * n + target)];
              }
              const double shared = all[static_cast<size_t>(target * n + target)];
              either -= shared;
              if (either <= 1e-9) continue;
              total += shared / (either + epsilon());
              ++present;
            }
            return total / (present + epsilon());
          }};
}

std::vector<int64_t> all_classes(int64_t n) {
  std::vector<int64_t> classes(static_cast<size_t>(n));
  std::iota(classes.begin(), classes.end(), int64_t{0});
  return classes;
}

template <bool OneHot, bool Mean>
Metric classes_overlap(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  const auto n = config.get<int64_t>("num_classes");
  const auto targets = Mean ? all_classes(n) : config.get<std::vector<int64_t>>("target_class_ids");
  return overlap(config, y, p, weights,
                 {n, targets, config.get_or("sparse_y_true", !OneHot), config.get_or("sparse_y_pred", !OneHot)});
}

Metric binary_overlap(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  const Tensor chosen = p >= config.get_or("threshold", 0.5);
  return overlap(config, y, chosen, weights, {2, config.get_or("target_class_ids", all_classes(2)), true, true});
}

constexpr SumsRow kRows[] = {
    {"BinaryIoU", "", &binary_overlap, true},
    {"F1Score", "", &f_score},
    {"FBetaScore", "", &f_score},
    {"IoU", "", &classes_overlap<false, false>, true},
    {"MeanIoU", "", &classes_overlap<false, true>, true},
    {"OneHotIoU", "", &classes_overlap<true, false>, true},
    {"OneHotMeanIoU", "", &classes_overlap<true, true>, true},
    {"R2Score", "", &r2_score},
};

}  // namespace

std::span<const SumsRow> score_rows() { return kRows; }

}  // namespace keravino::training
