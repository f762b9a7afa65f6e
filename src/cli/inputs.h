// What the command reads: a model's inputs, and labels.
#pragma once

#include "keravino/model.h"

namespace keravino::cli {

/// The inputs of a model from files: `image.npy`, `name=image.npy`, `all.npz` or `all.json` with arrays
/// named as the inputs, a list in `rows.json`, lines of text in `rows.txt`, or images (see read_images), which become
/// one batch. Files without a name fill the inputs in order.
std::vector<Tensor> read_inputs(const Model& model, const std::vector<std::string>& files);

/// Seeded inputs of so many rows: floats from 0 to 1, integers and bools 0 or 1. Error for an input of strings, or with
/// other open dimensions than the batch.
std::vector<Tensor> random_inputs(const Model& model, int64_t batch);

/// The outputs of a model from a .npz with arrays named as they are.
std::vector<Tensor> read_outputs(const Model& model, const std::string& file);

/// Class numbers, one per row, from a .npy, or from a .npz with an array "label", "labels" or "y", or with one array
/// only.
std::vector<int64_t> read_labels(const std::string& file);

/// The same arrays as they are, one row for each sample.
Tensor read_label_tensor(const std::string& file);

}  // namespace keravino::cli
