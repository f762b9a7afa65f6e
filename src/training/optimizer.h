// keras.optimizers, by class name: their variables and how they change weights.
#pragma once

#include "training/optimizer_rows.h"

namespace keravino::training {

/// An optimizer of a config. Errors name what is not known or not supported.
class Optimizer {
 public:
  /// `config` must outlive it.
  explicit Optimizer(const Layer& config);

  /// Its variables for these weights, in the order of the file: the iteration, the learning rate unless a schedule
  /// gives it, the slots of each weight, and what the weights share.
  std::vector<OptimizerVariable> variables(const std::vector<Tensor>& weights) const;

  /// One step: new weights and variables in the place of the old ones. A weight whose gradient is no Tensor stays.
  void apply(std::vector<Tensor>& weights, std::vector<Tensor> gradients, std::vector<Tensor>& variables) const;

 private:
  bool has_schedule() const;
  std::vector<Tensor> clipped(std::vector<Tensor> gradients) const;

  const Layer& config_;
};

}  // namespace keravino::training
