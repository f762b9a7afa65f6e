#include "passes/order.h"

#include "graph_check.h"
#include "kernels/product.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

Value product(const Value& x, const Value& weights, bool transpose_x = false) {
  return make<kernels::Product>(ov::OutputVector{x, weights}, transpose_x, false);
}

const kernels::Product& kernel(const Value& value) { return static_cast<const kernels::Product&>(*value.get_node()); }

}  // namespace

TEST(ComputeLeavesEarly, lets_the_longer_way_wait) {
  if (!kernels::Product::available()) GTEST_SKIP() << "built without oneDNN";
  const auto g = parameter({4, 4}), x = parameter({4, 4});
  const Value of_weights = product(make<v1::Reshape>(g, integers({4, 4}), false), x, true);
  const Value of_inputs = product(g, x), more = product(make<v0::Tanh>(of_inputs), x);
  const auto model =
      std::make_shared<ov::Model>(ov::OutputVector{more, of_weights, of_inputs}, ov::ParameterVector{g, x});
  const auto before = outputs_of(model, {{4, 4}, {4, 4}});
  EXPECT_EQ(compute_leaves_early(model), 1u);
  ASSERT_EQ(kernel(of_inputs).get_input_size(), 3u);
  EXPECT_EQ(kernel(of_inputs).input_value(2), of_weights);
  expect_same(outputs_of(model, {{4, 4}, {4, 4}}), before);
}

TEST(ComputeLeavesEarly, makes_no_circle) {
  if (!kernels::Product::available()) GTEST_SKIP() << "built without oneDNN";
  // What little follows comes after what much follows, as in a gradient of a gradient; and two that share two inputs.
  const auto g = parameter({4, 4}), x = parameter({4, 4});
  const Value first = product(g, x), second = product(x, g), late = product(g, make<v0::Tanh>(first));
  const Value end = make<v0::Tanh>(make<v0::Tanh>(make<v1::Add>(first, second)));
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{end, late}, ov::ParameterVector{g, x});
  const auto before = outputs_of(model, {{4, 4}, {4, 4}});
  compute_leaves_early(model);
  EXPECT_EQ(model->get_ordered_ops().size(), model->get_ops().size());
  expect_same(outputs_of(model, {{4, 4}, {4, 4}}), before);
}

}  // namespace keravino::passes
