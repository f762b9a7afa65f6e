// Optimizers, losses, metrics and schedules as compile_config has them: each a class name with a config.
#pragma once

#include <algorithm>
#include <span>

#include "layers/layer.h"
#include "saving/suggest.h"

namespace keravino::training {

using layers::json;
using layers::Layer;  // any object of config.json with "class_name" and "config", typed and checked

/// A name ("mse"), a function or a class with its config, in one form: {"class_name", "config", "label"}; the label is
/// what its results are called. `where` starts the error for anything else.
json as_object(const std::string& where, const json& node);

/// Names are equal if case and underscores are left out: "MeanSquaredError" and "mean_squared_error".
bool same_name(std::string_view a, std::string_view b);

/// The row of a class, by Keras's class name, function name or short name; nullptr if there is none. A row has a
/// `class_name` and an `alias`.
template <class Rows>
auto find_row(const Rows& rows, std::string_view name) {
  const auto found = std::ranges::find_if(
      rows, [&](const auto& row) { return same_name(row.class_name, name) || same_name(row.alias, name); });
  return found == std::end(rows) ? nullptr : &*found;
}

/// The error for a name without a row: `unknown loss "mze"; did you mean "mse"?`.
Error unknown(const Layer& object, const char* kind, const std::vector<std::string_view>& known);

/// The names in a table, for that error.
template <class Rows>
void add_names(const Rows& rows, std::vector<std::string_view>& names) {
  for (const auto& row : rows) {
    names.push_back(row.class_name);
    if (!row.alias.empty()) names.push_back(row.alias);
  }
}

}  // namespace keravino::training
