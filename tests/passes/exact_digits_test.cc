// Which nodes make_exact replaces for the sake of float32's last digits, and which it leaves to the plugin.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/program.h"
#include "keravino/ops.h"
#include "ops/make.h"
#include "passes/exact.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

const ov::PartialShape kShape{3, 4};

/// The model of f on parameters of one shape, as compiled for the CPU in float32.
template <class F>
std::shared_ptr<ov::Model> exact(F f, bool digits = true) {
  const std::vector<Tensor> in{engine::parameter(kShape, DType::float32), engine::parameter(kShape, DType::float32)};
  const auto model = engine::traced_model(in, {f(in)});
  make_exact(model, digits, true);
  return model;
}

template <class Op>
size_t count(const ov::Model& model) {
  const auto nodes = model.get_ops();
  return static_cast<size_t>(
      std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return ov::is_type<Op>(node); }));
}

size_t kept_divisions(const ov::Model& model) {
  const auto nodes = model.get_ops();
  return static_cast<size_t>(std::count_if(nodes.begin(), nodes.end(), [](const auto& node) {
    return ov::is_type<v1::Divide>(node) && node->get_rt_info().count("nonconvertable_divide_0");
  }));
}

}  // namespace

TEST(ExactDigits, activations_of_inputs_are_replaced) {
  EXPECT_EQ(count<v0::Sigmoid>(*exact([](const auto& in) { return ops::sigmoid(in[0]); })), 0u);
  EXPECT_EQ(count<v4::Swish>(*exact([](const auto& in) { return ops::silu(in[0] + in[1]); })), 0u);
  EXPECT_EQ(count<v7::Gelu>(*exact([](const auto& in) { return ops::gelu(in[0], true); })), 0u);
  EXPECT_EQ(count<v4::HSwish>(*exact([](const auto& in) { return ops::hard_silu(in[0]); })), 0u);
}

TEST(ExactDigits, activations_behind_sums_stay) {
  const auto product = [](const auto& in) { return ops::matmul(in[0], ops::transpose(in[1], {})) + 1; };
  EXPECT_EQ(count<v0::Sigmoid>(*exact([&](const auto& in) { return ops::sigmoid(product(in)); })), 1u);
  EXPECT_EQ(count<v4::Swish>(*exact([&](const auto& in) { return ops::silu(product(in)); })), 1u);
  EXPECT_EQ(count<v7::Gelu>(*exact([&](const auto& in) { return ops::gelu(product(in), false); })), 1u);
  EXPECT_EQ(count<v4::HSwish>(*exact([&](const auto& in) { return ops::hard_silu(product(in)); })), 1u);
}

TEST(ExactDigits, limits_keep_nan_but_behind_constant_weights) {
  const Tensor weights = ops::ones({int64_t{4}, int64_t{4}});
  EXPECT_EQ(count<v1::Select>(*exact([&](const auto& in) { return ops::relu6(ops::matmul(in[0], weights)); })), 0u);
  const auto trains = [](const auto& in) { return ops::relu6(ops::matmul(in[0], ops::transpose(in[1], {}))); };
  EXPECT_EQ(count<v1::Select>(*exact(trains)), 1u);
}

TEST(ExactDigits, lower_precision_keeps_short_forms) {
  const auto sigmoid = [](const auto& in) { return ops::sigmoid(in[0]); };
  EXPECT_EQ(count<v0::Sigmoid>(*exact(sigmoid, false)), 1u);
  const auto exp = [](const auto& in) { return ops::exp(in[0]); };
  EXPECT_EQ(count<v5::Round>(*exact(exp, false)), 0u);
  EXPECT_EQ(count<v5::Round>(*exact(exp)), 1u);
}

TEST(ExactDigits, expm1_is_one_exponential) {
  const auto model = exact([](const auto& in) { return ops::expm1(in[0]); });
  EXPECT_EQ(count<v0::Tanh>(*model), 0u);
  EXPECT_EQ(count<v0::Exp>(*model), 1u);
  // Another product of tanh stays.
  EXPECT_EQ(count<v0::Tanh>(*exact([](const auto& in) { return ops::tanh(in[0] * 0.5) * (ops::exp(in[1]) + 1); })), 1u);
}

TEST(ExactDigits, divisions_of_variables_keep_their_kernel) {
  EXPECT_EQ(kept_divisions(*exact([](const auto& in) { return in[0] / in[1]; })), 1u);
  EXPECT_EQ(kept_divisions(*exact([](const auto& in) { return in[0] / 3; })), 0u);
  EXPECT_EQ(kept_divisions(*exact([](const auto& in) { return 3 / in[0]; })), 0u);
}

/// The plugin moves 1 / x into a sum above, as a division by 1, where it is marked to stay a division.
TEST(ExactDigits, a_constant_over_a_sum) {
  const auto f = [](const Tensor& x) { return 3 / ops::sum(x * x, std::vector<int64_t>{-1}, true); };
  ov::Tensor x(ov::element::f32, {2, 2});
  std::copy_n(std::array<float, 4>{1, 2, 3, 4}.data(), 4, x.data<float>());
  const Tensor parameter = engine::parameter(ov::PartialShape{2, 2}, DType::float32);
  const ov::Tensor got = engine::Program({parameter}, {f(parameter)}, {}).run({x})[0];
  EXPECT_NEAR(got.data<float>()[0], 3.0 / 5, 1e-6);
  EXPECT_NEAR(got.data<float>()[1], 3.0 / 25, 1e-6);
}

}  // namespace keravino::passes
