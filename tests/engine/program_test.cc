#include "engine/program.h"

#include <gtest/gtest.h>

#include "keravino/ops.h"
#include "tensor/value.h"

namespace keravino::engine {

TEST(Program, gives_results_that_are_used_within_in_their_own_shape) {
  const Tensor m = parameter({2, 3}, DType::float32), w = parameter({2, 3}, DType::float32);
  const Tensor moment = m * 0.5 + w, weight = w - ops::sqrt(moment);
  Program program({m, w}, {moment, weight, ops::sum(weight)}, {});
  ov::Tensor before(ov::element::f32, {2, 3}), weights(ov::element::f32, {2, 3});
  for (size_t i = 0; i < 6; ++i) {
    before.data<float>()[i] = 2 * static_cast<float>(i);
    weights.data<float>()[i] = 0;
  }
  std::vector<ov::Tensor> kept;
  for (int run = 0; run < 2; ++run) {  // the first run's results stay what they are
    const auto results = program.run({before, weights});
    ASSERT_EQ(results.size(), 3u);
    for (size_t r = 0; r < 2; ++r) {
      ASSERT_EQ(results[r].get_shape(), (ov::Shape{2, 3}));
      for (size_t i = 0; i < 6; ++i) {
        const auto x = static_cast<float>(i);
        EXPECT_FLOAT_EQ(results[r].data<const float>()[i], r == 0 ? x : -std::sqrt(x));
      }
    }
    if (run == 0) kept = results;
    std::fill_n(before.data<float>(), run == 0 ? 0 : 6, 0.0F);
  }
  EXPECT_FLOAT_EQ(kept[0].data<const float>()[5], 5);
}

TEST(Program, is_compiled_where_float64_is_only_rounded) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor x = parameter({3}, DType::float64), y = parameter({3}, DType::float64);
  const uint64_t before = compile_count();
  Program rounds({x}, {ops::cast(x, DType::float32) * 2}, {});
  EXPECT_EQ(compile_count(), before + 1);
  ov::Tensor numbers(ov::element::f64, {3});
  std::copy_n(std::array{0.1, kInfinity, 1e300}.data(), 3, numbers.data<double>());
  const auto rounded = rounds.run({numbers});
  EXPECT_EQ(rounded[0].data<const float>()[0], 0.2F);
  EXPECT_EQ(rounded[0].data<const float>()[1], static_cast<float>(kInfinity));
  EXPECT_EQ(rounded[0].data<const float>()[2], static_cast<float>(kInfinity));
  Program uses({y}, {ops::cast(y + 1e-12, DType::float32), y}, {});
  EXPECT_EQ(compile_count(), before + 1) << "the plugin would lose its digits";
  EXPECT_EQ(uses.run({numbers})[1].data<const double>()[0], 0.1);
}

}  // namespace keravino::engine
