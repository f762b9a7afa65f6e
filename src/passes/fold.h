// Small graph simplifications that the plugins do not make, or not in all forms.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Removes Converts to the type that the value already has. Returns how many.
size_t remove_no_op_converts(const std::shared_ptr<ov::Model>& model);

/// Takes out the nodes that only say how something is differentiated. Returns how many.
size_t remove_custom_gradients(const std::shared_ptr<ov::Model>& model);

/// Makes Pads by zeros the own padding of what follows: Convolution, GroupConvolution, AvgPool, and MaxPool where its
/// input cannot be negative. A Pad goes only if it goes from all its consumers. Convolutions are channels-first, so the
/// layout pass comes before. Returns how many Pads were removed.
size_t fold_pads(const std::shared_ptr<ov::Model>& model);

/// OpenVINO's folding of constants, but weights stay compressed: a Convert from a small type would be folded with all
/// that follows. And what a few numbers would grow into stays as it is: a file may ask for any size.
void fold_constants(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
