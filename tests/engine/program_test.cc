#include "engine/program.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

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

namespace {

std::vector<ov::Tensor> numbered(size_t count, float first) {
  std::vector<ov::Tensor> tensors;
  for (size_t i = 0; i < count; ++i) {
    tensors.emplace_back(ov::element::f32, ov::Shape{2});
    std::fill_n(tensors.back().data<float>(), 2, first + static_cast<float>(i));
  }
  return tensors;
}

/// x_i + (i + 1) of so many inputs.
Program counters(size_t count) {
  std::vector<Tensor> inputs, outputs;
  for (size_t i = 0; i < count; ++i) {
    inputs.push_back(parameter({2}, DType::float32));
    outputs.push_back(inputs.back() + static_cast<double>(i + 1));
  }
  return {inputs, outputs, {}};
}

}  // namespace

TEST(Program, a_state_moves_to_and_fro_between_two_places) {
  constexpr size_t kCount = 20;
  Program program = counters(kCount);
  std::vector<ov::Tensor> state = numbered(kCount, 0), kept;
  std::vector<std::set<const void*>> places(kCount);
  for (int run = 1; run <= 12; ++run) {
    state = program.run(state);
    if (run == 8) kept = state;  // someone holds it: it must not be written to
    for (size_t i = 0; i < kCount; ++i) {
      const float first = static_cast<float>(i), step = static_cast<float>(i + 1);
      ASSERT_EQ(state[i].data<const float>()[1], first + static_cast<float>(run) * step) << run << ", " << i;
      if (run > 3 && run < 8) places[i].insert(std::as_const(state[i]).data());
    }
  }
  for (size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(places[i].size(), 2u) << i;
    EXPECT_EQ(kept[i].data<const float>()[0], static_cast<float>(i + 8 * (i + 1)));
  }
}

TEST(Program, reads_its_inputs_anew_where_they_lie_at_known_addresses) {
  constexpr size_t kCount = 20;
  Program program = counters(kCount);
  const std::vector<ov::Tensor> first = numbered(kCount, 0), second = numbered(kCount, 100);
  std::vector<ov::Tensor> mixed = first;
  mixed[3] = second[3];
  for (int round = 0; round < 3; ++round) {
    std::fill_n(const_cast<ov::Tensor&>(first[0]).data<float>(), 2, static_cast<float>(round));
    for (const auto* inputs : std::vector<const std::vector<ov::Tensor>*>{&first, &mixed, &second, &first}) {
      const auto outputs = program.run(*inputs);
      for (size_t i = 0; i < kCount; ++i)
        ASSERT_EQ(outputs[i].data<const float>()[0], (*inputs)[i].data<const float>()[0] + static_cast<float>(i + 1));
    }
  }
}

TEST(Program, several_threads_may_run_it) {
  constexpr size_t kCount = 20;
  Program program = counters(kCount);
  std::vector<std::thread> threads;
  std::atomic<size_t> wrong = 0;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::vector<ov::Tensor> state = numbered(kCount, static_cast<float>(1000 * t));
      for (int run = 0; run < 50; ++run) state = program.run(state);
      for (size_t i = 0; i < kCount; ++i)
        wrong += state[i].data<const float>()[0] != static_cast<float>(1000 * t + i + 50 * (i + 1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0u);
}

}  // namespace keravino::engine
