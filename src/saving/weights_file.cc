// Weights in files of their own.
#include <filesystem>

#include "saving/json.h"
#include "saving/weights.h"

namespace keravino::saving {
namespace {

WeightStore read_one(const std::string& path) {
  Budget budget(file_size(path));
  return {path, read_file(path), budget};
}

/// The group that a key of "weight_map" means: "layers/dense" for "/layers/dense/vars".
std::string group_of(std::string_view key) {
  if (key.starts_with('/')) key.remove_prefix(1);
  if (key == "vars" || key.ends_with("/vars")) key.remove_suffix(std::min<size_t>(key.size(), 5));
  return std::string(key);
}

/// The groups of variables of each shard. "weight_map" says for each group in which it is, or in which they are.
std::map<std::string, std::vector<std::string>> shards(const std::string& path, const nlohmann::json& index) {
  const auto map = index.find("weight_map");
  if (map == index.end() || !map->is_object()) throw file_error(path, "has no \"weight_map\"");
  std::map<std::string, std::vector<std::string>> groups;
  for (const auto& [group, value] : map->items()) {
    for (const nlohmann::json& name : value.is_array() ? value : nlohmann::json::array({value})) {
      const bool plain = name.is_string() && !name.get<std::string>().empty() &&
                         std::filesystem::path(name.get<std::string>()).filename() == name.get<std::string>() &&
                         name != "." && name != "..";
      if (!plain) throw file_error(path, "names a shard that is no file beside it: " + name.dump());
      groups[name.get<std::string>()].push_back(group_of(group));
    }
  }
  return groups;
}

}  // namespace

WeightStore open_weights(const std::string& path) {
  if (!path.ends_with(".json")) return read_one(path);
  constexpr uint64_t kLongest = uint64_t{64} << 20;
  if (file_size(path) > kLongest) throw file_error(path, fmt::format("has more than {} bytes", kLongest));
  const Buffer text = read_file(path);
  Budget budget(text.size);
  const auto index = parse_json_object(path, {reinterpret_cast<const char*>(text.data.get()), text.size}, budget);
  WeightStore all(path);
  for (const auto& [name, groups] : shards(path, index)) {
    const std::string file = std::filesystem::path(path).replace_filename(name);
    WeightStore shard = read_one(file);
    for (const std::string& group : groups) {
      if (!shard.has(group) || shard.vars(group).empty())
        throw file_error(file, fmt::format("has no weights for \"{}\", as {} says", group, path));
    }
    all.add(std::move(shard));
  }
  return all;
}

}  // namespace keravino::saving
