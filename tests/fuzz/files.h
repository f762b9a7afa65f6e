// What the fuzz targets share.
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "model/build.h"
#include "model/legacy.h"

namespace keravino::fuzz {

/// Bytes as a file that lies in memory and yet has a path; nothing of it stays behind, whatever happens.
class File {
 public:
  explicit File(std::string_view bytes) : number_(memfd_create("input", MFD_CLOEXEC)) {
    if (number_ < 0 || write(number_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("no room for the input");
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(number_); }

  std::string path() const { return fmt::format("/proc/self/fd/{}", number_); }

 private:
  int number_;
};

inline std::string test_data(const std::string& name) { return KERAVINO_TEST_DATA "/" + name; }

/// Runs what reads: it may throw an Error, and nothing else.
template <class Read>
void try_to(Read read) {
  try {
    read();
  } catch (const Error&) {
  }
}

/// What Model::load does with what it has read; nothing is compiled, which takes long and knows nothing of files.
inline void build(saving::Archive archive) {
  place_legacy_weights(archive);
  build_model(archive);
}

}  // namespace keravino::fuzz
