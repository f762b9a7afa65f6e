#include "ops/control.h"

#include <gtest/gtest.h>

#include "engine/device.h"
#include "engine/program.h"
#include "keravino/error.h"
#include "keravino/ops.h"
#include "ops/make.h"

namespace keravino::ops {
namespace {

ov::Tensor scalar(float number) {
  ov::Tensor tensor(ov::element::f32, {});
  tensor.data<float>()[0] = number;
  return tensor;
}

Tensor traced_scalar() { return engine::parameter({}, DType::float32); }

TEST(Control, ABranchTakesWhatItUsesFromOutside) {
  const Tensor x = traced_scalar(), doubled = x * 2;
  Body then_body{{}, {}, moment()};
  then_body.results = {doubled + 1};
  Body else_body{{}, {}, moment()};
  else_body.results = {doubled - x};
  const Tensor y = if_then_else(x > 0, then_body, else_body)[0];
  engine::Program program({x}, {y}, {});
  EXPECT_EQ(program.run({scalar(3)})[0].data<float>()[0], 7);
  EXPECT_EQ(program.run({scalar(-3)})[0].data<float>()[0], -3);
  size_t outside = 0;
  for (const auto& node : program.model()->get_ops()) outside += ov::is_type<ov::op::v1::Subtract>(node);
  EXPECT_EQ(outside, 0U);
}

TEST(Control, BranchesOfOtherDtypes) {
  const Tensor x = traced_scalar();
  const Body then_body{{}, {x}, moment()}, else_body{{}, {as(x, DType::int32)}, moment()};
  try {
    if_then_else(x > 0, then_body, else_body);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[keras.ops.cond] one branch returns float32 where the other returns int32");
  }
}

TEST(Control, ALoopSwapsItsStatesAndComputesTheRestOnce) {
  const Tensor n = engine::parameter({}, DType::int64), x = traced_scalar();
  Body body{{}, {}, moment()};
  body.parameters = {traced_scalar(), traced_scalar()};
  body.results = {strong(Tensor(true)), body.parameters[1] + (x * x), body.parameters[0]};
  const auto states = loop(n, body.results[0], {}, {x, x + 1}, body);
  engine::Program program({n, x}, states, {});
  const auto run = [&](int64_t steps) {
    ov::Tensor count(ov::element::i64, {});
    count.data<int64_t>()[0] = steps;
    const auto outputs = program.run({count, scalar(2)});
    return std::pair{outputs[0].data<float>()[0], outputs[1].data<float>()[0]};
  };
  EXPECT_EQ(run(0), (std::pair{2.F, 3.F}));
  EXPECT_EQ(run(1), (std::pair{7.F, 2.F}));
  EXPECT_EQ(run(2), (std::pair{6.F, 7.F}));
  size_t outside = 0;
  for (const auto& node : program.model()->get_ops()) outside += ov::is_type<ov::op::v1::Multiply>(node);
  EXPECT_EQ(outside, 1U);
}

}  // namespace
}  // namespace keravino::ops
