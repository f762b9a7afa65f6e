#include "saving/archive.h"

#include "saving/json.h"
#include "saving/legacy.h"
#include "saving/zip.h"

namespace keravino::saving {
namespace {

constexpr uint64_t kLongestConfig = uint64_t{64} << 20;
constexpr uint64_t kLongestMetadata = uint64_t{1} << 20;
constexpr const char *kConfig = "config.json", *kMetadata = "metadata.json", *kWeights = "model.weights.h5";

nlohmann::json read_json(ZipReader& zip, const std::string& name, uint64_t limit) {
  const Buffer text = zip.read(name, limit);
  return parse_json_object(zip.path() + ": " + name, {reinterpret_cast<const char*>(text.data.get()), text.size},
                           zip.budget());
}

}  // namespace

Archive open_archive(const std::string& path) {
  if (is_hdf5(path)) return open_legacy(path);
  ZipReader zip(path);
  if (!zip.has(kWeights) && zip.has("model.weights.npz")) {
    throw file_error(path, "has its weights in model.weights.npz, which is not read; wanted model.weights.h5");
  }
  Archive archive{.path = path,
                  .config = read_json(zip, kConfig, kLongestConfig),
                  .metadata = read_json(zip, kMetadata, kLongestMetadata),
                  .weights = {path + ": " + kWeights, zip.read(kWeights), zip.budget()},
                  .others = {}};
  for (const std::string& name : zip.names()) {
    if (name != kConfig && name != kMetadata && name != kWeights && !name.ends_with('/'))
      archive.others.emplace_back(name, zip.read(name));
  }
  archive.budget = zip.budget();
  const auto version = archive.metadata.find("keras_version");
  if (version == archive.metadata.end() || !version->is_string()) {
    throw file_error(path, "metadata.json: has no keras_version");
  }
  for (const char* key : {"class_name", "config"}) {
    if (!archive.config.contains(key)) throw file_error(path, fmt::format("config.json: has no \"{}\"", key));
  }
  return archive;
}

void write_archive(const std::string& path, const Archive& archive) {
  const std::string config = json_text(archive.config), metadata = json_text(archive.metadata);
  const Buffer weights = archive.weights.image();
  const auto bytes = [](const std::string& text) { return std::as_bytes(std::span<const char>(text)); };
  std::vector<ZipEntry> entries = {
      {kMetadata, {bytes(metadata)}}, {kConfig, {bytes(config)}}, {kWeights, {weights.bytes()}}};
  for (const auto& [name, content] : archive.others) entries.push_back({name, {content.bytes()}});
  write_zip(path, entries);
}

}  // namespace keravino::saving
