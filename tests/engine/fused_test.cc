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

TEST(Fused, takes_float32_of_one_number_of_elements_and_single_numbers) {
  const ov::Shape shape{3, 4};
  const auto x = parameter(f32, shape), number = parameter(f32, ov::Shape{}), row = parameter(f32, ov::Shape{4});
  EXPECT_TRUE(Fused::takes(v::v1::Add(x, x), 12));
  EXPECT_TRUE(Fused::takes(v::v1::Add(x, parameter(f32, ov::Shape{1, 3, 4})), 12)) << "the elements are the same";
  EXPECT_TRUE(Fused::takes(v::v1::Subtract(number, x), 12));
  EXPECT_TRUE(Fused::takes(v::v1::Less(x, number), 12));
  EXPECT_TRUE(Fused::takes(v::v0::Exp(x), 12));
  EXPECT_TRUE(Fused::takes(v::v1::Select(parameter(ov::element::boolean, shape), x, number), 12));
  EXPECT_FALSE(Fused::takes(v::v1::Add(x, row), 12)) << "a row is neither";
  EXPECT_FALSE(Fused::takes(v::v1::Add(parameter(f32, ov::Shape{3, 1}), parameter(f32, ov::Shape{1, 3})), 9));
  EXPECT_FALSE(Fused::takes(v::v1::Add(x, x), 9)) << "another number";
  EXPECT_FALSE(Fused::takes(v::v1::Select(parameter(ov::element::boolean, ov::Shape{}), x, x), 12));
  EXPECT_FALSE(Fused::takes(v::v1::Add(parameter(f32, {-1, 4}), x), 12)) << "an open shape";
  const auto wide = parameter(ov::element::f64, shape);
  EXPECT_FALSE(Fused::takes(v::v1::Add(wide, wide), 12));
  EXPECT_FALSE(Fused::takes(v::v1::ReduceSum(x, constant(std::vector<int64_t>{0})), 4));
}

TEST(Fused, gives_the_numbers_of_its_nodes_at_every_size) {
  for (const size_t n : {0u, 1u, 15u, 1024u, 1025u, 5000u}) {
    const ov::Shape shape{n};
    const auto x = parameter(f32, shape);
    const auto scalar = parameter(f32, ov::Shape{});
    const auto scaled = std::make_shared<v::v1::Multiply>(x, scalar);
    const auto positive = std::make_shared<v::v1::Greater>(scaled, x);
    const auto chosen = std::make_shared<v::v1::Select>(positive, scalar, scaled);
    const std::vector<Fused::Part> parts{{scaled.get(), {0, 1}}, {positive.get(), {2, 0}}, {chosen.get(), {3, 1, 2}}};
    const Fused fused(n, {false, n != 1}, parts, {{3, ov::element::boolean, shape}, {4, f32, {1, n}}});
    ov::Tensor numbers(f32, shape), two(f32, ov::Shape{});
    two.data<float>()[0] = 2;
    for (size_t i = 0; i < n; ++i) numbers.data<float>()[i] = static_cast<float>(i) - 7;
    ov::TensorVector outputs;
    fused.run(outputs, {numbers, two});
    ASSERT_EQ(outputs.size(), 2u);
    ASSERT_EQ(outputs[1].get_shape(), (ov::Shape{1, n}));
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(static_cast<const char*>(outputs[0].data())[i] != 0, i > 7) << i;
      EXPECT_EQ(outputs[1].data<float>()[i], i > 7 ? 2 : 2 * (static_cast<float>(i) - 7)) << i;
    }
  }
}

TEST(Fused, keeps_what_a_later_part_reads) {
  // A long chain, whose buffers are used again, and its first part once more at the end.
  const ov::Shape shape{3};
  const auto x = parameter(f32, shape);
  const auto add = std::make_shared<v::v1::Add>(x, x);
  std::vector<Fused::Part> parts{{add.get(), {0, 0}}};  // 2 x
  for (size_t i = 1; i <= 6; ++i) parts.push_back({add.get(), {i, 0}});
  parts.push_back({add.get(), {7, 1}});
  const Fused fused(3, {false}, parts, {{8, f32, shape}, {4, f32, shape}});
  ov::Tensor numbers(f32, shape);
  std::iota(numbers.data<float>(), numbers.data<float>() + 3, 1.0f);
  ov::TensorVector outputs{ov::Tensor(f32, shape)};
  const void* given = outputs[0].data();
  fused.run(outputs, {numbers});
  EXPECT_EQ(outputs[0].data(), given) << "a tensor that is there is filled";
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(outputs[0].data<float>()[i], 10 * static_cast<float>(i + 1));
    EXPECT_EQ(outputs[1].data<float>()[i], 5 * static_cast<float>(i + 1));
  }
}

}  // namespace keravino::engine
