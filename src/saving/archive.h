// A .keras file: a zip archive of config.json, metadata.json and model.weights.h5.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "saving/weights.h"

namespace keravino::saving {

/// What a .keras file holds, all of it read and checked.
struct Archive {
  std::string path;
  nlohmann::json config;    // the model as Keras serialised it: class_name, config, build_config, compile_config
  nlohmann::json metadata;  // keras_version, date_saved
  WeightStore weights;
};

/// Reads a .keras file. Every fault is one Error(Kind::file): `model.keras: <what>`.
Archive open_archive(const std::string& path);

/// Reads a file that Keras's `model.save_weights("x.weights.h5")` wrote.
WeightStore open_weights(const std::string& path);

}  // namespace keravino::saving
