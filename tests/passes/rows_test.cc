#include "passes/rows.h"

#include "engine/program.h"
#include "graph_check.h"
#include "keravino/ops.h"
#include "tensor/value.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

constexpr size_t kRows = 6;
const ov::Shape kImages{kRows, 8, 128, 128};

Value convolution(const Value& x, size_t in, size_t out) {
  return make<v1::Convolution>(x, constant({out, in, 1, 1}), ov::Strides{1, 1}, ov::CoordinateDiff{0, 0},
                               ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
}

/// A convolution that leaves 6 MB for each row, and what is made of it.
std::shared_ptr<ov::Model> model(const std::function<Value(const Value&)>& rest) {
  const auto x = parameter(kImages);
  return std::make_shared<ov::Model>(ov::OutputVector{rest(convolution(x, 8, 96))}, ov::ParameterVector{x});
}

Value scores(const Value& x) {
  const Value sums = make<v1::ReduceMean>(x, integers({2, 3}), false);
  const Value wide = make<v1::Reshape>(sums, integers({static_cast<int64_t>(kRows), 4, 24}), false);
  const Value flat = make<v1::Reshape>(transpose(wide, {0, 2, 1}), integers({static_cast<int64_t>(kRows), -1}), false);
  return make<v8::Softmax>(make<v0::MatMul>(flat, constant({96, 5})), 1);
}

TEST(Rows, are_few_where_they_are_large) {
  EXPECT_EQ(rows_at_a_time(*model(scores), 1), 1u);
  EXPECT_EQ(rows_at_a_time(*model(scores), 2), 2u);
  EXPECT_EQ(rows_at_a_time(*model(scores), 3), 3u);
  EXPECT_EQ(rows_at_a_time(*model(scores), 4), 0u);  // a part is as many for each thread
  EXPECT_EQ(rows_at_a_time(*model(scores), 8), 0u);  // all of them stay in the caches
}

TEST(Rows, in_parts_are_those_of_the_whole) {
  const auto whole = model(scores);
  const auto parts = with_rows(*whole, 2);
  EXPECT_EQ(parts->output(0).get_shape(), (ov::Shape{2, 5}));
  const ov::Tensor images = random_tensor(kImages);
  ov::Core core;
  const auto computed = [&](const std::shared_ptr<ov::Model>& graph, const ov::Tensor& x) {
    auto request =
        core.compile_model(graph, "CPU", ov::hint::inference_precision(ov::element::f32)).create_infer_request();
    request.set_input_tensor(x);
    request.infer();
    return request.get_output_tensor();
  };
  const ov::Tensor all = computed(whole, images);
  for (size_t row = 0; row < kRows; row += 2) {
    const ov::Tensor part = computed(parts, ov::Tensor(images, {row, 0, 0, 0}, {row + 2, 8, 128, 128}));
    for (size_t i = 0; i < 10; ++i)
      EXPECT_NEAR(part.data<float>()[i], all.data<float>()[row * 5 + i], 1e-6) << "row " << row;
  }
}

TEST(Rows, stay_together_where_one_may_hang_on_another) {
  const auto whole = [](const std::function<Value(const Value&)>& rest) { return rows_at_a_time(*model(rest), 1); };
  EXPECT_EQ(whole([](const Value& x) { return make<v0::Relu>(x); }), 1u);
  EXPECT_EQ(whole([](const Value& x) { return make<v1::Add>(x, constant({kRows, 1, 1, 1})); }), 0u);
  EXPECT_EQ(whole([](const Value& x) { return make<v1::Add>(x, constant({1, 1, 1, 1})); }), 1u);
  EXPECT_EQ(whole([](const Value& x) { return make<v1::Add>(x, make<v1::ReduceSum>(x, integers({0}), true)); }), 0u);
  EXPECT_EQ(whole([](const Value& x) { return make<v1::ReduceMax>(x, integers({-4}), false); }), 0u);
  EXPECT_EQ(whole([](const Value& x) { return make<v8::Softmax>(x, -4); }), 0u);
  const auto twice = [](int64_t axis) {
    return [axis](const Value& x) -> Value {
      const Value sums = make<v1::ReduceMean>(x, integers({2, 3}), true);
      return make<v0::Concat>(ov::OutputVector{sums, sums}, axis);
    };
  };
  EXPECT_EQ(whole(twice(0)), 0u);
  EXPECT_EQ(whole(twice(-4)), 0u);
  EXPECT_EQ(whole(twice(1)), 1u);
  EXPECT_EQ(whole([](const Value& x) { return transpose(x, {1, 0, 2, 3}); }), 0u);
  EXPECT_EQ(whole([](const Value& x) { return make<v1::Reshape>(x, integers({96, kRows, 128, 128}), false); }), 0u);
  EXPECT_EQ(whole([](const Value& x) { return make<v0::CumSum>(x, integer(0)); }), 0u);  // a node of no rule
  EXPECT_EQ(whole([](const Value& x) {
              const Value flat = make<v1::ReduceMean>(x, integers({2, 3}), false);
              return make<v0::MatMul>(flat, flat, false, true);
            }),
            0u);
}

TEST(Rows, of_a_program_go_where_they_are_wanted) {
  const Tensor x = engine::parameter({4, 128, 128, 8}, DType::float32);
  const Tensor kernel(random_tensor({1, 1, 8, 96}));
  const Tensor y = ops::mean(ops::relu(ops::conv(x, kernel, {1}, "valid", "channels_last", {1})), {{1, 2}});
  engine::Program program({x}, {y}, {.threads = 1}), together({x}, {y, ops::sum(y)}, {.threads = 1});
  const ov::Tensor images = random_tensor({4, 128, 128, 8});
  ov::Tensor memory(ov::element::f32, {4, 96});
  const ov::Tensor own = program.run({images})[0], given = program.run({images}, {memory})[0];
  const ov::Tensor whole = together.run({images})[0];
  EXPECT_EQ(given.data(), memory.data());
  for (size_t i = 0; i < memory.get_size(); ++i) {
    EXPECT_EQ(own.data<float>()[i], memory.data<float>()[i]);
    EXPECT_NEAR(own.data<float>()[i], whole.data<float>()[i], 1e-6);
  }
}

}  // namespace
}  // namespace keravino::passes
