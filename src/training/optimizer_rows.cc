#include "training/optimizer_rows.h"

#include "keravino/ops.h"

namespace keravino::training {
namespace {

bool flag(const Layer& config, const char* key) { return config.get_or(key, false); }

SlotLists sgd_slots(const Layer& config) {
  return config.get_or("momentum", 0.0) == 0 ? SlotLists{} : SlotLists{{{"momentum"}}};
}

Tensor sgd(const Layer& config, Update& u) {
  const double momentum = config.get_or("momentum", 0.0);
  if (momentum == 0) return u.weight - u.gradient * u.rate;
  Tensor& m = u.slots.at("momentum");
  m = m * momentum - u.gradient * u.rate;
  return u.weight + (flag(config, "nesterov") ? m * momentum - u.gradient * u.rate : m);
}

SlotLists adam_slots(const Layer& config) {
  SlotLists lists = {{{"momentum"}, {"velocity"}}};
  if (flag(config, "amsgrad")) lists.push_back({{"velocity_hat"}});
  return lists;
}

Tensor adam(const Layer& config, Update& u) {
  const double beta_1 = config.get_or("beta_1", 0.9), beta_2 = config.get_or("beta_2", 0.999);
  const Tensor rate = u.rate * ops::sqrt(1 - ops::power(beta_2, u.step)) / (1 - ops::power(beta_1, u.step));
  Tensor &m = u.slots.at("momentum"), &v = u.slots.at("velocity");
  m = m + (u.gradient - m) * (1 - beta_1);
  v = v + (u.gradient * u.gradient - v) * (1 - beta_2);
  Tensor scale = v;
  if (flag(config, "amsgrad")) {
    Tensor& most = u.slots.at("velocity_hat");
    scale = most = ops::maximum(most, v);
  }
  return u.weight - m * rate / (ops::sqrt(scale) + config.get_or("epsilon", 1e-7));
}

SlotLists rmsprop_slots(const Layer& config) {
  SlotLists lists = {{{"velocity"}}};
  if (config.get_or("momentum", 0.0) > 0) lists.push_back({{"momentum"}});
  if (flag(config, "centered")) lists.push_back({{"average_gradient"}});
  return lists;
}

Tensor rmsprop(const Layer& config, Update& u) {
  const double rho = config.get_or("rho", 0.9), momentum = config.get_or("momentum", 0.0);
  Tensor& v = u.slots.at("velocity");
  v = rho * v + (1 - rho) * u.gradient * u.gradient;
  Tensor variance = v;
  if (flag(config, "centered")) {
    Tensor& average = u.slots.at("average_gradient");
    average = rho * average + (1 - rho) * u.gradient;
    variance = v - average * average;
  }
  const Tensor step = u.rate * u.gradient / ops::sqrt(variance + config.get_or("epsilon", 1e-7));
  if (momentum <= 0) return u.weight - step;
  Tensor& m = u.slots.at("momentum");
  m = momentum * m + step;
  return u.weight - m;
}

SlotLists adagrad_slots(const Layer& config) {
  return {{{"accumulator", config.get_or("initial_accumulator_value", 0.1)}}};
}

Tensor adagrad(const Layer& config, Update& u) {
  Tensor& sum = u.slots.at("accumulator");
  sum = sum + u.gradient * u.gradient;
  return u.weight - u.rate * u.gradient / ops::sqrt(sum + config.get_or("epsilon", 1e-7));
}

SlotLists adadelta_slots(const Layer&) { return {{{"accumulated_grad"}, {"accumulated_delta_var"}}}; }

Tensor adadelta(const Layer& config, Update& u) {
  const double rho = config.get_or("rho", 0.95), epsilon = config.get_or("epsilon", 1e-7);
  Tensor &squares = u.slots.at("accumulated_grad"), &steps = u.slots.at("accumulated_delta_var");
  squares = rho * squares + (1 - rho) * u.gradient * u.gradient;
  const Tensor step = -ops::sqrt(steps + epsilon) * u.gradient / ops::sqrt(squares + epsilon);
  steps = rho * steps + (1 - rho) * step * step;
  return u.weight + u.rate * step;
}

SlotLists adamax_slots(const Layer&) { return {{{"momentum"}, {"norm"}}}; }

Tensor adamax(const Layer& config, Update& u) {
  const double beta_1 = config.get_or("beta_1", 0.9), beta_2 = config.get_or("beta_2", 0.999);
  Tensor &m = u.slots.at("momentum"), &norm = u.slots.at("norm");
  m = m + (u.gradient - m) * (1 - beta_1);
  norm = ops::maximum(beta_2 * norm, ops::absolute(u.gradient));
  const Tensor left = 1 - ops::power(beta_1, u.step);
  return u.weight - u.rate * m / (left * (norm + config.get_or("epsilon", 1e-7)));
}

/// Nadam's momentum at a step; the product of all so far is what its weights share.
Tensor nadam_momentum(const Layer& config, const Tensor& step) {
  return config.get_or("beta_1", 0.9) * (1 - 0.5 * ops::power(0.96, step));
}

Tensor nadam_product(const Layer& config, const Tensor& before, const Tensor& step) {
  return before * nadam_momentum(config, step);
}

Tensor nadam(const Layer& config, Update& u) {
  const double beta_1 = config.get_or("beta_1", 0.9), beta_2 = config.get_or("beta_2", 0.999);
  Tensor &m = u.slots.at("momentum"), &v = u.slots.at("velocity");
  m = m + (u.gradient - m) * (1 - beta_1);
  v = v + (u.gradient * u.gradient - v) * (1 - beta_2);
  const Tensor now = nadam_momentum(config, u.step), next = nadam_momentum(config, u.step + 1);
  const Tensor mean = next * m / (1 - u.shared * next) + (1 - now) * u.gradient / (1 - u.shared);
  const Tensor variance = v / (1 - ops::power(beta_2, u.step));
  return u.weight - mean * u.rate / (ops::sqrt(variance) + config.get_or("epsilon", 1e-7));
}

Tensor norm(const Tensor& x) { return ops::sqrt(ops::sum(ops::square(x))); }

Tensor lamb(const Layer& config, Update& u) {
  const double beta_1 = config.get_or("beta_1", 0.9), beta_2 = config.get_or("beta_2", 0.999);
  Tensor &m = u.slots.at("momentum"), &v = u.slots.at("velocity");
  m = m + (u.gradient - m) * (1 - beta_1);
  v = v + (u.gradient * u.gradient - v) * (1 - beta_2);
  const Tensor deviation = ops::sqrt(v / (1 - ops::power(beta_2, u.step))) + config.get_or("epsilon", 1e-7);
  const Tensor step = m / (1 - ops::power(beta_1, u.step)) / deviation;
  const Tensor length = norm(u.weight), step_length = norm(step);
  const Tensor both = ops::logical_and(length > 0, step_length > 0);
  return u.weight - ops::where(both, length / ops::where(both, step_length, 1), 1) * u.rate * step;
}

SlotLists lion_slots(const Layer&) { return {{{"momentum"}}}; }

Tensor lion(const Layer& config, Update& u) {
  const double beta_1 = config.get_or("beta_1", 0.9), beta_2 = config.get_or("beta_2", 0.99);
  Tensor& m = u.slots.at("momentum");
  const Tensor step = ops::sign(m * beta_1 + u.gradient * (1 - beta_1));
  m = m * beta_2 + u.gradient * (1 - beta_2);
  return u.weight - u.rate * step;
}

SlotLists ftrl_slots(const Layer& config) {
  return {{{"accumulator", config.get_or("initial_accumulator_value", 0.1)}, {"linear"}}};
}

Tensor ftrl(const Layer& config, Update& u) {
  const double power = -config.get_or("learning_rate_power", -0.5),
               l1 = config.get_or("l1_regularization_strength", 0.0),
               l2 = config.get_or("l2_regularization_strength", 0.0), beta = config.get_or("beta", 0.0),
               shrinkage = config.get_or("l2_shrinkage_regularization_strength", 0.0);
  Tensor &sum = u.slots.at("accumulator"), &linear = u.slots.at("linear");
  const Tensor before = ops::power(sum, power);
  sum = sum + u.gradient * u.gradient;
  const Tensor after = ops::power(sum, power);
  linear = linear + u.gradient + 2 * shrinkage * u.weight - (after - before) / u.rate * u.weight;
  return (ops::clip(linear, -l1, l1) - linear) / (after / u.rate + 2 * (l2 + beta / (2 * u.rate)));
}

/// The means over one axis of a matrix; a vector has a place holder for them.
OptimizerVariable factor(const OptimizerVariable& weight, size_t lost) {
  if (weight.shape.size() < 2) return {DType::int32, {}, 0};
  ov::Shape shape = weight.shape;
  shape.erase(shape.end() - static_cast<std::ptrdiff_t>(lost));
  return {weight.dtype, shape, 0};
}
OptimizerVariable row_factor(const OptimizerVariable& weight) { return factor(weight, 1); }
OptimizerVariable column_factor(const OptimizerVariable& weight) { return factor(weight, 2); }

SlotLists adafactor_slots(const Layer&) { return {{{"r", 0, row_factor}, {"c", 0, column_factor}, {"velocity"}}}; }

Tensor root_mean_square(const Tensor& x) { return ops::sqrt(ops::mean(ops::square(x))); }

Tensor adafactor(const Layer& config, Update& u) {
  const Tensor least = 1 / ops::sqrt(u.step);
  // With relative steps a rate that is a number has its bound twice, which changes nothing.
  const Tensor rate =
      ops::maximum(config.get_or("epsilon_2", 1e-3), root_mean_square(u.weight)) * ops::minimum(u.rate, least);
  const Tensor squares = u.gradient * u.gradient + config.get_or("epsilon_1", 1e-30);
  const Tensor kept = 1 - ops::power(u.step, config.get_or("beta_2_decay", -0.8));
  const auto mean = [&](const Tensor& old, const Tensor& now) { return kept * old + (1 - kept) * now; };
  Tensor &r = u.slots.at("r"), &c = u.slots.at("c"), &v = u.slots.at("velocity");
  if (u.weight.rank() < 2) {
    v = mean(v, squares);
  } else {
    r = mean(r, ops::mean(squares, {{-1}}));
    c = mean(c, ops::mean(squares, {{-2}}));
    v = ops::expand_dims(r / ops::mean(r, {{-1}}, true), {-1}) * ops::expand_dims(c, {-2});
  }
  const Tensor step = u.gradient / ops::sqrt(v);
  return u.weight - rate * step / ops::maximum(1, root_mean_square(step) / config.get_or("clip_threshold", 1.0));
}

constexpr OptimizerRow kRows[] = {
    {"SGD", "", 0.01, 0, &sgd_slots, &sgd},
    {"Adam", "", 0.001, 0, &adam_slots, &adam},
    {"AdamW", "", 0.001, 0.004, &adam_slots, &adam},
    {"RMSprop", "", 0.001, 0, &rmsprop_slots, &rmsprop},
    {"Adagrad", "", 0.001, 0, &adagrad_slots, &adagrad},
    {"Adadelta", "", 0.001, 0, &adadelta_slots, &adadelta},
    {"Adafactor", "", 0.001, 0, &adafactor_slots, &adafactor},
    {"Adamax", "", 0.001, 0, &adamax_slots, &adamax},
    {"Ftrl", "", 0.001, 0, &ftrl_slots, &ftrl},
    {"Lamb", "", 0.001, 0, &adam_slots, &lamb},
    {"Lion", "", 0.001, 0, &lion_slots, &lion},
    {"Nadam", "", 0.001, 0, &adam_slots, &nadam, &nadam_product},
};

}  // namespace

std::span<const OptimizerRow> optimizer_rows() { return kRows; }

}  // namespace keravino::training
