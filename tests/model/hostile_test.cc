// Files that mean harm: whatever is in them, loading ends with a model or with an Error, in little memory.
#include <sys/resource.h>

#include "model/build.h"
#include "model/harm.h"
#include "model/keras_files.h"
#include "model/legacy.h"
#include "saving/archive.h"

namespace keravino {
namespace {

using saving::test_data;

constexpr const char* kModels[] = {"cnn.keras",        "functional.keras",     "shared_deep.keras",
                                   "operations.keras", "layers1d.keras",       "layers2d.keras",
                                   "merges.keras",     "masks.keras",          "stateful.keras",
                                   "wrappers.keras",   "legacy/functional.h5", "legacy/recurrent.h5",
                                   "legacy/frozen.h5", "activations.keras",    "images.keras"};

/// In KiB, the most that this process has held.
long peak() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

class Hostile : public testing::TestWithParam<const char*> {};

TEST_P(Hostile, ConfigsAreRefusedOrBuilt) {
  const saving::Archive good = saving::open_archive(test_data(GetParam()));
  const long before = peak();
  constexpr unsigned kTries = 60;
  for (unsigned seed = 0; seed < kTries; ++seed) {
    Draw draw(seed);
    saving::Archive bad = good;
    harm(bad.config, draw);
    try {
      place_legacy_weights(bad);
      build_model(bad);
    } catch (const Error&) {
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what();
    }
  }
  EXPECT_LT(peak() - before, 400 << 10);
}

INSTANTIATE_TEST_SUITE_P(Models, Hostile, testing::ValuesIn(kModels));

using HostileFile = saving::InFolder;

TEST_F(HostileFile, BytesAreRefusedOrRead) {
  for (const char* model : kModels) {
    const std::string good = saving::contents(test_data(model));
    for (unsigned seed = 0; seed < 30; ++seed) {
      Draw draw(seed);
      std::string bad = good;
      for (size_t changes = 1 + draw.below(8); changes > 0; --changes) {
        const size_t at = draw.below(bad.size());
        if (draw.below(4) == 0)
          bad.resize(std::max<size_t>(at, 1));
        else
          bad[at] = static_cast<char>(draw.below(3) == 0 ? 0xff : draw.below(256));
      }
      saving::write("bad", bad);
      try {
        saving::open_archive("bad");
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace keravino
