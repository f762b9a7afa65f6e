#include "kernels/sample.h"

#include <gtest/gtest.h>

namespace keravino::kernels {
namespace {

template <class T>
T drawn(const Inversion<T>& inversion, Bits<T> bits) {
  T number = 0;
  inversion(&bits, &number, 1);
  return number;
}

template <class T>
void stays_in_range() {
  constexpr T kTruncatedEnd = sizeof(T) == 4 ? T(1e-4) : T(1e-12);
  for (const Bits<T> bits : {Bits<T>{0}, static_cast<Bits<T>>(-1)}) {
    const T u = uniform<T>(bits);
    EXPECT_TRUE(u >= 0 && u < 1) << u;
    EXPECT_LT(between<T>(u, 100, 101), 101);
    EXPECT_LT(std::abs(drawn(kNormal<T>, bits)), 10);
    const T truncated = drawn(kTruncatedNormal<T>, bits);
    EXPECT_LT(std::abs(truncated), 2);
    EXPECT_NEAR(std::abs(truncated), 2, kTruncatedEnd);
  }
}

TEST(Sample, EndsOfTheBitsStayInRange) {
  stays_in_range<float>();
  stays_in_range<double>();
}

TEST(Sample, NormalTailsReachFiveDeviations) { EXPECT_NEAR(drawn(kNormal<float>, 0), -5.42, 0.01); }

TEST(Sample, InverseErf) {
  for (int i = -960; i <= 960; ++i) {
    const double x = i * 1e-3;
    EXPECT_NEAR(std::erf(inverse_erf(x)), x, 4e-16) << x;
  }
}

TEST(Sample, InverseErfOfFloats) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::vector<float> x{0, 1e-40F, 0.85F, 0.8500001F, 0.9999999F, -0.99999994F, 1, -1};
  for (int i = -1000; i < 1000; ++i) x.push_back(static_cast<float>(i) * 1e-3F);
  std::vector<double> y(x.size());
  inverse_erf(x.data(), y.data(), x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double wanted = inverse_erf(static_cast<double>(x[i]));
    if (std::isinf(wanted))
      EXPECT_EQ(y[i], wanted) << x[i];
    else
      EXPECT_NEAR(y[i], wanted, 1e-15 * std::abs(wanted)) << x[i];
  }
  const std::vector<float> outside{1.5F, -kInfinity, std::nanf("")};
  inverse_erf(outside.data(), y.data(), outside.size());
  for (size_t i = 0; i < outside.size(); ++i) EXPECT_TRUE(std::isnan(y[i])) << outside[i];
}

TEST(Sample, IntegersKeepToAnyRange) {
  constexpr auto kLowest = std::numeric_limits<int64_t>::min();
  constexpr auto kHighest = std::numeric_limits<int64_t>::max();
  const Integers<int64_t> wide(kLowest, kHighest);
  const Integers<int32_t> narrow(-2, 3), none(5, 5);
  for (uint64_t i = 0; i < 1000; ++i) {
    const uint64_t more = random_bits<uint64_t>({3, 4}, i), less = random_bits<uint64_t>({5, 6}, i);
    EXPECT_LT(wide(more, less), kHighest);
    const auto more_half = static_cast<uint32_t>(more), less_half = static_cast<uint32_t>(less);
    EXPECT_TRUE(narrow(more_half, less_half) >= -2 && narrow(more_half, less_half) < 3);
    EXPECT_EQ(none(more_half, less_half), 5);
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
