// Options of every command that loads a model.
#pragma once

#include <CLI/CLI.hpp>

#include "keravino/model.h"

namespace keravino::cli {

/// The file to load, and --weights.
void add_model(CLI::App& command, std::string& path, LoadOptions& load);

/// --device, --threads and --cache-dir.
void add_load_options(CLI::App& command, LoadOptions& load);

/// --precision.
void add_precision(CLI::App& command, LoadOptions& load);

}  // namespace keravino::cli
