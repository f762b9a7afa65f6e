#include "layers/constraints.h"

#include "keravino/config.h"
#include "keravino/ops.h"
#include "saving/suggest.h"

namespace keravino::layers {
namespace {

/// The weight with its norms along the config's axes brought into [least, most], at this rate.
Tensor with_norms(const Layer& config, const Tensor& weight, double least, double most, double rate) {
  const auto axes = config.get_or("axis", std::vector<int64_t>{0});
  const Tensor norms = ops::sqrt(ops::sum(ops::square(weight), axes, true));
  const Tensor wanted = rate * ops::clip(norms, least, most) + (1 - rate) * norms;
  return weight * (wanted / (epsilon() + norms));
}

Tensor max_norm(const Layer& config, const Tensor& weight) {
  return with_norms(config, weight, 0, config.get_or("max_value", 2.0), 1);
}

Tensor min_max_norm(const Layer& config, const Tensor& weight) {
  return with_norms(config, weight, config.get_or("min_value", 0.0), config.get_or("max_value", 1.0),
                    config.get_or("rate", 1.0));
}

Tensor non_negative(const Layer&, const Tensor& weight) { return ops::maximum(weight, 0); }

Tensor unit_norm(const Layer& config, const Tensor& weight) { return with_norms(config, weight, 1, 1, 1); }

using Bound = Tensor (*)(const Layer& config, const Tensor& weight);
constexpr std::pair<std::string_view, Bound> kBounds[] = {
    {"MaxNorm", &max_norm}, {"MinMaxNorm", &min_max_norm}, {"NonNeg", &non_negative}, {"UnitNorm", &unit_norm}};

}  // namespace

Tensor constrained(const Layer& config, const Tensor& weight) {
  std::vector<std::string_view> names;
  for (const auto& [name, bound] : kBounds) {
    if (name == config.class_name()) return bound(config, weight);
    names.push_back(name);
  }
  throw config.error(fmt::format("unknown constraint{}", did_you_mean(config.class_name(), names)),
                     Error::Kind::unsupported);
}

}  // namespace keravino::layers
