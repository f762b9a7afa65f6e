#include "kernels/sample.h"

#include <gtest/gtest.h>

namespace keravino::kernels {
namespace {

template <class T>
void stays_in_range() {
  constexpr T kTruncatedEnd = sizeof(T) == 4 ? T(1e-4) : T(1e-12);
  for (const Bits<T> bits : {Bits<T>{0}, static_cast<Bits<T>>(-1)}) {
    const T u = uniform<T>(bits);
    EXPECT_TRUE(u >= 0 && u < 1) << u;
    EXPECT_LT(uniform<T>(bits, 100, 101), 101);
    EXPECT_TRUE(std::isfinite(normal<T>(bits))) << normal<T>(bits);
    EXPECT_LT(std::abs(truncated_normal<T>(bits)), 2);
    EXPECT_NEAR(std::abs(truncated_normal<T>(bits)), 2, kTruncatedEnd);
  }
}

TEST(Sample, EndsOfTheBitsStayInRange) {
  stays_in_range<float>();
  stays_in_range<double>();
}

TEST(Sample, NormalTailsReachFiveDeviations) { EXPECT_NEAR(normal<float>(0), -5.42, 0.01); }

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
  const Integers<int64_t> wide({3, 4});
  const Integers<int32_t> narrow({3, 4});
  for (uint64_t i = 0; i < 1000; ++i) {
    EXPECT_LT(wide.draw(i, kLowest, kHighest), kHighest);
    const int32_t small = narrow.draw(i, -2, 3);
    EXPECT_TRUE(small >= -2 && small < 3) << small;
    EXPECT_EQ(narrow.draw(i, 5, 5), 5);
  }
}

TEST(Sample, ParametersOutsideOfTheirDomainGiveNaN) {
  const Key key{1, 2};
  const Stream stream(key, 0);
  const double inf = std::numeric_limits<double>::infinity();
  for (const double alpha : {0.0, -1.0, inf, std::nan("")}) {
    EXPECT_TRUE(std::isnan(gamma(key, alpha))) << alpha;
    EXPECT_TRUE(std::isnan(log_gamma_variate(key, alpha))) << alpha;
  }
  for (const double p : {-0.1, 1.1, std::nan("")}) EXPECT_TRUE(std::isnan(binomial(stream, 10, p))) << p;
  EXPECT_TRUE(std::isnan(binomial(stream, inf, 0.5)));
  EXPECT_EQ(binomial(stream, 7, 1), 7);
  EXPECT_EQ(binomial(stream, 7, 0), 0);
}

}  // namespace
}  // namespace keravino::kernels
