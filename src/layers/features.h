// Class numbers as features.
#pragma once

#include "layers/registry.h"

namespace keravino::layers {

/// Class numbers as they are, or as rows of `depth` numbers: `mode` is "int", "one_hot", "multi_hot" or "count". What
/// is no class counts nowhere. `weights` are for the mode "count". Error for sparse=true.
Tensor encoded(const Layer& layer, std::string_view mode, const Tensor& numbers, int64_t depth, DType dtype,
               const Tensor& weights = {});

/// The config's "output_mode", one of those.
std::string output_mode(const Layer& layer);

}  // namespace keravino::layers
