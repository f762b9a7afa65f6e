#include <filesystem>
#include <fstream>

#include "fuzz/files.h"
#include "fuzz/targets.h"

namespace keravino::fuzz {
namespace {

/// A folder with one shard, that goes away at the end of the program.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "keravino-fuzz-XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error("no folder for shards");
    path_ = name;
    std::filesystem::copy_file(test_data("legacy/frozen_weights.h5"), path_ / "a.weights.h5");
  }
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string with_index(std::string_view bytes) const {
    const std::filesystem::path file = path_ / "a.weights.json";
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

void index(std::string_view bytes) {
  static const Folder folder;
  try_to([&] { saving::open_weights(folder.with_index(bytes)); });
}

}  // namespace keravino::fuzz
