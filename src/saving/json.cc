#include "saving/json.h"

#include <limits>

namespace keravino::saving {
namespace {

using nlohmann::json;

constexpr int kDeepest = 256;
constexpr uint64_t kLargestNode = 64;  // a value in a list, or half of a key and its value in a map
constexpr char kMark = '\1';  // starts a string that stands for a number; Python escapes it in strings of its own

// Puts the bare words that are no JSON into marked strings.
std::string quote_non_finite(std::string_view text) {
  constexpr std::string_view kWords[] = {"NaN", "-Infinity", "Infinity"};
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    if (in_string && text[i] == '\\' && i + 1 < text.size())
      out += text[i++];  // the next one is no closing quote
    else if (text[i] == '"')
      in_string = !in_string;
    const auto* word = std::find_if(std::begin(kWords), std::end(kWords),
                                    [&](std::string_view w) { return !in_string && text.substr(i, w.size()) == w; });
    if (word == std::end(kWords)) {
      out += text[i++];
    } else {
      out += fmt::format("\"\\u{:04x}{}\"", int{kMark}, *word);
      i += word->size();
    }
  }
  return out;
}

void restore_non_finite(json& value) {
  if (!value.is_string()) return;
  std::string_view text = value.get_ref<const std::string&>();
  if (!text.starts_with(kMark)) return;
  text.remove_prefix(1);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == "NaN")
    value = std::numeric_limits<double>::quiet_NaN();
  else if (text == "Infinity")
    value = kInfinity;
  else if (text == "-Infinity")
    value = -kInfinity;
}

void mark_non_finite(json& value) {
  if (value.is_structured()) {
    for (json& item : value) mark_non_finite(item);
  } else if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    const auto number = value.get<double>();
    value = std::string(1, kMark) + (std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
  }
}

}  // namespace

std::string json_reason(const json::exception& error) {
  const std::string_view what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
  return std::string(what.substr(what.find("] ") + 2));
}

std::string json_text(json value) {
  mark_non_finite(value);
  std::string text = value.dump();
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    const std::string marked = fmt::format("\"\\u{:04x}{}\"", int{kMark}, word);
    for (size_t at = text.find(marked); at != text.npos; at = text.find(marked, at))
      text.replace(at, marked.size(), word);
  }
  return text;
}

json parse_json_object(const std::string& where, std::string_view text, Budget& budget) {
  const auto check = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kDeepest) throw file_error(where, fmt::format("is nested deeper than {}", kDeepest));
    const bool begins = event != json::parse_event_t::object_end && event != json::parse_event_t::array_end;
    if (begins) budget.take(kLargestNode + (value.is_string() ? value.get_ref<const std::string&>().size() : 0), where);
    if (event == json::parse_event_t::value) restore_non_finite(value);
    return true;
  };
  std::string quoted;
  if (text.find("NaN") != text.npos || text.find("Infinity") != text.npos) text = quoted = quote_non_finite(text);
  json parsed;
  try {
    parsed = json::parse(text, check);
  } catch (const json::exception& error) {
    throw file_error(where, fmt::format("not JSON: {}", json_reason(error)));
  }
  if (!parsed.is_object()) throw file_error(where, fmt::format("wanted a JSON object, got {}", parsed.type_name()));
  return parsed;
}

json parse_json_object(const std::string& where, std::string_view text) {
  Budget budget(text.size());
  return parse_json_object(where, text, budget);
}

}  // namespace keravino::saving
