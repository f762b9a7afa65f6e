#include "engine/snippets.h"

#include <gtest/gtest.h>

#include "engine/program.h"
#include "keravino/ops.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

Tensor matrix(int64_t rows, int64_t columns) {
  ov::Tensor numbers(ov::element::f32, {static_cast<size_t>(rows), static_cast<size_t>(columns)});
  for (size_t i = 0; i < numbers.get_size(); ++i) numbers.data<float>()[i] = static_cast<float>(i % 5) - 2;
  return Tensor(numbers);
}

/// A coupling layer: (other + mlp(kept)) * mask + kept.
struct Coupling {
  Tensor x = parameter({3, 2}, DType::float32), other = parameter({3, 2}, DType::float32), y;

  explicit Coupling(int layers) {
    const Tensor kept = x * matrix(1, 2);
    y = kept;
    for (int i = 0; i < layers; ++i) y = ops::matmul(ops::relu(ops::matmul(y, matrix(2, 4))), matrix(4, 2));
    y = (other + y) * matrix(1, 2) + kept;
  }
};

}  // namespace

TEST(Snippets, coupling_layers_compile_in_one_thread) {
  const Coupling coupling(1);
  EXPECT_TRUE(may_crash_snippets(*traced_model({coupling.x, coupling.other}, {coupling.y})));
  CompileOptions options;
  options.threads = 1;
  Program program({coupling.x, coupling.other}, {coupling.y}, options);
  const ov::Tensor ones = ops::ones({int64_t{3}, int64_t{2}}).numbers();
  const ov::Tensor got = program.run({ones, ones})[0];
  // kept = [-2, -1]; [-2, -1] [[-2, -1, 0, 1], [2, -2, -1, 0]] = [2, 4, 1, -2]; of its relu [[-2, -1], [0, 1], [2, -2],
  // [-1, 0]] makes [-2, 0]; (1 + that) [-2, -1] + kept.
  EXPECT_EQ(std::vector<float>(got.data<float>(), got.data<float>() + 2), (std::vector<float>{0, -2}));
}

TEST(Snippets, other_graphs_are_joined) {
  const Coupling without(0);
  EXPECT_FALSE(may_crash_snippets(*traced_model({without.x, without.other}, {without.y})));
  const Tensor x = parameter({3, 2}, DType::float32);
  const Tensor residual = x + ops::matmul(ops::relu(ops::matmul(x, matrix(2, 4))), matrix(4, 2));
  EXPECT_FALSE(may_crash_snippets(*traced_model({x}, {residual})));
}

}  // namespace keravino::engine
