#include "fuzz/files.h"
#include "fuzz/targets.h"
#include "saving/legacy.h"

namespace keravino::fuzz {

void hdf5(std::string_view bytes) {
  static const saving::Archive current = saving::open_archive(test_data("cnn.keras")),
                               legacy = saving::open_archive(test_data("legacy/frozen.h5"));
  const File file(bytes);
  try_to([&] {
    if (saving::is_hdf5(file.path())) build(saving::open_archive(file.path()));
  });
  try_to([&] {
    const saving::WeightStore weights = saving::open_weights(file.path());
    saving::Archive archive = weights.layers().empty() ? current : legacy;
    archive.weights = weights;
    build(archive);
  });
}

}  // namespace keravino::fuzz
