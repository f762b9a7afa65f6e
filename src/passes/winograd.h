// Convolutions of inference as products of tiles.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Makes kernels::Winograd of 3 x 3 convolutions of stride 1 with constant weights, and of what follows them for each
/// channel: a bias, BatchNormalization, limits as of ReLU. For graphs that the CPU computes in float32. Returns how
/// many there were.
size_t use_winograd(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
