#include "training/loss_scale.h"

#include "keravino/ops.h"

namespace keravino::training {
namespace {

/// The scale is doubled after a number of steps whose gradients were finite, and halved by a step whose were not, which
/// changes nothing else.
class LossScale : public Optimizer {
 public:
  explicit LossScale(const Layer& config)
      : config_(config), inner_config_(config.sub("inner_optimizer")), inner_(make_optimizer(inner_config_)) {}

  std::vector<OptimizerVariable> variables(const std::vector<Tensor>& weights) const override {
    std::vector<OptimizerVariable> all = {{DType::int32, {}, 0},  // an iteration and a learning rate, both unused
                                          {DType::float32, {}, 0},
                                          {DType::int32, {}, 0},
                                          {DType::float32, {}, config_.get_or("initial_scale", 32768.0)}};
    const auto inner = inner_->variables(weights);
    all.insert(all.end(), inner.begin(), inner.end());
    return all;
  }

  Tensor scaled(const Tensor& loss, const std::vector<Tensor>& variables) const override {
    return inner_->scaled(loss, {}) * variables.at(kScale);
  }

  void apply(std::vector<Tensor>& weights, std::vector<Tensor> gradients,
             std::vector<Tensor>& variables) const override {
    Tensor &count = variables.at(kCount), &scale = variables.at(kScale);
    Tensor finite = true;
    for (Tensor& g : gradients) {
      if (!g) continue;
      finite = ops::logical_and(finite, ops::all(ops::isfinite(g)));
      g = g / ops::cast(scale, g.dtype());
    }
    std::vector<Tensor> inner(variables.begin() + kLossScaleVariables, variables.end());
    const std::vector<Tensor> weights_before = weights, inner_before = inner;
    inner_->apply(weights, std::move(gradients), inner);
    choose(finite, weights, weights_before);
    choose(finite, inner, inner_before);
    std::move(inner.begin(), inner.end(), variables.begin() + kLossScaleVariables);
    const Tensor grows = ops::equal(count, config_.get_or<int64_t>("dynamic_growth_steps", 2000) - 1);
    count = ops::where(ops::logical_and(finite, ops::logical_not(grows)), count + 1, 0);
    scale = scale * ops::where(finite, ops::where(grows, 2.0, 1.0), 0.5);
  }

  size_t iteration() const override { return kLossScaleVariables + inner_->iteration(); }

  std::optional<size_t> averages() const override {
    const auto first = inner_->averages();
    return first ? std::optional(kLossScaleVariables + *first) : std::nullopt;
  }

 private:
  enum : size_t { kCount = 2, kScale = 3 };

  const Layer& config_;
  const Layer inner_config_;
  const std::unique_ptr<Optimizer> inner_;
};

}  // namespace

std::unique_ptr<Optimizer> make_loss_scale(const Layer& config) { return std::make_unique<LossScale>(config); }

}  // namespace keravino::training
