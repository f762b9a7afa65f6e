#include "engine/engine.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/compiled.h"
#include "engine/device.h"
#include "keravino/error.h"
#include "keravino/ops.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

Tensor filled(const ov::Shape& shape, float value) {
  ov::Tensor numbers(ov::element::f32, shape);
  std::fill_n(numbers.data<float>(), numbers.get_size(), value);
  return Tensor(numbers);
}

/// Sets the tier for one test.
struct WithTier {
  explicit WithTier(Tier wanted) { set_tier(wanted); }
  ~WithTier() { set_tier(Tier::automatic); }
};

}  // namespace

TEST(Engine, a_pending_tensor_becomes_a_leaf_and_stays_one) {
  const Tensor x = filled({2, 3}, 2);
  const Tensor y = x * x;
  const Tensor z = y + 1;
  EXPECT_EQ(z.value()->depth, 2u);
  EXPECT_EQ(z.numbers().data<float>()[5], 5);
  EXPECT_EQ(z.value()->depth, 0u);
  EXPECT_EQ(y.value()->depth, 0u) << "an intermediate that somebody holds keeps its numbers";
  EXPECT_EQ(y.numbers().data<float>()[0], 4);
}

TEST(Engine, both_tiers_give_the_same_numbers) {
  const Tensor x = filled({3, 5}, 0.3f);
  const auto run = [&](Tier tier) {
    const WithTier scope(tier);
    return ops::log1p(x * 2 - 0.1).numbers();
  };
  const ov::Tensor interpreted = run(Tier::interpret);
  const ov::Tensor compiled = run(Tier::compile);
  for (size_t i = 0; i < interpreted.get_size(); ++i) {
    EXPECT_NEAR(interpreted.data<float>()[i], compiled.data<float>()[i], 1e-7);
  }
}

TEST(Engine, a_long_chain_does_not_grow_without_bound) {
  Tensor x = filled({4}, 1);
  for (uint32_t i = 0; i < 5 * kMaxPendingDepth; ++i) {
    x = x + 1;
    ASSERT_LE(x.value()->depth, kMaxPendingDepth + 1);
  }
  EXPECT_EQ(x.numbers().data<float>()[0], 1 + 5 * static_cast<float>(kMaxPendingDepth));
}

TEST(Engine, float64_and_int64_keep_their_width_in_both_tiers) {
  ov::Tensor wide(ov::element::f64, {1});
  wide.data<double>()[0] = 1.0 + 1e-12;
  ov::Tensor big(ov::element::i64, {1});
  big.data<int64_t>()[0] = int64_t{1} << 40;
  for (Tier tier : {Tier::interpret, Tier::compile}) {
    const WithTier scope(tier);
    EXPECT_EQ((Tensor(wide) - 1.0).numbers().data<double>()[0], 1.0 + 1e-12 - 1.0);
    EXPECT_EQ((Tensor(big) + 1).numbers().data<int64_t>()[0], (int64_t{1} << 40) + 1);
  }
}

TEST(Engine, a_traced_tensor_has_no_numbers) {
  const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{-1, 2});
  const Tensor x(parameter->output(0));
  EXPECT_TRUE((x + 1).traced());
  EXPECT_THROW((x + 1).numbers(), Error);
}

TEST(Engine, threads_may_share_tensors) {
  const Tensor x = filled({64}, 1);
  const Tensor shared = x + 1;
  std::vector<std::thread> threads;
  std::vector<float> results(8);
  for (size_t t = 0; t < results.size(); ++t) {
    threads.emplace_back([&, t] {
      Tensor y = shared;
      for (int i = 0; i < 200; ++i) y = y + x;
      results[t] = y.numbers().data<float>()[63];
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (float result : results) EXPECT_EQ(result, 202);
}

TEST(Engine, structures_that_differ_have_different_keys) {
  const auto key = [](const Tensor& t) {
    const Outputs targets{t.output()};
    return structure(pending_nodes(targets), targets).key;
  };
  const Tensor x = filled({100}, 1);
  const Tensor other = filled({100}, 2);
  EXPECT_EQ(key(x + 1), key(other + 1)) << "large leaves count by shape";
  EXPECT_NE(key(x + 1), key(x + 2)) << "literals count by value";
  EXPECT_NE(key(x + 1), key(x - 1));
  EXPECT_NE(key(x + x), key(x + other)) << "topology counts";
}

TEST(Device, an_absent_one_is_named_with_those_present) {
  try {
    check_device("GPU.7");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with("device \"GPU.7\" is not present. Present: CPU"))
        << error.what();
  }
  EXPECT_NO_THROW(check_device("CPU"));
  EXPECT_NO_THROW(check_device("AUTO:CPU"));
  EXPECT_THROW(check_device("HETERO:NPU,CPU"), Error);
  EXPECT_THROW(check_device("nonsense"), Error);
}

TEST(Device, an_unknown_precision_is_refused) {
  const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{1});
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{parameter}, ov::ParameterVector{parameter});
  EXPECT_THROW(compile(model, {"CPU", "f64", 0}), Error);
}

}  // namespace keravino::engine
