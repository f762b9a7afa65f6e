#include "engine/pending.h"

#include <gtest/gtest.h>

#include "tensor/value.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

ov::Output<ov::Node> f32(const ov::Shape& shape) {
  return std::make_shared<v::v0::Parameter>(ov::element::f32, shape)->output(0);
}

const ov::CoordinateDiff kNoPads{0, 0};
const ov::Strides kOnes{1, 1};

}  // namespace

TEST(Pending, work_of_a_convolution_is_that_of_its_products) {
  const auto forward =
      std::make_shared<v::v1::Convolution>(f32({2, 3, 10, 10}), f32({8, 3, 3, 3}), kOnes, kNoPads, kNoPads, kOnes);
  const auto backward = std::make_shared<v::v1::ConvolutionBackpropData>(f32({2, 8, 8, 8}), f32({8, 3, 3, 3}), kOnes,
                                                                         kNoPads, kNoPads, kOnes);
  const auto grouped = std::make_shared<v::v1::GroupConvolution>(f32({2, 6, 10, 10}), f32({2, 4, 3, 3, 3}), kOnes,
                                                                 kNoPads, kNoPads, kOnes);
  const auto product = std::make_shared<v::v0::MatMul>(f32({2 * 8 * 8, 27}), f32({27, 8}), false, false);
  const double expected = work({product});
  EXPECT_DOUBLE_EQ(work({forward}), expected);
  EXPECT_DOUBLE_EQ(work({backward}), expected);
  EXPECT_DOUBLE_EQ(work({grouped}), expected);
}

TEST(Pending, integers_that_are_shapes_need_no_width) {
  const auto axis = v::v0::Constant::create(ov::element::i64, {1}, {2});
  const auto shape = std::make_shared<v::v0::Concat>(ov::OutputVector{axis, axis}, 0);
  EXPECT_TRUE(needs_width({shape})) << "a number to be seen";
  const auto reshape = std::make_shared<v::v1::Reshape>(f32({4}), shape, false);
  EXPECT_FALSE(needs_width({shape, reshape}));
  const auto sum = std::make_shared<v::v1::Add>(shape, axis);
  EXPECT_TRUE(needs_width({shape, reshape, sum})) << "used as a number too";
}

}  // namespace keravino::engine
