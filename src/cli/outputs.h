// What the command writes: a model's outputs.
#pragma once

#include "keravino/model.h"

namespace keravino::cli {

/// Error if outputs cannot be written to this path: an unknown ending, several outputs in a .npy, no such folder.
void check_output(const std::string& path, const std::vector<TensorInfo>& infos);

/// Writes outputs by the ending of the path: .npy (one output), .npz, .json or .txt; complete or not at all.
void write_outputs(const std::string& path, const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs);

/// One line per row; several outputs are headed by their names. Floats have the digits that tell them apart.
std::string outputs_text(const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs);

}  // namespace keravino::cli
