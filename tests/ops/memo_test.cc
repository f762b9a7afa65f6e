#include "ops/memo.h"

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/program.h"
#include "keravino/error.h"
#include "tensor/value.h"

namespace keravino::ops {
namespace {

Tensor filled(const ov::Shape& shape, float value) {
  ov::Tensor numbers(ov::element::f32, shape);
  std::fill_n(numbers.data<float>(), numbers.get_size(), value);
  return Tensor(numbers);
}

float first(const Arg& result) { return result.as<Tensor>().numbers().data<float>()[0]; }

bool is_pending(const Arg& result) { return result.as<Tensor>().value()->depth > 0; }

}  // namespace

TEST(Memo, a_call_seen_before_gives_numbers_at_once) {
  for (int i = 1; i <= 4; ++i) {
    const Arg sum = call("numpy.add", {filled({2, 3}, 1), filled({3}, static_cast<float>(i))});
    EXPECT_EQ(is_pending(sum), i == 1) << i;
    EXPECT_EQ(sum.as<Tensor>().shape(), ov::PartialShape({2, 3}));
    EXPECT_EQ(first(sum), 1 + static_cast<float>(i));
  }
}

TEST(Memo, an_op_of_many_nodes_is_remembered_too) {
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(is_pending(call("numpy.log1p", {filled({32, 32}, 1)})), i == 1) << i;
}

TEST(Memo, literals_shapes_and_dtypes_are_part_of_the_call) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(first(call("numpy.multiply", {filled({5}, 2), 3.0})), 6);
    EXPECT_EQ(first(call("numpy.multiply", {filled({5}, 2), 4.0})), 8);
    EXPECT_EQ(first(call("numpy.sum", {filled({2, 3}, 1), int64_t{0}, false})), 2);
    EXPECT_EQ(first(call("numpy.sum", {filled({2, 3}, 1), int64_t{1}, false})), 3);
    EXPECT_EQ(first(call("numpy.sum", {filled({4, 3}, 1), int64_t{0}, false})), 4);
    EXPECT_EQ(call("core.cast", {filled({2}, 1), std::string("int32")}).as<Tensor>().dtype(), DType::int32);
    EXPECT_EQ(call("core.cast", {filled({2}, 1), std::string("float16")}).as<Tensor>().dtype(), DType::float16);
  }
}

TEST(Memo, the_default_float_dtype_is_part_of_the_call) {
  const Tensor whole(ov::Tensor(ov::element::i32, {2}));
  for (const DType dtype : {DType::float32, DType::float16, DType::float32, DType::float16, DType::float32}) {
    set_floatx(dtype);
    EXPECT_EQ(call("numpy.exp", {whole}).as<Tensor>().dtype(), dtype);
  }
}

TEST(Memo, checks_of_numbers_are_made_in_every_call) {
  const Tensor x = filled({3}, 1);
  ov::Tensor index(ov::element::i32, {1});
  for (const int32_t i : {0, 1, 2}) {
    index.data<int32_t>()[0] = i;
    call("numpy.take", {x, Tensor(index)});
  }
  index.data<int32_t>()[0] = 7;
  EXPECT_THROW(call("numpy.take", {x, Tensor(index)}), Error);
}

TEST(Memo, several_results_and_lists_of_tensors_keep_their_form) {
  for (int i = 0; i < 3; ++i) {
    const Arg parts = call("numpy.split", {filled({4, 2}, 1), int64_t{2}});
    ASSERT_TRUE(parts.is<List>());
    EXPECT_EQ(parts.as<List>().size(), 2u);
    const Arg joined = call("numpy.stack", {Arg(parts.as<List>())});
    EXPECT_EQ(joined.as<Tensor>().shape(), ov::PartialShape({2, 2, 2}));
    EXPECT_EQ(first(joined), 1);
  }
}

TEST(Memo, heavy_pending_and_traced_calls_stay_lazy) {
  const Tensor small = filled({2}, 1), large = filled({600, 600}, 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(is_pending(call("numpy.tanh", {large})));
    EXPECT_TRUE(is_pending(call("numpy.tanh", {small + small})));
    EXPECT_TRUE(call("numpy.tanh", {engine::parameter({2}, DType::float32)}).as<Tensor>().traced());
  }
}

}  // namespace keravino::ops
