// Checks of option values.
#pragma once

#include <CLI/CLI.hpp>

namespace keravino::cli {

/// Whole numbers from `least` on; said so in --help and in errors.
CLI::Validator at_least(int least);

}  // namespace keravino::cli
