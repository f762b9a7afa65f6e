#include <filesystem>

#include "fuzz/files.h"
#include "fuzz/targets.h"
#include "saving/legacy.h"

namespace keravino::fuzz {
namespace {

/// The test models by name: "cnn.keras", "legacy/frozen.h5".
std::map<std::string, saving::Archive, std::less<>> read_models() {
  std::map<std::string, saving::Archive, std::less<>> models;
  const std::filesystem::path root = test_data("");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = entry.path().lexically_relative(root);
    if (name.ends_with(".keras") || (name.ends_with(".h5") && !name.ends_with("_weights.h5")))
      models.emplace(name, saving::open_archive(entry.path()));
  }
  return models;
}

}  // namespace

void config(std::string_view bytes) {
  static const auto models = read_models();
  const size_t end = std::min(bytes.find('\n'), bytes.size() - 1);
  const auto model = bytes.empty() ? models.end() : models.find(bytes.substr(0, end));
  if (model == models.end()) return;
  saving::Archive archive = model->second;
  try_to([&] {
    archive.config = saving::parse_json_object("config.json", bytes.substr(end + 1), archive.budget);
    if (model->first.ends_with(".h5")) archive.config = saving::current_config("config.json", archive.config, true);
    build(archive);
  });
}

}  // namespace keravino::fuzz
