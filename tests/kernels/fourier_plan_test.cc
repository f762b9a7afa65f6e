#include "kernels/fourier_plan.h"

#include <gtest/gtest.h>

#include <complex>
#include <numbers>
#include <random>

namespace keravino::kernels {
namespace {

std::vector<double> noise(size_t n, unsigned seed) {
  std::mt19937 bits(seed);
  std::normal_distribution<double> normal;
  std::vector<double> out(n);
  for (double& x : out) x = normal(bits);
  return out;
}

/// The largest difference from the sum that defines the transform, in parts of the largest result.
double error_of(size_t n) {
  FourierPlan plan(n);
  const std::vector<double> re = noise(n, 1), im = noise(n, 2);
  std::vector<double> to_re(n), to_im(n);
  plan.run(re.data(), im.data(), to_re.data(), to_im.data());
  double worst = 0, most = 0;
  for (size_t j = 0; j < n; ++j) {
    std::complex<double> sum = 0;
    for (size_t k = 0; k < n; ++k) {
      const double turn = static_cast<double>(j * k % n) / static_cast<double>(n);
      sum += std::complex<double>(re[k], im[k]) * std::polar(1.0, -2 * std::numbers::pi * turn);
    }
    worst = std::max(worst, std::abs(sum - std::complex<double>(to_re[j], to_im[j])));
    most = std::max(most, std::abs(sum));
  }
  return worst / most;
}

}  // namespace

TEST(FourierPlan, every_length_is_right_to_the_last_digits) {
  for (size_t n = 1; n <= 130; ++n) EXPECT_LT(error_of(n), 4e-15) << n;
  for (const size_t n : {240u, 243u, 256u, 500u, 512u, 625u, 729u, 1000u, 1009u, 1024u}) {
    EXPECT_LT(error_of(n), 2e-14) << n;
  }
}

TEST(FourierPlan, a_plan_serves_many_signals) {
  FourierPlan plan(6);
  const std::vector<double> one(6, 1), zero(6, 0), step{1, 0, 0, 0, 0, 0};
  std::vector<double> re(6), im(6);
  for (int i = 0; i < 2; ++i) {
    plan.run(one.data(), zero.data(), re.data(), im.data());
    EXPECT_EQ(re, (std::vector<double>{6, 0, 0, 0, 0, 0}));
    plan.run(step.data(), zero.data(), re.data(), im.data());
    EXPECT_EQ(re, one);
    EXPECT_EQ(im, zero);
  }
}

}  // namespace keravino::kernels
