// keras.optimizers, by class name: their variables and how they change weights.
#pragma once

#include "training/optimizer_rows.h"

namespace keravino::training {

/// An optimizer of a config.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Its variables for these weights, in the order of the file.
  virtual std::vector<OptimizerVariable> variables(const std::vector<Tensor>& weights) const = 0;

  /// The loss whose gradients `apply` wants: a multiple of it, so that half precision does not lose small ones.
  virtual Tensor scaled(const Tensor& loss, const std::vector<Tensor>& variables) const = 0;

  /// One step: new weights and variables in the place of the old ones. A weight whose gradient is no Tensor stays.
  virtual void apply(std::vector<Tensor>& weights, std::vector<Tensor> gradients,
                     std::vector<Tensor>& variables) const = 0;

  /// Where the number of the iteration is among the variables; the learning rate follows it unless a schedule gives it.
  virtual size_t iteration() const = 0;

  /// Where the averages begin that the weights end a run of training as; nothing if there are none.
  virtual std::optional<size_t> averages() const = 0;
};

/// The optimizer of a config, which must outlive it. Errors name what is not known or not supported.
std::unique_ptr<Optimizer> make_optimizer(const Layer& config);

/// A choice for each tensor, as numbers decide when the graph runs; what is the same in both stays as it is.
void choose(const Tensor& condition, std::vector<Tensor>& tensors, const std::vector<Tensor>& otherwise);

}  // namespace keravino::training
