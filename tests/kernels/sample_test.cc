#include "kernels/sample.h"

#include <gtest/gtest.h>

namespace keravino::kernels {
namespace {

constexpr uint32_t kOnes = 0xffffffff;

TEST(Sample, EndsOfTheBitsStayInRange) {
  for (const Block& block : {Block{0, 0, 0, 0}, Block{kOnes, kOnes, kOnes, kOnes}}) {
    for (const float u : uniforms<float>(block)) EXPECT_TRUE(u >= 0 && u < 1) << u;
    for (const double u : uniforms<double>(block)) EXPECT_TRUE(u >= 0 && u < 1) << u;
    for (const float x : normals<float>(block)) EXPECT_TRUE(std::isfinite(x)) << x;
    for (const double x : normals<double>(block)) EXPECT_TRUE(std::isfinite(x)) << x;
    for (const float x : truncated_normals<float>(block)) EXPECT_NEAR(std::abs(x), 2, 1e-4);
    for (const double x : truncated_normals<double>(block)) EXPECT_NEAR(std::abs(x), 2, 1e-12);
  }
}

TEST(Sample, NormalTailsReachSixDeviations) { EXPECT_GT(std::abs(normals<float>(Block{0, 0, 0, 0})[0]), 6.7); }

TEST(Sample, InverseErf) {
  for (int i = -960; i <= 960; ++i) {
    const double x = i * 1e-3;
    EXPECT_NEAR(std::erf(inverse_erf(x)), x, 4e-16) << x;
    EXPECT_NEAR(std::erf(static_cast<double>(inverse_erf(static_cast<float>(x)))), x, 3e-7) << x;
  }
}

TEST(Sample, IntegersKeepToAnyRange) {
  constexpr auto kLowest = std::numeric_limits<int64_t>::min();
  constexpr auto kHighest = std::numeric_limits<int64_t>::max();
  for (uint64_t i = 0; i < 1000; ++i) {
    const Stream stream({3, 4}, i);
    EXPECT_LT(integer<int64_t>(stream, kLowest, kHighest), kHighest);
    const int32_t small = integer<int32_t>(stream, -2, 3);
    EXPECT_TRUE(small >= -2 && small < 3) << small;
    EXPECT_EQ(integer<int32_t>(stream, 5, 5), 5);
  }
}

TEST(Sample, ParametersOutsideOfTheirDomainGiveNaN) {
  const Stream stream({1, 2}, 0);
  const double inf = std::numeric_limits<double>::infinity();
  for (const double alpha : {0.0, -1.0, inf, std::nan("")}) EXPECT_TRUE(std::isnan(gamma(stream, alpha))) << alpha;
  for (const double p : {-0.1, 1.1, std::nan("")}) EXPECT_TRUE(std::isnan(binomial(stream, 10, p))) << p;
  EXPECT_TRUE(std::isnan(binomial(stream, inf, 0.5)));
  EXPECT_EQ(binomial(stream, 7, 1), 7);
  EXPECT_EQ(binomial(stream, 7, 0), 0);
}

}  // namespace
}  // namespace keravino::kernels
