// JSON as Python writes it, from files that nobody vouches for.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "saving/file.h"

namespace keravino::saving {

/// Parses a JSON object. NaN, Infinity and -Infinity, which Python writes bare, become numbers.
/// `where` starts the errors: `model.keras: config.json: not JSON: ...`. Nesting deeper than 256 is refused.
/// The values take many times the memory of their text, out of `budget`.
nlohmann::json parse_json_object(const std::string& where, std::string_view text, Budget& budget);
/// The same with a budget of its own.
nlohmann::json parse_json_object(const std::string& where, std::string_view text);

/// What a config has that is of another type than was asked for, without the library's own number before it.
std::string json_reason(const nlohmann::json::exception& error);

/// The text of a value as Python writes it: numbers that are not finite as NaN, Infinity and -Infinity.
std::string json_text(nlohmann::json value);

}  // namespace keravino::saving
