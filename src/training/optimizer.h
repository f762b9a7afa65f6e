// keras.optimizers, by class name: their variables and how they change weights.
#pragma once

#include <openvino/core/shape.hpp>

#include "training/object.h"

namespace keravino::training {

/// A variable of an optimizer as Keras saves it, and what it starts with.
struct OptimizerVariable {
  DType dtype;
  ov::Shape shape;
  double initial;
};

/// An optimizer of a config. Errors name what is not known or not supported.
class Optimizer {
 public:
  /// `config` must outlive it.
  explicit Optimizer(const Layer& config);

  /// Its variables for these weights, in the order of the file: the iteration, the learning rate unless a schedule
  /// gives it, then the slots of each weight.
  std::vector<OptimizerVariable> variables(const std::vector<Tensor>& weights) const;

  /// One step: new weights and variables in the place of the old ones. A weight whose gradient is no Tensor stays.
  void apply(std::vector<Tensor>& weights, std::vector<Tensor> gradients, std::vector<Tensor>& variables) const;

 private:
  bool has_schedule() const;
  std::vector<Tensor> clipped(std::vector<Tensor> gradients) const;

  const Layer& config_;
};

}  // namespace keravino::training
