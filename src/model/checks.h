// What a model accepts as inputs.
#pragma once

#include "keravino/model.h"

namespace keravino {

/// Input tensors as the graph wants them; integers and floats become a float input's dtype. Errors start with
/// `[model.predict] input "image": `, or with another function in place of "predict".
std::vector<ov::Tensor> checked_inputs(const std::vector<TensorInfo>& wanted, const std::vector<Tensor>& inputs,
                                       const char* function = "predict");

/// Errors, `[model.predict_into] output "scores": `, for tensors that cannot take the outputs as they come.
void check_outputs(const std::vector<TensorInfo>& wanted, const std::vector<ov::Tensor>& outputs);

/// Named inputs in the model's order; Error for a name that is missing or unknown.
std::vector<Tensor> ordered_inputs(const std::vector<TensorInfo>& wanted, const std::map<std::string, Tensor>& inputs);

}  // namespace keravino
