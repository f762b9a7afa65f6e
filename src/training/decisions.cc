// Metrics of decisions: predictions above thresholds against labels of 0 and 1.
#include "keravino/config.h"
#include "ops/make.h"
#include "ops/shapes.h"
#include "training/metric_rows.h"

namespace keravino::training {
namespace {

using Numbers = std::vector<double>;

/// Ascending. Where they divide 0 to 1 evenly, a prediction's place among them is computed, as Keras does.
struct Thresholds {
  Numbers values;
  bool even = false;
};

/// The thresholds that Keras spreads from 0 to 1.
Thresholds spread(const Layer& config) {
  const auto count = config.get_or<int64_t>("num_thresholds", 200);
  if (count < 1) throw config.error(fmt::format("\"num_thresholds\" is {}, wanted 1 or more", count));
  if (count == 1) return {{0.5}};
  Thresholds all{{}, true};
  for (int64_t i = 0; i < count; ++i) all.values.push_back(static_cast<double>(i) / static_cast<double>(count - 1));
  return all;
}

/// How many of the thresholds a prediction is above.
Tensor count_below(const Tensor& p, const Thresholds& thresholds) {
  const auto last = static_cast<double>(thresholds.values.size()) - 1;
  if (thresholds.even) {
    const Tensor place = ops::ceil(ops::clip(p, 0, 1) * last);
    return ops::cast(thresholds.values[0] < 0 ? ops::maximum(place, 1) : place, DType::int32);
  }
  Tensor count = ops::cast(p > thresholds.values[0], DType::int32);
  for (size_t i = 1; i < thresholds.values.size(); ++i)
    count = count + ops::cast(p > thresholds.values[i], DType::int32);
  return count;
}

/// For each of some groups, which the last axis tells apart: the weights of true labels by the number of thresholds
/// that the prediction is above, from none to all, then those of false labels.
Tensor histogram(const Tensor& y, const Tensor& p, const Tensor& weights, const Thresholds& thresholds,
                 int64_t groups = 1) {
  const auto width = static_cast<int64_t>(thresholds.values.size()) + 1;
  Tensor place = count_below(p, thresholds) + ops::where(y != 0, 0, width);
  if (groups > 1) place = place + ops::iota(ops::Dim(groups), DType::int32) * (2 * width);
  return ops::segment_sum(ops::reshape(weights, {-1}), ops::reshape(place, {-1}), 2 * width * groups);
}

/// What was decided at each threshold.
struct Decisions {
  Numbers true_positives, false_positives, true_negatives, false_negatives;

