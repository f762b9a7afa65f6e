#include "training/loss.h"

#include "keravino/config.h"
#include "layers/masks.h"
#include "ops/make.h"

namespace keravino::training {
namespace {

/// A float of a config, or what Keras takes where the config has none.
double number(const Layer& config, const char* key, double fallback) { return config.get_or(key, fallback); }

Tensor last_mean(const Tensor& x) { return ops::mean(x, {{-1}}); }

Tensor mean_squared_error(const Layer&, const Tensor& y, const Tensor& p) { return last_mean(ops::square(y - p)); }
Tensor mean_absolute_error(const Layer&, const Tensor& y, const Tensor& p) { return last_mean(ops::absolute(y - p)); }

Tensor mean_absolute_percentage_error(const Layer&, const Tensor& y, const Tensor& p) {
  return 100 * last_mean(ops::absolute((y - p) / ops::maximum(ops::absolute(y), epsilon())));
}

Tensor mean_squared_logarithmic_error(const Layer&, const Tensor& y, const Tensor& p) {
  const auto log = [](const Tensor& x) { return ops::log(ops::maximum(x, epsilon()) + 1); };
  return last_mean(ops::square(log(p) - log(y)));
}

Tensor huber(const Layer& config, const Tensor& y, const Tensor& p) {
  const double delta = number(config, "delta", 1);
  const Tensor size = ops::absolute(p - y);
  return last_mean(ops::where(size <= delta, 0.5 * size * size, delta * size - 0.5 * delta * delta));
}

Tensor log_cosh(const Layer&, const Tensor& y, const Tensor& p) {
  const Tensor error = p - y;
  return last_mean(error + ops::softplus(-2 * error) - std::log(2.0));
}

Tensor kl_divergence(const Layer&, const Tensor& y, const Tensor& p) {
  const Tensor truth = ops::clip(y, epsilon(), 1);
  return ops::sum(truth * ops::log(truth / ops::clip(p, epsilon(), 1)), {{-1}});
}

Tensor poisson(const Layer&, const Tensor& y, const Tensor& p) { return last_mean(p - y * ops::log(p + epsilon())); }

/// Labels of 0 and 1, if there are no others in the batch, as -1 and 1.
Tensor signs(const Tensor& y) {
  const Tensor binary = ops::all(ops::logical_or(y == 0, y == 1));
  return ops::where(binary, 2 * y - 1, y);
}

Tensor hinge(const Layer&, const Tensor& y, const Tensor& p) { return last_mean(ops::maximum(1 - signs(y) * p, 0)); }
Tensor squared_hinge(const Layer&, const Tensor& y, const Tensor& p) {
  return last_mean(ops::square(ops::maximum(1 - signs(y) * p, 0)));
}

Tensor categorical_hinge(const Layer&, const Tensor& y, const Tensor& p) {
  return ops::maximum(ops::max((1 - y) * p, {{-1}}) - ops::sum(y * p, {{-1}}) + 1, 0);
}

Tensor cosine_similarity(const Layer& config, const Tensor& y, const Tensor& p) {
  const int64_t axis = config.get_or("axis", std::vector<int64_t>{-1}).at(0);
  const auto unit = [&](const Tensor& x) {
    return x * ops::rsqrt(ops::maximum(ops::sum(ops::square(x), {{axis}}, true), 1e-24));
  };
  return -ops::sum(unit(y) * unit(p), {{axis}});
}

bool from_logits(const Layer& config) { return config.get_or("from_logits", false); }
int64_t axis_of(const Layer& config) { return config.get_or<int64_t>("axis", -1); }

Tensor binary_crossentropy(const Layer& config, const Tensor& y, const Tensor& p) {
  const double smoothing = number(config, "label_smoothing", 0);
  const Tensor soft = smoothing == 0 ? y : y * (1 - smoothing) + 0.5 * smoothing;
  return ops::mean(ops::binary_crossentropy(soft, p, from_logits(config)), {{axis_of(config)}});
}

Tensor categorical_crossentropy(const Layer& config, const Tensor& y, const Tensor& p) {
  const double smoothing = number(config, "label_smoothing", 0);
  const auto classes = static_cast<double>(ops::static_shape(y).back());
  const Tensor soft = smoothing == 0 ? y : y * (1 - smoothing) + smoothing / classes;
  return ops::categorical_crossentropy(soft, p, from_logits(config), axis_of(config));
}

Tensor sparse_categorical_crossentropy(const Layer& config, const Tensor& y, const Tensor& p) {
  if (config.has("ignore_class")) throw config.error("ignore_class is not supported", Error::Kind::unsupported);
  return ops::sparse_categorical_crossentropy(y, p, from_logits(config), axis_of(config));
}

constexpr LossRow kRows[] = {
    {"BinaryCrossentropy", "bce", &binary_crossentropy},
    {"CategoricalCrossentropy", "", &categorical_crossentropy},
    {"CategoricalHinge", "", &categorical_hinge},
    {"CosineSimilarity", "", &cosine_similarity},
    {"Hinge", "", &hinge},
    {"Huber", "", &huber},
    {"KLDivergence", "kld", &kl_divergence},
    {"LogCosh", "", &log_cosh},
    {"MeanAbsoluteError", "mae", &mean_absolute_error},
    {"MeanAbsolutePercentageError", "mape", &mean_absolute_percentage_error},
    {"MeanSquaredError", "mse", &mean_squared_error},
    {"MeanSquaredLogarithmicError", "msle", &mean_squared_logarithmic_error},
    {"Poisson", "", &poisson},
    {"SparseCategoricalCrossentropy", "", &sparse_categorical_crossentropy},
    {"SquaredHinge", "", &squared_hinge},
};

const LossRow& row_of(const Layer& config, const Tensor& y_true, const Tensor& y_pred) {
  std::string name = config.class_name();
  if (name == "crossentropy" || name == "ce") name = kind_of_labels(y_true, y_pred) + "Crossentropy";
  if (const LossRow* row = find_row(loss_rows(), name)) return *row;
  std::vector<std::string_view> names{"crossentropy"};
  add_names(loss_rows(), names);
  throw unknown(config, "loss", names);
}

}  // namespace

std::span<const LossRow> loss_rows() { return kRows; }

void match_ranks(std::string_view class_name, Tensor& y_true, Tensor& y_pred) {
  if (class_name.starts_with("Sparse")) return;
  const auto is_longer = [](const Tensor& x, const Tensor& than) {
    return x.rank() == than.rank() + 1 && ops::static_shape(x).back() == 1;
  };
  if (is_longer(y_true, y_pred)) y_pred = ops::expand_dims(y_pred, {-1});
  if (is_longer(y_pred, y_true)) y_true = ops::expand_dims(y_true, {-1});
  if (y_true.rank() != y_pred.rank()) throw Error(fmt::format("{} wants labels of the output's rank", class_name));
}

std::string kind_of_labels(const Tensor& y_true, const Tensor& y_pred) {
  const int64_t labels = ops::static_shape(y_true).back(), scores = ops::static_shape(y_pred).back();
  if (scores == 1) return "Binary";
  return y_true.rank() < y_pred.rank() || labels == 1 ? "SparseCategorical" : "Categorical";
}

Tensor weighted(const Tensor& values, const Tensor& weights) {
  std::vector<int64_t> shape(static_cast<size_t>(values.rank()), 1);
  shape.at(0) = ops::static_shape(weights)[0];
  return values * ops::reshape(weights, shape);
}

Tensor mask_numbers(const Tensor& mask, const Tensor& values) {
  if (mask.rank() > values.rank())
    throw Error(fmt::format("the output's mask has rank {}, its values {}", mask.rank(), values.rank()));
  return ops::cast(layers::up_to_rank(mask, values.rank()), values.dtype());
}

Tensor loss(const Layer& config, Tensor y_true, Tensor y_pred, const Tensor& weights, const Tensor& mask) {
  const LossRow& row = row_of(config, y_true, y_pred);
  match_ranks(row.class_name, y_true, y_pred);
  Tensor values = row.values(config, y_true, y_pred);
  if (weights) values = weighted(values, weights);
  const std::string reduction = config.get_or<std::string>("reduction", "sum_over_batch_size");
  Tensor counts = weights;
  if (mask) {
    const Tensor counted = mask_numbers(mask, values);
    if (weights) counts = weighted(counted, weights);
    values = values * counted;
    // The mean is of what counts: Keras gives it the weight all / counted.
    if (reduction == "sum_over_batch_size" || reduction == "mean")
      values = values / ops::maximum(ops::mean(counted), 1e-30);
  }
  if (reduction == "sum") return ops::sum(values);
  if (reduction == "mean_with_sample_weight" && weights) return ops::sum(values) / ops::sum(counts);
  if (reduction == "sum_over_batch_size" || reduction.starts_with("mean")) return ops::mean(values);
  throw config.error(fmt::format("reduction \"{}\" gives no number to train by", reduction), Error::Kind::unsupported);
}

}  // namespace keravino::training
