#include "engine/evaluators/evaluators.h"

#include <gtest/gtest.h>

#include <openvino/op/select.hpp>

#include "engine/evaluate.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

template <class T>
class Evaluators : public testing::Test {};
using Numbers = testing::Types<float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>;
TYPED_TEST_SUITE(Evaluators, Numbers);

template <class T>
ov::Tensor filled(const ov::Shape& shape, std::initializer_list<T> numbers) {
  ov::Tensor tensor(ov::element::from<T>(), shape);
  std::copy(numbers.begin(), numbers.end(), tensor.data<T>());
  return tensor;
}

}  // namespace

// By our own evaluator, not by OpenVINO's through a wider type, which is ten times slower.
TYPED_TEST(Evaluators, select_is_computed_in_its_own_type) {
  using T = TypeParam;
  ov::Tensor condition(ov::element::boolean, {2, 1});
  static_cast<char*>(condition.data())[0] = 1;
  static_cast<char*>(condition.data())[1] = 0;
  const ov::TensorVector inputs{condition, filled<T>({3}, {1, 2, 3}), filled<T>({}, {9})};
  const ov::op::v1::Select node(constant(inputs[0]), constant(inputs[1]), constant(inputs[2]));
  const EvaluatorRow* row = find_row(node);
  ASSERT_NE(row, nullptr);
  ov::TensorVector outputs;
  ASSERT_TRUE(row->evaluate(node, outputs, inputs));
  const ov::Tensor& out = outputs[0];
  EXPECT_EQ(out.get_shape(), (ov::Shape{2, 3}));
  EXPECT_EQ(std::vector<T>(out.data<T>(), out.data<T>() + 6), (std::vector<T>{1, 2, 3, 9, 9, 9}));
}

TYPED_TEST(Evaluators, dispatch_gives_a_zero_of_the_type) {
  bool called = false;
  EXPECT_TRUE(dispatch_numbers(ov::element::from<TypeParam>(), [&]<class T>(T zero) {
    called = std::is_same_v<T, TypeParam>;
    EXPECT_EQ(zero, 0);
  }));
  EXPECT_TRUE(called);
  EXPECT_FALSE(dispatch_numbers(ov::element::string, [](auto) {}));
  const bool wide = sizeof(TypeParam) >= 4;
  EXPECT_EQ(dispatch_wide(ov::element::from<TypeParam>(), [](auto) { return true; }), wide);
  EXPECT_FALSE(dispatch_wide(ov::element::from<TypeParam>(), [](auto) { return false; }));
}

}  // namespace keravino::engine
