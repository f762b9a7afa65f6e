#include "passes/train.h"

#include "graph_check.h"
#include "kernels/product.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

std::shared_ptr<ov::Model> product(const ov::Shape& x, const ov::Shape& weights, bool transpose_x,
                                   bool transpose_weights) {
  const ov::ParameterVector inputs{parameter(x), parameter(weights)};
  return std::make_shared<ov::Model>(
      ov::OutputVector{make<v0::MatMul>(inputs[0], inputs[1], transpose_x, transpose_weights)}, inputs);
}

size_t replaced(const ov::Shape& x, const ov::Shape& weights, bool transpose_x = false,
                bool transpose_weights = false) {
  return use_training_kernels(product(x, weights, transpose_x, transpose_weights));
}

}  // namespace

TEST(TrainingKernels, large_products_of_changing_matrices) {
  if (!kernels::Product::available()) GTEST_SKIP() << "built without oneDNN";
  struct Case {
    ov::Shape x, weights;
    bool transpose_x, transpose_weights;
  };
  for (const auto& [x, weights, transpose_x, transpose_weights] :
       {Case{{67, 300}, {300, 211}, false, false}, Case{{67, 300}, {211, 300}, false, true},
        Case{{300, 67}, {300, 211}, true, false}, Case{{300, 67}, {211, 300}, true, true},
        Case{{5, 13, 300}, {300, 211}, false, false}, Case{{2, 1, 33, 300}, {211, 300}, false, true},
        Case{{1, 3000}, {3000, 1400}, false, false}}) {
    const auto changed =
        checked(product(x, weights, transpose_x, transpose_weights), {x, weights}, use_training_kernels);
    const auto node = changed->get_results()[0]->get_input_node_shared_ptr(0);
    ASSERT_STREQ(node->get_type_name(), "TrainingProduct");
    // By itself it takes all threads, each with some of the rows.
    ov::TensorVector by_itself{ov::Tensor(ov::element::f32, node->get_output_shape(0))};
    ASSERT_TRUE(node->evaluate(by_itself, {random_tensor(x), random_tensor(weights)}));
    expect_same(by_itself, outputs_of(changed, {x, weights}));
  }
}

TEST(TrainingKernels, other_products_stay) {
  EXPECT_EQ(replaced({8, 30}, {30, 20}), 0u) << "small";
  EXPECT_EQ(replaced({4, 50, 300}, {4, 300, 211}), 0u) << "a batch of matrices";
  EXPECT_EQ(replaced({3000}, {3000, 2000}), 0u) << "a vector";
  const auto constant_weights = parameter({100, 300});
  const auto model = std::make_shared<ov::Model>(
      ov::OutputVector{make<v0::MatMul>(constant_weights, constant({300, 200}), false, false)},
      ov::ParameterVector{constant_weights});
  EXPECT_EQ(use_training_kernels(model), 0u) << "weights that stay";
  // As OpenVINO's reshape() leaves a Reshape before a product.
  const auto x = parameter({100, 300});
  const Value rows = make<v8::Gather>(make<v3::ShapeOf>(x), integers({1}), integer(0));
  const Value shape = make<v0::Concat>(ov::OutputVector{rows, integers({200})}, 0);
  const Value weights = make<v1::Reshape>(constant({300, 20, 10}), shape, false);
  const auto shaped =
      std::make_shared<ov::Model>(ov::OutputVector{make<v0::MatMul>(x, weights, false, false)}, ov::ParameterVector{x});
  EXPECT_EQ(use_training_kernels(shaped), 0u) << "weights of a shape that is known";
}

}  // namespace keravino::passes
