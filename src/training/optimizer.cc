#include "training/optimizer.h"

#include "ops/make.h"
#include "training/loss_scale.h"
#include "training/schedule.h"

namespace keravino::training {
namespace {

const OptimizerRow& row_of(const Layer& config) {
  if (const OptimizerRow* row = find_row(optimizer_rows(), config.class_name())) return *row;
  std::vector<std::string_view> names{kLossScale};
  add_names(optimizer_rows(), names);
  throw unknown(config, "optimizer", names);
}

/// The sum of the squares of all numbers.
Tensor squares(const Tensor& x) { return ops::sum(ops::square(x)); }

/// An update rule, and what keras.optimizers.Optimizer does around it. In the file are the iteration, the learning rate
/// unless a schedule gives it, averages and gathered gradients of each weight where they are asked for, the slots of
/// each weight, and what the weights share.
class Rule : public Optimizer {
 public:
  explicit Rule(const Layer& config)
      : config_(config),
        row_(row_of(config)),
        scale_(config.get_or("loss_scale_factor", 1.0)),
        steps_(config.get_or<int64_t>("gradient_accumulation_steps", 1)),
        has_averages_(config.get_or("use_ema", false)) {
    if (gathers() && steps_ < 2)
      throw config.error(fmt::format("gradient_accumulation_steps must be 2 or more, got {}", steps_));
  }

  std::vector<OptimizerVariable> variables(const std::vector<Tensor>& weights) const override;
  void apply(std::vector<Tensor>& weights, std::vector<Tensor> gradients,
             std::vector<Tensor>& variables) const override;
  Tensor scaled(const Tensor& loss, const std::vector<Tensor>&) const override {
    return scale_ == 1 ? loss : loss * scale_;
  }
  size_t iteration() const override { return 0; }
  std::optional<size_t> averages() const override {
    return has_averages_ ? std::optional<size_t>(has_schedule() ? 1 : 2) : std::nullopt;
  }

 private:
  bool has_schedule() const { return config_.has("learning_rate") && config_.value("learning_rate").is_object(); }
  bool gathers() const { return config_.has("gradient_accumulation_steps"); }
  /// Where the gathered gradients begin, and the slots.
  size_t first_gathered(size_t weights) const { return (has_schedule() ? 1 : 2) + (has_averages_ ? weights : 0); }
  size_t first_slot(size_t weights) const { return first_gathered(weights) + (gathers() ? weights : 0); }

  std::vector<Tensor> clipped(std::vector<Tensor> gradients) const;
  void update(std::vector<Tensor>& weights, std::vector<Tensor> gradients, std::vector<Tensor>& variables,
              const Tensor& iteration) const;
  void gather(std::vector<Tensor>& weights, std::vector<Tensor> gradients, std::vector<Tensor>& variables,
              const Tensor& iteration) const;
  void average(std::vector<Tensor>& weights, std::vector<Tensor>& variables, const Tensor& iteration) const;

  const Layer& config_;
  const OptimizerRow& row_;
  const double scale_;
  const int64_t steps_;
  const bool has_averages_;
};

std::vector<OptimizerVariable> Rule::variables(const std::vector<Tensor>& weights) const {
  std::vector<OptimizerVariable> all = {{DType::int32, {}, 0}};
  if (!has_schedule()) all.push_back({DType::float32, {}, config_.get_or("learning_rate", row_.learning_rate)});
  SlotLists lists = row_.slots(config_);
  lists.insert(lists.begin(), (has_averages_ ? 1U : 0U) + (gathers() ? 1U : 0U), {Slot{""}});
  for (const auto& list : lists) {
    for (const Tensor& weight : weights) {
      for (const Slot& slot : list) {
        const OptimizerVariable like{weight.dtype(), weight.shape().to_shape(), slot.initial};
        all.push_back(slot.variable ? slot.variable(like) : like);
      }
    }
  }
  if (row_.shared) all.push_back({weights.at(0).dtype(), {}, 1});
  return all;
}

std::vector<Tensor> Rule::clipped(std::vector<Tensor> gradients) const {
  const auto limit = [&](const char* key) { return config_.get_or(key, 0.0); };
  const double norm = limit("clipnorm"), global_norm = limit("global_clipnorm"), value = limit("clipvalue");
  Tensor scale;
  if (norm <= 0 && global_norm > 0) {
    Tensor sum = 0.0;
    for (const Tensor& g : gradients) {
      if (g) sum = sum + squares(g);
    }
    const Tensor size = ops::sqrt(sum);
    // NaN if the norm is not finite, as in Keras.
    scale = global_norm * ops::minimum(1 / size, 1 / global_norm) + (size - size);
  }
  for (Tensor& g : gradients) {
    if (!g) continue;
    if (norm > 0) {
      g = g * norm / ops::maximum(ops::sqrt(squares(g)), norm);
    } else if (scale) {
      g = g * scale;
    } else if (value > 0) {
      g = ops::clip(g, -value, value);
    }
  }
  return gradients;
}

/// Clipping, weight decay and the rule.
void Rule::update(std::vector<Tensor>& weights, std::vector<Tensor> gradients, std::vector<Tensor>& variables,
                  const Tensor& iteration) const {
  const Tensor rate = has_schedule()
                          ? scheduled_rate(config_.sub("learning_rate"), ops::cast(variables.at(0), DType::float32))
                          : variables.at(1);
  const double decay = config_.get_or("weight_decay", row_.weight_decay);
  gradients = clipped(std::move(gradients));
  const SlotLists lists = row_.slots(config_);
  if (row_.shared)
    variables.back() = row_.shared(config_, variables.back(), ops::cast(iteration + 1, variables.back().dtype()));
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!gradients[i]) continue;
    const auto of_weight = [&](const Tensor& x) { return ops::cast(x, weights[i].dtype()); };
    const Tensor own_rate = of_weight(rate);
    if (decay != 0) weights[i] = weights[i] - weights[i] * decay * own_rate;
    // Where a slot of this weight is among the variables.
    std::map<std::string_view, size_t> places;
    size_t first = first_slot(weights.size());
    for (const auto& list : lists) {
      for (size_t j = 0; j < list.size(); ++j) places[list[j].name] = first + i * list.size() + j;
      first += weights.size() * list.size();
    }
    const Tensor shared = row_.shared ? of_weight(variables.back()) : Tensor();
    Update update{weights[i], of_weight(gradients[i]), own_rate, of_weight(iteration + 1), shared, {}};
    for (const auto& [name, place] : places) update.slots[name] = variables.at(place);
    weights[i] = row_.new_weight(config_, update);
    for (const auto& [name, place] : places) variables[place] = update.slots[name];
  }
}

