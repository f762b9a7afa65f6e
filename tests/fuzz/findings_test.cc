// What the fuzz targets have found: each file is read again, by the target that its folder is named after.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>

#include "fuzz/targets.h"
#include "saving/files.h"

namespace keravino {
namespace {

class Findings : public testing::TestWithParam<std::pair<const char*, void (*)(std::string_view)>> {};

TEST_P(Findings, AreReadOrRefused) {
  const auto [target, read] = GetParam();
  rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(KERAVINO_TEST_FINDINGS "/" + std::string(target))) {
    SCOPED_TRACE(entry.path().filename());
    const auto start = std::chrono::steady_clock::now();
    EXPECT_NO_THROW(read(saving::contents(entry.path())));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
    ++count;
  }
  EXPECT_GT(count, 0);
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 400 << 10);
}

INSTANTIATE_TEST_SUITE_P(Targets, Findings,
                         testing::Values(std::pair{"config", &fuzz::config}, std::pair{"hdf5", &fuzz::hdf5}),
                         [](const auto& target) { return target.param.first; });

}  // namespace
}  // namespace keravino
