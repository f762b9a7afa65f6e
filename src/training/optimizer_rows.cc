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

constexpr OptimizerRow kRows[] = {
    {"SGD", "", 0.01, 0, &sgd_slots, &sgd},
    {"Adam", "", 0.001, 0, &adam_slots, &adam},
    {"AdamW", "", 0.001, 0.004, &adam_slots, &adam},
    {"RMSprop", "", 0.001, 0, &rmsprop_slots, &rmsprop},
    {"Adagrad", "", 0.001, 0, &adagrad_slots, &adagrad},
};

}  // namespace

std::span<const OptimizerRow> optimizer_rows() { return kRows; }

}  // namespace keravino::training
