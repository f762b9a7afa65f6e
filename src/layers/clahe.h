#pragma once

#include "layers/registry.h"

namespace keravino::layers {

/// ContrastLimitedAdaptiveHistogramEqualization: (batch, height, width, channels) of known size, or channels first.
Tensor contrast_limited_equalization(Layer& layer, const Tensor& x);

}  // namespace keravino::layers
