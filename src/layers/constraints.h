// keras.constraints: what a weight is brought to after each update.
#pragma once

#include "layers/layer.h"

namespace keravino::layers {

/// The weight within the bounds of a constraint's config: MaxNorm, MinMaxNorm, NonNeg or UnitNorm. Error for an unknown
/// class.
Tensor constrained(const Layer& config, const Tensor& weight);

}  // namespace keravino::layers
