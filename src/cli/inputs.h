// What the command reads: a model's inputs, and labels.
#pragma once

#include "keravino/model.h"

namespace keravino::cli {

/// The inputs of a model from files: `image.npy`, `name=image.npy`, `all.npz` with arrays named as the inputs, or
/// images (see read_images), which become one batch. Files without a name fill the inputs in order.
std::vector<Tensor> read_inputs(const Model& model, const std::vector<std::string>& files);

/// Class numbers, one per row, from a .npy, or from a .npz with an array "label", "labels" or "y", or with one array
/// only.
std::vector<int64_t> read_labels(const std::string& file);

/// The same arrays as they are, one row for each sample.
Tensor read_label_tensor(const std::string& file);

}  // namespace keravino::cli