/// Sums gradients up; each so many steps their mean is used.
void Rule::gather(std::vector<Tensor>& weights, std::vector<Tensor> gradients, std::vector<Tensor>& variables,
                  const Tensor& iteration) const {
  const std::vector<Tensor> weights_before = weights, before = variables;
  const size_t first = first_gathered(weights.size());
  std::vector<Tensor> sums = gradients;
  for (size_t i = 0; i < sums.size(); ++i) {
    if (!sums[i]) continue;
    sums[i] = sums[i] + variables.at(first + i);
    gradients[i] = sums[i] / static_cast<double>(steps_);
  }
  update(weights, std::move(gradients), variables, iteration);
  const Tensor due = ops::equal(ops::mod(variables.at(0) + 1, steps_), 0);
  choose(due, weights, weights_before);
  choose(due, variables, before);
  for (size_t i = 0; i < sums.size(); ++i) {
    if (sums[i]) variables[first + i] = ops::where(due, 0.0, sums[i]);
  }
}

/// Moving averages of the weights, which may take their places.
void Rule::average(std::vector<Tensor>& weights, std::vector<Tensor>& variables, const Tensor& iteration) const {
  const Tensor kept = ops::where(iteration > 0, config_.get_or("ema_momentum", 0.99), 0.0);
  std::vector<Tensor> averages;
  for (size_t i = 0; i < weights.size(); ++i) {
    Tensor& average = variables.at(*this->averages() + i);
    const Tensor part = ops::cast(kept, weights[i].dtype());
    averages.push_back(average = part * average + (1 - part) * weights[i]);
  }
  if (!config_.has("ema_overwrite_frequency")) return;
  const auto steps = config_.get<int64_t>("ema_overwrite_frequency");
  choose(ops::equal(ops::mod(ops::cast(iteration, DType::int32) + 1, steps), 0), averages, weights);
  weights = averages;
}

void Rule::apply(std::vector<Tensor>& weights, std::vector<Tensor> gradients, std::vector<Tensor>& variables) const {
  if (scale_ != 1) {
    for (Tensor& g : gradients) g = g ? g / scale_ : g;
  }
  const Tensor taken = gathers() ? ops::floor_divide(variables.at(0), steps_) : variables.at(0);
  const Tensor iteration = ops::cast(taken, DType::float32);
  if (gathers())
    gather(weights, std::move(gradients), variables, iteration);
  else
    update(weights, std::move(gradients), variables, iteration);
  if (has_averages_) average(weights, variables, iteration);
  variables[0] = variables[0] + 1;
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const Layer& config) {
  if (same_name(config.class_name(), kLossScale)) return make_loss_scale(config);
  return std::make_unique<Rule>(config);
}

void choose(const Tensor& condition, std::vector<Tensor>& tensors, const std::vector<Tensor>& otherwise) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].value() != otherwise[i].value()) tensors[i] = ops::where(condition, tensors[i], otherwise[i]);
  }
}

}  // namespace keravino::training
