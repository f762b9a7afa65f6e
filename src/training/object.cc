#include "training/object.h"

#include <cctype>

#include "saving/names.h"

namespace keravino::training {
namespace {

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) { return !a.empty() && folded(a) == folded(b); }

json as_object(const std::string& where, const json& node) {
  if (node.is_string()) return {{"class_name", node}, {"config", json::object()}, {"label", node}};
  const auto part = [&](const char* key) { return node.is_object() ? node.value(key, json()) : json(); };
  const json name = part("class_name"), config = part("config");
  if (name == "function" && config.is_string()) return as_object(where, config);
  if (!name.is_string() || !config.is_object())
    throw saving::file_error(where, fmt::format("wanted a name or an object, got {}", node.dump()));
  json object = node;
  const json label = config.value("name", json());
  object["label"] = label.is_string() ? label : json(saving::snake_case(name.get<std::string>()));
  return object;
}

Error unknown(const Layer& object, const char* kind, const std::vector<std::string_view>& known) {
  const std::string& name = object.class_name();
  return object.error(fmt::format("unknown {} \"{}\"{}", kind, name, did_you_mean(name, known)),
                      Error::Kind::unsupported);
}

}  // namespace keravino::training
