#include "saving/npy.h"

#include "fuzz/files.h"
#include "fuzz/targets.h"

namespace keravino::fuzz {

void npy(std::string_view bytes) {
  const File file(bytes);
  if (bytes.starts_with("PK"))
    try_to([&] { saving::read_npz(file.path()); });
  else
    try_to([&] { saving::read_npy(file.path()); });
}

}  // namespace keravino::fuzz
