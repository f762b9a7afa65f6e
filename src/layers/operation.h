// Op nodes of Functional models: keras.ops functions that were called on Keras tensors.
#pragma once

#include "layers/arguments.h"
#include "ops/registry.h"

namespace keravino::layers {

/// True for a node that Keras saved for an op, as "keras.src.ops.numpy" "Log1p".
bool is_operation(const Layer& node);

/// The op that an Operation class of Keras stands for: ("keras.src.ops.numpy", "Log1p") is "numpy.log1p".
std::string operation_function(std::string_view module, std::string_view class_name);

/// The parameters of an op that its call fills, in their order: those that the config does not hold. So Keras has it:
/// einsum's subscripts, Pad's pad_width and BatchNorm's axis are known before the call.
std::vector<const ops::Param*> call_parameters(const ops::Op& op, const json& config);

/// Calls the op with the arguments of the call, and with those that its config holds.
Tensors call_operation(const Layer& node, const Arguments& arguments);

}  // namespace keravino::layers
