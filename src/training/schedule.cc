#include "training/schedule.h"

#include <numbers>

#include "ops/make.h"

namespace keravino::training {
namespace {

double initial_rate(const Layer& schedule) { return schedule.get<double>("initial_learning_rate"); }

double decay_steps(const Layer& schedule) {
  const double steps = schedule.get<double>("decay_steps");
  if (steps > 0) return steps;
  throw schedule.error(fmt::format("\"decay_steps\" is {}, wanted more than 0", steps));
}

/// step / decay_steps, whole if the schedule is a staircase.
Tensor periods(const Layer& schedule, const Tensor& step) {
  const Tensor past = step / decay_steps(schedule);
  return schedule.get_or("staircase", false) ? ops::floor(past) : past;
}

Tensor exponential_decay(const Layer& schedule, const Tensor& step) {
  return initial_rate(schedule) * ops::power(schedule.get<double>("decay_rate"), periods(schedule, step));
}

Tensor inverse_time_decay(const Layer& schedule, const Tensor& step) {
  return initial_rate(schedule) / (1 + schedule.get<double>("decay_rate") * periods(schedule, step));
}

/// Half a cosine from `from` down to alpha * from.
Tensor cosine(const Layer& schedule, const Tensor& step, double from) {
  const double steps = decay_steps(schedule), alpha = schedule.get_or("alpha", 0.0);
  const Tensor wave = 0.5 * (1 + ops::cos(std::numbers::pi * ops::minimum(step, steps) / steps));
  return from * ((1 - alpha) * wave + alpha);
}

Tensor cosine_decay(const Layer& schedule, const Tensor& step) {
  const double from = initial_rate(schedule);
  if (!schedule.has("warmup_target")) return cosine(schedule, step, from);
  const double target = schedule.get<double>("warmup_target"), warmup = schedule.get_or("warmup_steps", 0.0);
  const Tensor decayed = cosine(schedule, step - warmup, target);
  return warmup == 0 ? decayed : ops::where(step < warmup, (target - from) * (step / warmup) + from, decayed);
}

/// Half a cosine after the other: each t_mul times as long as the one before, from m_mul times its height.
Tensor cosine_decay_restarts(const Layer& schedule, const Tensor& step) {
  const double first = schedule.get<double>("first_decay_steps"), longer = schedule.get_or("t_mul", 2.0),
               lower = schedule.get_or("m_mul", 1.0), alpha = schedule.get_or("alpha", 0.0);
  if (first <= 0) throw schedule.error(fmt::format("\"first_decay_steps\" is {}, wanted more than 0", first));
  Tensor past = step / first, restarts = ops::floor(past);
  if (longer == 1) {
    past = past - restarts;
  } else {
    restarts = ops::floor(ops::log(1 - past * (1 - longer)) / std::log(longer));
    const Tensor length = ops::power(longer, restarts);
    past = (past - (1 - length) / (1 - longer)) / length;
  }
  const Tensor wave = 0.5 * ops::power(lower, restarts) * (1 + ops::cos(std::numbers::pi * past));
  return initial_rate(schedule) * ((1 - alpha) * wave + alpha);
}

Tensor piecewise_constant_decay(const Layer& schedule, const Tensor& step) {
  const auto boundaries = schedule.get<std::vector<double>>("boundaries"),
             values = schedule.get<std::vector<double>>("values");
  if (values.size() != boundaries.size() + 1) {
    throw schedule.error(fmt::format("{} boundaries for {} values", boundaries.size(), values.size()));
  }
  Tensor rate = ops::as(values.back(), step.dtype());
  for (size_t i = boundaries.size(); i-- > 0;) rate = ops::where(step <= boundaries[i], values[i], rate);
  return rate;
}

Tensor polynomial_decay(const Layer& schedule, const Tensor& step) {
  const double from = initial_rate(schedule), to = schedule.get_or("end_learning_rate", 1e-4);
  Tensor steps = ops::as(decay_steps(schedule), step.dtype()), at = step;
  if (schedule.get_or("cycle", false)) {
    steps = steps * ops::maximum(ops::ceil(step / steps), 1);
  } else {
    at = ops::minimum(step, steps);
  }
  return (from - to) * ops::power(1 - at / steps, schedule.get_or("power", 1.0)) + to;
}

struct Row {
  std::string_view class_name, alias;
  Tensor (*rate)(const Layer& schedule, const Tensor& step);
};
constexpr Row kRows[] = {
    {"CosineDecay", "", &cosine_decay},
    {"CosineDecayRestarts", "", &cosine_decay_restarts},
    {"ExponentialDecay", "", &exponential_decay},
    {"InverseTimeDecay", "", &inverse_time_decay},
    {"PiecewiseConstantDecay", "", &piecewise_constant_decay},
    {"PolynomialDecay", "", &polynomial_decay},
};

}  // namespace

Tensor scheduled_rate(const Layer& schedule, const Tensor& step) {
  if (const Row* row = find_row(kRows, schedule.class_name())) return row->rate(schedule, step);
  std::vector<std::string_view> names;
  add_names(kRows, names);
  throw unknown(schedule, "learning-rate schedule", names);
}

}  // namespace keravino::training
