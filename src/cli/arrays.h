// Arrays in files: what the command reads and writes.
#pragma once

#include <nlohmann/json.hpp>

#include "keravino/model.h"

namespace keravino::cli {

/// The inputs of a model from files: `image.npy`, `name=image.npy`, `all.npz` with arrays named as the inputs, or
/// images (png, jpg, bmp ...), which become one batch at the model's size with values from 0 to 255.
std::vector<Tensor> read_inputs(const Model& model, const std::vector<std::string>& files);

/// Class numbers, one per row, from a .npy, or from a .npz with an array "label", "labels" or "y", or with one array
/// only.
std::vector<int64_t> read_labels(const std::string& file);

/// Writes outputs by the extension of the path: .npy (one output), .npz, .json or .txt.
void write_outputs(const std::string& path, const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs);

/// One line per row; several outputs are headed by their names.
std::string outputs_text(const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs);

}  // namespace keravino::cli
