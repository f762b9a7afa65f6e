#include "training/optimizer.h"

#include "ops/make.h"
#include "training/schedule.h"

namespace keravino::training {
namespace {

const OptimizerRow& row_of(const Layer& config) {
  if (const OptimizerRow* row = find_row(optimizer_rows(), config.class_name())) return *row;
  std::vector<std::string_view> names;
  add_names(optimizer_rows(), names);
  throw unknown(config, "optimizer", names);
}

/// The sum of the squares of all numbers.
Tensor squares(const Tensor& x) { return ops::sum(ops::square(x)); }

/// What is in a config but not here must not be left out in silence.
void check_supported(const Layer& config) {
  for (const char* key : {"use_ema", "gradient_accumulation_steps", "loss_scale_factor"}) {
    if (config.has(key) && config.value(key) != false)
      throw config.error(fmt::format("{} is not supported", key), Error::Kind::unsupported);
  }
}

}  // namespace

Optimizer::Optimizer(const Layer& config) : config_(config) {
  row_of(config);
  check_supported(config);
}

bool Optimizer::has_schedule() const {
  return config_.has("learning_rate") && config_.value("learning_rate").is_object();
}

std::vector<OptimizerVariable> Optimizer::variables(const std::vector<Tensor>& weights) const {
  const OptimizerRow& row = row_of(config_);
  std::vector<OptimizerVariable> all = {{DType::int32, {}, 0}};
  if (!has_schedule()) all.push_back({DType::float32, {}, config_.get_or("learning_rate", row.learning_rate)});
  for (const auto& list : row.slots(config_)) {
    for (const Tensor& weight : weights) {
      for (const Slot& slot : list) {
        const OptimizerVariable like{weight.dtype(), weight.shape().to_shape(), slot.initial};
        all.push_back(slot.variable ? slot.variable(like) : like);
      }
    }
  }
  if (row.shared) all.push_back({weights.at(0).dtype(), {}, 1});
  return all;
}

std::vector<Tensor> Optimizer::clipped(std::vector<Tensor> gradients) const {
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

void Optimizer::apply(std::vector<Tensor>& weights, std::vector<Tensor> gradients,
                      std::vector<Tensor>& variables) const {
  const OptimizerRow& row = row_of(config_);
  const Tensor iteration = ops::cast(variables.at(0), DType::float32);
  const Tensor rate = has_schedule() ? scheduled_rate(config_.sub("learning_rate"), iteration) : variables.at(1);
  const double decay = config_.get_or("weight_decay", row.weight_decay);
  gradients = clipped(std::move(gradients));
  const SlotLists lists = row.slots(config_);
  if (row.shared)
    variables.back() = row.shared(config_, variables.back(), ops::cast(iteration + 1, variables.back().dtype()));
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!gradients[i]) continue;
    const auto of_weight = [&](const Tensor& x) { return ops::cast(x, weights[i].dtype()); };
    const Tensor own_rate = of_weight(rate);
    if (decay != 0) weights[i] = weights[i] - weights[i] * decay * own_rate;
    // Where a slot of this weight is among the variables.
    std::map<std::string_view, size_t> places;
    size_t first = has_schedule() ? 1 : 2;
    for (const auto& list : lists) {
      for (size_t j = 0; j < list.size(); ++j) places[list[j].name] = first + i * list.size() + j;
      first += weights.size() * list.size();
    }
    const Tensor shared = row.shared ? of_weight(variables.back()) : Tensor();
    Update update{weights[i], of_weight(gradients[i]), own_rate, of_weight(iteration + 1), shared, {}};
    for (const auto& [name, place] : places) update.slots[name] = variables.at(place);
    weights[i] = row.new_weight(config_, update);
    for (const auto& [name, place] : places) variables[place] = update.slots[name];
  }
  variables[0] = variables[0] + 1;
}

}  // namespace keravino::training
