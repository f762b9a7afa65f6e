// Files that mean harm: whatever is in them, loading ends with a model or with an Error, in little memory.
#include <sys/resource.h>

#include <random>

#include "layers/layer.h"
#include "model/build.h"
#include "model/keras_files.h"
#include "model/legacy.h"
#include "saving/archive.h"

namespace keravino {
namespace {

using nlohmann::json;
using saving::test_data;

constexpr const char* kModels[] = {"cnn.keras",        "functional.keras",     "shared_deep.keras",
                                   "operations.keras", "layers1d.keras",       "layers2d.keras",
                                   "merges.keras",     "masks.keras",          "stateful.keras",
                                   "wrappers.keras",   "legacy/functional.h5", "legacy/recurrent.h5",
                                   "legacy/frozen.h5", "activations.keras",    "images.keras"};

/// Numbers from a seed, the same on every machine: the distributions of the standard library are not.
class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  size_t below(size_t end) { return engine_() % end; }

 private:
  std::mt19937 engine_;
};

void each_place(json& node, std::vector<json*>& out) {
  out.push_back(&node);
  if (node.is_structured()) {
    for (json& item : node) each_place(item, out);
  }
}

const std::vector<json>& harmful() {
  static const std::vector<json> values = {nullptr,
                                           true,
                                           -1,
                                           0,
                                           2,
                                           1'000'000'000'000,
                                           INT64_MIN,
                                           UINT64_MAX,
                                           1e308,
                                           std::numeric_limits<double>::quiet_NaN(),
                                           -std::numeric_limits<double>::infinity(),
                                           "",
                                           "relu",
                                           json::array(),
                                           json::object(),
                                           json::array({1'000'000'000, 1'000'000'000}),
                                           json::array({-7, 0}),
                                           json(std::vector<int>(70, 1)),
                                           json::array({"c1", 0, 0})};
  return values;
}

/// Changes one to three places of a config: another value, that of another place, or nothing at all.
void harm(json& config, Draw& draw) {
  for (size_t changes = 1 + draw.below(3); changes > 0; --changes) {
    std::vector<json*> places;
    each_place(config, places);
    json& place = *places[draw.below(places.size())];
    const size_t how = draw.below(4);
    if (how == 0) {
      const json other = *places[draw.below(places.size())];
      place = other;
    } else if (how == 1 && place.is_structured() && !place.empty()) {
      auto item = place.begin();
      std::advance(item, static_cast<std::ptrdiff_t>(draw.below(place.size())));
      place.erase(item);
    } else {
      place = harmful()[draw.below(harmful().size())];
    }
  }
}

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
