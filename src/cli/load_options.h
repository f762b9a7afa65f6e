// Options of every command that runs a model.
#pragma once

#include <CLI/CLI.hpp>

#include "keravino/model.h"

namespace keravino::cli {

/// --device and --threads.
void add_load_options(CLI::App& command, LoadOptions& load);

/// --precision.
void add_precision(CLI::App& command, LoadOptions& load);

}  // namespace keravino::cli
