#include "passes/compress.h"

#include <gtest/gtest.h>

#include <openvino/op/ops.hpp>
#include <openvino/openvino.hpp>
#include <random>

namespace keravino::passes {
namespace {

namespace v = ov::op;

std::shared_ptr<v::v0::Constant> weights(const ov::Shape& shape) {
  std::mt19937 generator(3);
  std::normal_distribution<float> normal;
  std::vector<float> values(ov::shape_size(shape));
  for (float& value : values) value = normal(generator);
  return v::v0::Constant::create(ov::element::f32, shape, values);
}

std::shared_ptr<v::v0::Parameter> input(const ov::Shape& shape) {
  return std::make_shared<v::v0::Parameter>(ov::element::f32, shape);
}

const ov::CoordinateDiff kNoPads{0, 0};
const ov::Strides kOnes{1, 1};

/// A graph of one op with a weight, by the op's name.
std::shared_ptr<ov::Model> graph(const std::string& op) {
  std::shared_ptr<v::v0::Parameter> x;
  std::shared_ptr<ov::Node> y;
  if (op == "matrix" || op == "turned matrix") {
    const bool turned = op != "matrix";
    x = input({3, 64});
    y = std::make_shared<v::v0::MatMul>(x, weights(turned ? ov::Shape{48, 64} : ov::Shape{64, 48}), false, turned);
  } else if (op == "convolution") {
    x = input({2, 16, 5, 5});
    y = std::make_shared<v::v1::Convolution>(x, weights({12, 16, 3, 3}), kOnes, kNoPads, kNoPads, kOnes);
  } else if (op == "grouped") {
    x = input({2, 32, 5, 5});
    y = std::make_shared<v::v1::GroupConvolution>(x, weights({2, 8, 16, 3, 3}), kOnes, kNoPads, kNoPads, kOnes);
  } else if (op == "backward") {
    x = input({2, 16, 5, 5});
    y = std::make_shared<v::v1::ConvolutionBackpropData>(x, weights({16, 12, 3, 3}), kOnes, kNoPads, kNoPads, kOnes);
  } else {
    x = std::make_shared<v::v0::Parameter>(ov::element::i32, ov::Shape{7});
    const auto axis = v::v0::Constant::create(ov::element::i32, {}, {0});
    y = std::make_shared<v::v8::Gather>(weights({100, 32}), x, axis);
  }
  return std::make_shared<ov::Model>(ov::OutputVector{y}, ov::ParameterVector{x});
}

std::vector<float> run(const std::shared_ptr<ov::Model>& model) {
  static ov::Core core;
  auto request =
      core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32)).create_infer_request();
  ov::Tensor x = request.get_input_tensor();
  for (size_t i = 0; i < x.get_size(); ++i) {
    if (x.get_element_type() == ov::element::i32) {
      x.data<int32_t>()[i] = static_cast<int32_t>(i * 13);
    } else {
      x.data<float>()[i] = std::sin(static_cast<float>(i));
    }
  }
  request.infer();
  const ov::Tensor y = request.get_output_tensor();
  return {y.data<float>(), y.data<float>() + y.get_size()};
}

struct Bound {
  Storage storage;
  double error;  // beside the largest number
  double part;   // of the bytes, at most
};

class Compress : public testing::TestWithParam<const char*> {};

}  // namespace

TEST_P(Compress, keeps_the_numbers_within_what_the_bits_hold) {
  const auto exact = graph(GetParam());
  const std::vector<float> wanted = run(exact->clone());
  const float largest = *std::ranges::max_element(wanted, {}, [](float x) { return std::abs(x); });
  for (const Bound& bound : {Bound{Storage::f32, 0, 1},
                             {Storage::f16, 1e-3, 0.5},
                             {Storage::bf16, 4e-3, 0.5},
                             {Storage::int8, 2e-2, 0.36},
                             {Storage::int4, 0.25, 0.36}}) {
    const auto model = exact->clone();
    const std::vector<Weight> found = find_weights(*model);
    ASSERT_EQ(found.size(), 1);
    const size_t before = found[0].constant->get_byte_size();
    const size_t after = compress(found[0], possible(found[0], bound.storage));
    EXPECT_LE(static_cast<double>(after), bound.part * static_cast<double>(before));
    const std::vector<float> got = run(model);
    ASSERT_EQ(got.size(), wanted.size());
    double most = 0;
    for (size_t i = 0; i < got.size(); ++i) most = std::max(most, std::abs(static_cast<double>(got[i] - wanted[i])));
    EXPECT_LE(most, bound.error * std::abs(largest)) << static_cast<int>(bound.storage);
    EXPECT_EQ(most > 0, bound.storage != Storage::f32);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Compress,
                         testing::Values("matrix", "turned matrix", "convolution", "grouped", "backward", "rows"));

TEST(Compress, only_matrices_whose_inputs_divide_into_groups_have_int4) {
  EXPECT_EQ(possible(find_weights(*graph("matrix"))[0], Storage::int4), Storage::int4);
  EXPECT_EQ(possible(find_weights(*graph("convolution"))[0], Storage::int4), Storage::int8);
}

TEST(Compress, a_weight_that_float16_cannot_hold_stays_float32) {
  auto constant = v::v0::Constant::create(ov::element::f32, {32, 32}, std::vector<float>(1024, 1e5F));
  const auto x = input({1, 32});
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{std::make_shared<v::v0::MatMul>(x, constant)},
                                                 ov::ParameterVector{x});
  EXPECT_EQ(possible(find_weights(*model)[0], Storage::f16), Storage::f32);
  EXPECT_EQ(possible(find_weights(*model)[0], Storage::bf16), Storage::bf16);
}

TEST(Compress, bfloat16_is_the_nearest) {
  const auto model = graph("matrix");
  const Weight weight = find_weights(*model)[0];
  const std::vector<float> wanted = weight.constant->cast_vector<float>();
  compress(weight, Storage::bf16);
  for (const auto& node : model->get_ordered_ops()) {
    const auto stored = ov::as_type_ptr<v::v0::Constant>(node);
    if (!stored || stored->get_element_type() != ov::element::bf16) continue;
    const std::vector<float> got = stored->cast_vector<float>();
    for (size_t i = 0; i < got.size(); ++i) EXPECT_LE(std::abs(got[i] - wanted[i]), 0x1p-8F * std::abs(wanted[i])) << i;
  }
}

TEST(Compress, a_weight_of_two_kinds_of_use_has_no_integers) {
  const auto table = weights({100, 32});
  const auto x = std::make_shared<v::v0::Parameter>(ov::element::i32, ov::Shape{7});
  const auto rows = std::make_shared<v::v8::Gather>(table, x, v::v0::Constant::create(ov::element::i32, {}, {0}));
  const auto y = std::make_shared<v::v0::MatMul>(rows, table, false, true);
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{y}, ov::ParameterVector{x});
  ASSERT_EQ(find_weights(*model).size(), 1);
  EXPECT_EQ(possible(find_weights(*model)[0], Storage::int8), Storage::f16);
}

}  // namespace keravino::passes
