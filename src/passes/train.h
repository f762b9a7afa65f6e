// Kernels for graphs that train.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Makes the convolutions, max pools and large products of a training graph, those whose weights or gradients are no
/// constants, nodes of ours; the first two work channels-last. Comes before the layout pass, which cancels the
/// Transposes around them. Only for the CPU, f32 and static shapes; everything else stays. Returns how many nodes were
/// replaced.
size_t use_training_kernels(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
