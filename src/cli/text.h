// Inputs from text files: lines, and JSON.
#pragma once

#include "keravino/model.h"

namespace keravino::cli {

/// A tensor of strings.
Tensor string_tensor(const std::vector<size_t>& shape, const std::vector<std::string>& texts);

/// The lines of a file, one for each row of an input of strings. Error for another input.
Tensor read_lines(const std::string& file, const TensorInfo& input);

/// Nested lists of numbers or of strings; or of an object, such lists by the inputs' names. A lone list has no name.
std::vector<std::pair<std::string, Tensor>> read_json(const std::string& file);

}  // namespace keravino::cli
