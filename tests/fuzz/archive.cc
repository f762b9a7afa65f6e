#include "fuzz/files.h"
#include "fuzz/targets.h"

namespace keravino::fuzz {

void archive(std::string_view bytes) {
  const File file(bytes);
  try_to([&] { build(saving::open_archive(file.path())); });
}

}  // namespace keravino::fuzz
