#include "saving/names.h"

#include <cctype>

namespace keravino::saving {
namespace {

using nlohmann::json;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// Keras's rules: "(.)([A-Z][a-z]+)" -> "\1_\2", left to right without overlap.
std::string split_words(const std::string& name) {
  std::string out;
  for (size_t i = 0; i < name.size();) {
    out += name[i++];
    if (i + 1 >= name.size() || !is_upper(name[i]) || !is_lower(name[i + 1])) continue;
    out += '_';
    out += name[i++];
    while (i < name.size() && is_lower(name[i])) out += name[i++];
  }
  return out;
}

bool is_object(const json& node) {
  if (!node.is_object() || !node.contains("class_name") || !node.contains("config")) return false;
  const json& name = node["class_name"];
  return name.is_string() && !name.get_ref<const std::string&>().starts_with("__") && node["config"].is_object();
}

// An op used as a function (keras.ops.add) is a node of the model but no layer: it takes part in no numbering.
bool is_operation(const json& node) {
  const auto module = node.find("module");
  return module != node.end() && module->is_string() &&
         module->get_ref<const std::string&>().starts_with("keras.src.ops");
}

class Walk {
 public:
  explicit Walk(Budget& budget) : budget_(budget) {}

  void object(const json& node, const std::string& pointer, std::string group) {
    if (const auto id = node.find("shared_object_id"); id != node.end()) {
      group = shared_.try_emplace(id->dump(), group).first->second;
    }
    budget_.take(pointer.size() + group.size(), "config.json");
    groups[pointer] = group;
    const auto& class_name = node["class_name"].get_ref<const std::string&>();
    for (const auto& [key, value] : node["config"].items()) {
      // Bidirectional saves its argument `layer`, and keeps it as `forward_layer`.
      const std::string attribute = class_name == "Bidirectional" && key == "layer" ? "forward_layer" : key;
      const std::string here = pointer + "/config/" + key;
      if (is_object(value)) object(value, here, join(group, attribute));
      // The InputLayer that starts a Sequential is not one of its `layers`; a Functional model's are.
      const bool sequential = key == "layers" && !node["config"].contains("input_layers");
      if (value.is_array()) list(value, here, join(group, attribute), sequential);
    }
  }

  std::unordered_map<std::string, std::string> groups;

 private:
  void list(const json& items, const std::string& pointer, const std::string& group, bool sequential = false) {
    ContainerNames names;
    for (size_t i = 0; i < items.size(); ++i) {
      const json& item = items[i];
      const std::string here = fmt::format("{}/{}", pointer, i);
      if (item.is_array()) {
        list(item, here, join(group, names.next("container")));
      } else if (is_object(item) && !is_operation(item)) {
        const auto& class_name = item["class_name"].get_ref<const std::string&>();
        if (sequential && i == 0 && class_name == "InputLayer") continue;
        object(item, here, join(group, names.next(class_name)));
      }
    }
  }

  Budget& budget_;
  std::unordered_map<std::string, std::string> shared_;
};

}  // namespace

std::string snake_case(std::string_view name) {
  std::string words;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c < 0) words += c;  // c < 0: part of a UTF-8 letter
  }
  words = split_words(words);
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && is_lower(words[i - 1]) && is_upper(words[i])) out += '_';
    out += static_cast<char>(is_upper(words[i]) ? words[i] - 'A' + 'a' : words[i]);
  }
  return out;
}

std::string join(const std::string& group, const std::string& name) {
  return group.empty() ? name : group + "/" + name;
}

std::string ContainerNames::next(std::string_view class_name) {
  // One class of Keras is exported, and saved in configs, under another name than its own.
  const std::string name = snake_case(class_name == "GroupQueryAttention" ? "GroupedQueryAttention" : class_name);
  const size_t before = used_[name]++;
  return before == 0 ? name : fmt::format("{}_{}", name, before);
}

std::unordered_map<std::string, std::string> weight_groups(const json& model, Budget& budget) {
  Walk walk(budget);
  if (is_object(model)) walk.object(model, "", "");
  return std::move(walk.groups);
}

}  // namespace keravino::saving