  explicit Decisions(std::span<const double> histogram) {
    const size_t width = histogram.size() / 2;
    const auto add = [&](std::span<const double> part, Numbers& above, Numbers& below) {
      double sum = 0;
      for (size_t i = 0; i + 1 < width; ++i) below.push_back(sum += part[i]);
      sum += part[width - 1];
      for (const double each : below) above.push_back(sum - each);
    };
    add(histogram.first(width), true_positives, false_negatives);
    add(histogram.last(width), false_positives, true_negatives);
  }
};

Numbers ratios(const Numbers& a, const Numbers& b) {
  Numbers all;
  for (size_t i = 0; i < a.size(); ++i) all.push_back(ratio(a[i], a[i] + b[i]));
  return all;
}
Numbers recalls(const Decisions& d) { return ratios(d.true_positives, d.false_negatives); }
Numbers precisions(const Decisions& d) { return ratios(d.true_positives, d.false_positives); }
Numbers specificities(const Decisions& d) { return ratios(d.true_negatives, d.false_positives); }

/// Predictions outside of the k greatest are none.
Tensor only_top_k(const Tensor& p, int64_t k) {
  const Tensor places = ops::top_k(p, k).second;
  const Tensor kept = ops::sum(ops::one_hot(places, ops::static_shape(p).back()), {{-2}});
  return ops::where(kept > 0, p, -1e10);
}

/// The histogram for a metric with "top_k" and "class_id".
Tensor histogram(const Layer& config, Tensor y, Tensor p, Tensor weights, const Thresholds& thresholds) {
  if (config.has("top_k")) p = only_top_k(p, config.get<int64_t>("top_k"));
  if (config.has("class_id")) {
    if (p.rank() < 2) throw config.error("\"class_id\" needs predictions with an axis of classes");
    const int64_t id = config.get<int64_t>("class_id"), classes = ops::static_shape(p).back();
    if (id < 0 || id >= classes) throw config.error(fmt::format("\"class_id\" is {} of {} classes", id, classes));
    for (Tensor* each : {&y, &p, &weights}) *each = ops::take(*each, id, -1);
  }
  return histogram(y, p, weights, thresholds);
}

/// Predictions that are right, or wrong, at one threshold.
template <double (*Result)(double tp, double fp, double tn, double fn)>
Metric at_threshold(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  Numbers values{config.has("top_k") ? -1e10 : 0.5};
  if (config.has("thresholds")) {
    values = config.value("thresholds").is_array() ? config.get<Numbers>("thresholds")
                                                   : Numbers{config.get<double>("thresholds")};
  }
  if (values.size() != 1)
    throw config.error("several thresholds give several numbers, wanted one", Error::Kind::unsupported);
  return {{}, histogram(config, y, p, weights, {values}), [](std::span<const double> sums) {
            const Decisions d(sums);
            return Result(d.true_positives[0], d.false_positives[0], d.true_negatives[0], d.false_negatives[0]);
          }};
}
double true_positives(double tp, double, double, double) { return tp; }
double false_positives(double, double fp, double, double) { return fp; }
double true_negatives(double, double, double tn, double) { return tn; }
double false_negatives(double, double, double, double fn) { return fn; }
double precision(double tp, double fp, double, double) { return ratio(tp, tp + fp); }
double recall(double tp, double, double, double fn) { return ratio(tp, tp + fn); }

/// The best of one curve where another is at least what the config asks for.
template <Numbers (*Best)(const Decisions&), Numbers (*Bound)(const Decisions&)>
Metric best_at(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights, const char* key) {
  const double least = config.get<double>(key);
  return {{}, histogram(config, y, p, weights, spread(config)), [least](std::span<const double> sums) {
            const Decisions d(sums);
            const Numbers best = Best(d), bound = Bound(d);
            double found = 0;
            for (size_t i = 0; i < best.size(); ++i) found = bound[i] >= least ? std::max(found, best[i]) : found;
            return found;
          }};
}
Metric sensitivity(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  return best_at<recalls, specificities>(config, y, p, weights, "specificity");
}
Metric specificity(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  return best_at<specificities, recalls>(config, y, p, weights, "sensitivity");
}
Metric precision_at(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  return best_at<precisions, recalls>(config, y, p, weights, "recall");
}
Metric recall_at(const Layer& config, const Tensor& y, const Tensor& p, const Tensor& weights) {
  return best_at<recalls, precisions>(config, y, p, weights, "precision");
}

/// The area under precision over recall, with false positives interpolated between thresholds (Davis and Goadrich).
double interpolated_area(const Decisions& d) {
  const Numbers &tp = d.true_positives, &fp = d.false_positives;
  double area = 0;
  for (size_t i = 0; i + 1 < tp.size(); ++i) {
    const double more = tp[i] - tp[i + 1], before = tp[i] + fp[i], after = tp[i + 1] + fp[i + 1];
    const double slope = ratio(more, std::max(before - after, 0.0)), start = tp[i + 1] - slope * after;
    const double growth = before > 0 && after > 0 ? before / after : 1;
    area += ratio(slope * (more + start * std::log(growth)), tp[i + 1] + d.false_negatives[i + 1]);
  }
  return area;
}

/// Precision and recall as gains over a random decision (Flach and Kull).
std::pair<Numbers, Numbers> gains(const Decisions& d) {
  Numbers recall, precision;
  for (size_t i = 0; i < d.true_positives.size(); ++i) {
    const double tp = d.true_positives[i], fp = d.false_positives[i], fn = d.false_negatives[i];
    const double scale = ratio(tp + fn, d.true_negatives[i] + fp);
    recall.push_back(tp == 0 ? 0 : std::max(1 - scale * fn / tp, 0.0));
    precision.push_back(tp == 0 ? 1 : 1 - scale * fp / tp);
  }
  return {recall, precision};
}

double area(const std::string& curve, const std::string& summation, const Decisions& d) {
  if (curve == "PR" && summation == "interpolation") return interpolated_area(d);
  Numbers x = recalls(d), y = precisions(d);
  if (curve == "ROC") {
    y = std::exchange(x, ratios(d.false_positives, d.true_negatives));
  } else if (curve == "PRGAIN") {
    std::tie(x, y) = gains(d);
  }
  double sum = 0;
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    const double height = summation == "minoring"   ? std::min(y[i], y[i + 1])
                          : summation == "majoring" ? std::max(y[i], y[i + 1])
                                                    : (y[i] + y[i + 1]) / 2;
    sum += (x[i] - x[i + 1]) * height;
  }
  return sum;
}

/// Thresholds of an area: those of the config between 0 and 1, and ends that no prediction is beyond.
Thresholds area_thresholds(const Layer& config) {
  Thresholds all{{0, 1}, true};
  if (config.has("thresholds")) {
    const auto own = config.get<Numbers>("thresholds");
    all.values.insert(all.values.begin() + 1, own.begin(), own.end());
    std::ranges::sort(all.values);
    for (size_t i = 0; i < all.values.size(); ++i) {
      const double even = static_cast<double>(i) / (static_cast<double>(all.values.size()) - 1);
      all.even &= std::abs(all.values[i] - even) <= epsilon() + 1e-5 * even;
    }
  } else if (config.get_or<int64_t>("num_thresholds", 200) > 1) {
    all = spread(config);
  } else {
    throw config.error("\"num_thresholds\" is less than 2");
  }
  all.values.front() = -epsilon();
  all.values.back() = 1 + epsilon();
  return all;
}

Metric auc(const Layer& config, const Tensor& y, const Tensor& scores, const Tensor& weights) {
  if (config.has("label_weights")) throw config.error("label_weights is not supported", Error::Kind::unsupported);
  const std::string curve = config.get_or<std::string>("curve", "ROC"),
                    summation = config.get_or<std::string>("summation_method", "interpolation");
  const int64_t labels = config.get_or("multi_label", false) ? ops::static_shape(scores).back() : 1;
  const Tensor p = config.get_or("from_logits", false) ? ops::sigmoid(scores) : scores;
  return {{}, histogram(y, p, weights, area_thresholds(config), labels), [=](std::span<const double> sums) {
            const auto count = static_cast<size_t>(labels), part = sums.size() / count;
            double total = 0;
            for (size_t i = 0; i < count; ++i) total += area(curve, summation, Decisions(sums.subspan(i * part, part)));
            return total / static_cast<double>(count);
          }};
}

constexpr SumsRow kRows[] = {
    {"AUC", "", &auc},
    {"FalseNegatives", "", &at_threshold<false_negatives>},
    {"FalsePositives", "", &at_threshold<false_positives>},
    {"Precision", "", &at_threshold<precision>},
    {"PrecisionAtRecall", "", &precision_at},
    {"Recall", "", &at_threshold<recall>},
    {"RecallAtPrecision", "", &recall_at},
    {"SensitivityAtSpecificity", "", &sensitivity},
    {"SpecificityAtSensitivity", "", &specificity},
    {"TrueNegatives", "", &at_threshold<true_negatives>},
    {"TruePositives", "", &at_threshold<true_positives>},
};

}  // namespace

std::span<const SumsRow> decision_rows() { return kRows; }

}  // namespace keravino::training
