// LossScaleOptimizer: another optimizer whose gradients are those of a multiple of the loss.
#pragma once

#include "training/optimizer.h"

namespace keravino::training {

inline constexpr const char* kLossScale = "LossScaleOptimizer";
/// How many variables of its own precede those of the inner optimizer, which are saved in this group once more.
inline constexpr size_t kLossScaleVariables = 4;
inline constexpr const char* kInnerOptimizer = "optimizer/inner_optimizer";

std::unique_ptr<Optimizer> make_loss_scale(const Layer& config);

}  // namespace keravino::training
