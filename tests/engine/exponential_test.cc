#include "engine/evaluators/exponential.h"

#include <gtest/gtest.h>

#include "keravino/ops.h"

namespace keravino::engine {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Exponential, IsRightInDoubleToElevenDigitsAndInFloatToTheLast) {
  double worst = 0, worst_float = 0;
  for (double x = -87; x < 88; x += 0.0137) {
    const float narrow = static_cast<float>(x);
    worst = std::max(worst, std::abs(exponential(x) / std::exp(x) - 1));
    worst_float = std::max(worst_float, std::abs(exponential(narrow) / std::exp(static_cast<double>(narrow)) - 1));
  }
  EXPECT_LT(worst, 1e-11);
  EXPECT_LT(worst_float, 2e-7);
}

TEST(Exponential, OfWhatHasNoFiniteResult) {
  EXPECT_EQ(exponential(-kInfinity), 0);
  EXPECT_EQ(exponential(-1e9F), 0);
  EXPECT_EQ(exponential(0.0), 1);
  EXPECT_EQ(static_cast<float>(exponential(kInfinity)), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(exponential(std::numeric_limits<double>::quiet_NaN())));
}

/// Lines shorter, longer and as long as the parts that a row is computed in; what a mask leaves out is exactly zero.
TEST(Softmax, OfRowsOfEveryLength) {
  for (const size_t length : {1, 31, 32, 33, 100}) {
    std::vector<float> numbers(2 * length);
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i * 37 % 101) / 7;
    if (length > 1) numbers[length / 2] = -std::numeric_limits<float>::infinity();
    const ov::Tensor x(ov::element::f32, {2, length}, numbers.data());
    const ov::Tensor found = ops::softmax(Tensor(x), {{-1}}).numbers();
    for (size_t row = 0; row < 2; ++row) {
      const float* from = numbers.data() + row * length;
      double sum = 0;
      for (size_t i = 0; i < length; ++i) sum += std::exp(static_cast<double>(from[i]));
      for (size_t i = 0; i < length; ++i) {
        const double wanted = std::exp(static_cast<double>(from[i])) / sum;
        EXPECT_NEAR(found.data<const float>()[row * length + i], wanted, 1e-6 * wanted) << length << " " << i;
      }
    }
  }
}

}  // namespace
}  // namespace keravino::engine
