#include "kernels/random.h"

#include <gtest/gtest.h>

#include "engine/device.h"

namespace keravino::kernels {
namespace {

ov::Tensor seed_of(uint32_t a, uint32_t b) {
  ov::Tensor seed(ov::element::u32, {2});
  seed.data<uint32_t>()[0] = a;
  seed.data<uint32_t>()[1] = b;
  return seed;
}

std::vector<float> numbers_of(const ov::Tensor& tensor) {
  return {tensor.data<const float>(), tensor.data<const float>() + tensor.get_size()};
}

ov::Output<ov::Node> number(float x) { return ov::op::v0::Constant::create(ov::element::f32, {}, {x}); }

// Noise of the shape of an input with a dynamic batch, in a compiled graph, with the seed as an input.
TEST(RandomNumbers, InACompiledGraph) {
  const auto x = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{-1, 3});
  const auto seed = std::make_shared<ov::op::v0::Parameter>(ov::element::u32, ov::PartialShape{2});
  const auto shape = std::make_shared<ov::op::v3::ShapeOf>(x);
  const auto noise = std::make_shared<RandomNumbers>(ov::OutputVector{seed, shape, number(-1), number(2)},
                                                     Distribution::uniform, ov::element::f32);
  EXPECT_EQ(noise->get_output_partial_shape(0), (ov::PartialShape{-1, 3}));
  auto request = engine::compile(std::make_shared<ov::Model>(ov::OutputVector{noise}, ov::ParameterVector{x, seed}), {})
                     .create_infer_request();
  for (const size_t batch : {2u, 5u}) {
    request.set_input_tensor(0, ov::Tensor(ov::element::f32, {batch, 3}));
    for (const uint32_t second : {7u, 8u}) {
      request.set_input_tensor(1, seed_of(4000000000, second));
      request.infer();
      ov::TensorVector want{ov::Tensor(ov::element::f32, {batch, 3})};
      ov::Tensor dims(ov::element::i64, {2});
      dims.data<int64_t>()[0] = static_cast<int64_t>(batch);
      dims.data<int64_t>()[1] = 3;
      ov::Tensor low(ov::element::f32, {});
      ov::Tensor high(ov::element::f32, {});
      low.data<float>()[0] = -1;
      high.data<float>()[0] = 2;
      ASSERT_TRUE(noise->evaluate(want, {seed_of(4000000000, second), dims, low, high}));
      EXPECT_EQ(request.get_output_tensor().get_shape(), (ov::Shape{batch, 3}));
      EXPECT_EQ(numbers_of(request.get_output_tensor()), numbers_of(want[0]));
    }
  }
}

TEST(RandomNumbers, SeedOfAnotherShape) {
  const auto seed = ov::op::v0::Constant::create(ov::element::i64, {3}, {1, 2, 3});
  const auto shape = ov::op::v0::Constant::create(ov::element::i64, {1}, {4});
  EXPECT_THROW(
      RandomNumbers(ov::OutputVector{seed, shape, number(0), number(1)}, Distribution::uniform, ov::element::f32),
      ov::Exception);
}

}  // namespace
}  // namespace keravino::kernels
