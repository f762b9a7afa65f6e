// The legacy .h5 format of Keras 2, tf.keras and Keras 3: a config in an attribute, weights by layer.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "saving/dataset.h"

namespace keravino::saving {

struct Archive;

/// The weights of a legacy file by layer, in the file's order; nothing if the file is of another form. The root is the
/// group of a file of weights, or holds the group "model_weights".
std::optional<std::vector<LayerTensors>> legacy_layers(hdf5::Contents& contents, hid_t root);

/// The variables of the optimizer in such a file; nothing if it has none.
std::optional<std::vector<SavedTensor>> legacy_optimizer(hdf5::Contents& contents, hid_t root);

/// True for a file that begins as HDF5 does.
bool is_hdf5(const std::string& path);

/// Reads a legacy .h5 file of a whole model. Its config becomes one as Keras 3 writes it; its weights are not yet in
/// groups. Errors (Kind::file): as for a .keras file; a file of weights alone.
Archive open_legacy(const std::string& path);

/// The config of a model in Keras 3's form. `where` starts the errors: "model.h5: model_config". Old names of classes
/// and arguments become today's, calls as lists of tensors become calls with arguments, a Sequential that starts with a
/// shape gets an InputLayer. What means something else today is refused (Kind::unsupported).
nlohmann::json current_config(const std::string& where, nlohmann::json model, bool keras2);

}  // namespace keravino::saving
