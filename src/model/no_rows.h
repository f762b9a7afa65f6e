// Predictions for no rows at all.
#pragma once

#include <optional>

#include "keravino/model.h"

namespace keravino {

/// True if the batch is open, and 0 in these inputs.
bool has_no_rows(const std::vector<TensorInfo>& infos, const std::vector<ov::Tensor>& inputs);

/// The outputs for inputs without rows, by shape inference alone: what a graph makes of nothing is not computed, and
/// plugins refuse it. Nothing if an output holds numbers all the same, as a mean over the batch does, or has a shape
/// that hangs on numbers.
std::optional<std::vector<ov::Tensor>> outputs_for_no_rows(const ov::Model& graph, const std::vector<TensorInfo>& infos,
                                                           const std::vector<ov::Tensor>& inputs);

}  // namespace keravino
