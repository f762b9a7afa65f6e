// Weights in files of their own.
#include <filesystem>
#include <set>

#include "saving/json.h"
#include "saving/weights.h"

namespace keravino::saving {
namespace {

WeightStore read_one(const std::string& path) {
  Budget budget(file_size(path));
  return {path, read_file(path), budget};
}

/// The names of the shards, each once. "weight_map" says for each group of variables in which it is, or in which they
/// are.
std::set<std::string> shards(const std::string& path, const nlohmann::json& index) {
  const auto map = index.find("weight_map");
  if (map == index.end() || !map->is_object()) throw file_error(path, "has no \"weight_map\"");
  std::set<std::string> names;
  for (const auto& [group, value] : map->items()) {
    for (const nlohmann::json& name : value.is_array() ? value : nlohmann::json::array({value})) {
      const bool plain = name.is_string() && !name.get<std::string>().empty() &&
                         std::filesystem::path(name.get<std::string>()).filename() == name.get<std::string>() &&
                         name != "." && name != "..";
      if (!plain) throw file_error(path, "names a shard that is no file beside it: " + name.dump());
      names.insert(name.get<std::string>());
    }
  }
  return names;
}

}  // namespace

WeightStore open_weights(const std::string& path) {
  if (!path.ends_with(".json")) return read_one(path);
  constexpr uint64_t kLongest = uint64_t{64} << 20;
  if (file_size(path) > kLongest) throw file_error(path, fmt::format("has more than {} bytes", kLongest));
  const Buffer text = read_file(path);
  const auto index = parse_json_object(path, {reinterpret_cast<const char*>(text.data.get()), text.size});
  WeightStore all;
  for (const std::string& name : shards(path, index))
    all.add(read_one(std::filesystem::path(path).replace_filename(name)));
  return all;
}

}  // namespace keravino::saving
