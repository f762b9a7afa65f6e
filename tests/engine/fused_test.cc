#include "engine/fused.h"

#include <gtest/gtest.h>

#include "engine/evaluate.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

ov::Output<ov::Node> parameter(const ov::element::Type& type, const ov::PartialShape& shape) {
  return std::make_shared<v::v0::Parameter>(type, shape)->output(0);
}

const auto f32 = ov::element::f32;

}  // namespace

TEST(Fused, takes_float32_of_one_shape_and_single_numbers) {
  const ov::Shape shape{3, 4};
  const auto x = parameter(f32, shape), number = parameter(f32, ov::Shape{}), row = parameter(f32, ov::Shape{4});
  EXPECT_TRUE(Fused::takes(v::v1::Add(x, x), shape));
  EXPECT_TRUE(Fused::takes(v::v1::Subtract(number, x), shape));
  EXPECT_TRUE(Fused::takes(v::v1::Less(x, number), shape));
  EXPECT_TRUE(Fused::takes(v::v0::Exp(x), shape));
  EXPECT_TRUE(Fused::takes(v::v1::Select(parameter(ov::element::boolean, shape), x, number), shape));
  EXPECT_FALSE(Fused::takes(v::v1::Add(x, row), shape)) << "a row is neither";
  EXPECT_FALSE(Fused::takes(v::v1::Add(x, x), {4, 3})) << "another shape";
  EXPECT_FALSE(Fused::takes(v::v1::Select(parameter(ov::element::boolean, ov::Shape{}), x, x), shape));
  EXPECT_FALSE(Fused::takes(v::v1::Add(parameter(f32, {-1, 4}), x), shape)) << "an open shape";
  const auto wide = parameter(ov::element::f64, shape);
  EXPECT_FALSE(Fused::takes(v::v1::Add(wide, wide), shape));
  EXPECT_FALSE(Fused::takes(v::v1::ReduceSum(x, constant(std::vector<int64_t>{0})), shape));
}

TEST(Fused, gives_the_numbers_of_its_nodes_at_every_size) {
  for (const size_t n : {0u, 1u, 15u, 1024u, 1025u, 5000u}) {
    const ov::Shape shape{n};
    const auto x = parameter(f32, shape);
    const auto scalar = parameter(f32, ov::Shape{});
    const auto scaled = std::make_shared<v::v1::Multiply>(x, scalar);
    const auto positive = std::make_shared<v::v1::Greater>(scaled, x);
    const auto chosen = std::make_shared<v::v1::Select>(positive, scalar, scaled);
    Fused fused(shape, {false, n != 1});
    fused.add(*scaled, std::vector<size_t>{0, 1});
    fused.add(*positive, std::vector<size_t>{2, 0});
    fused.add(*chosen, std::vector<size_t>{3, 1, 2});
    fused.add_result(3, ov::element::boolean);
    fused.add_result(4, f32);
    ov::Tensor numbers(f32, shape), two(f32, ov::Shape{});
    two.data<float>()[0] = 2;
    for (size_t i = 0; i < n; ++i) numbers.data<float>()[i] = static_cast<float>(i) - 7;
    ov::TensorVector outputs;
    fused.run(outputs, {numbers, two});
    ASSERT_EQ(outputs.size(), 2u);
    ASSERT_EQ(outputs[1].get_shape(), shape);
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(static_cast<const char*>(outputs[0].data())[i] != 0, i > 7) << i;
      EXPECT_EQ(outputs[1].data<float>()[i], i > 7 ? 2 : 2 * (static_cast<float>(i) - 7)) << i;
    }
  }
}

}  // namespace keravino::engine
