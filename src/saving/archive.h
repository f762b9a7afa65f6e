// A .keras file: a zip archive of config.json, metadata.json and model.weights.h5.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "saving/weights.h"

namespace keravino::saving {

/// What a .keras file holds, all of it read and checked.
struct Archive {
  std::string path;
  nlohmann::json config;    // the model as Keras serialised it: class_name, config, build_config, compile_config
  nlohmann::json metadata;  // keras_version, date_saved
  WeightStore weights;
  std::vector<std::pair<std::string, Buffer>> others;  // further files in it, as vocabularies
  Budget budget{0};                                    // what building the model may still ask for
};

/// Reads a .keras file, or a legacy .h5 one as if it were that. Every fault is one Error(Kind::file): `model.keras:
/// <what>`.
Archive open_archive(const std::string& path);

/// Writes a .keras file that Keras opens; in place complete or not at all.
void write_archive(const std::string& path, const Archive& archive);

}  // namespace keravino::saving
