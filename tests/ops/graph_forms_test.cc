// The nodes that ops leave in a traced graph, where passes and plugins look for a certain form.
#include <gtest/gtest.h>

#include <openvino/op/ops.hpp>
#include <openvino/openvino.hpp>

#include "keravino/ops.h"

namespace keravino::ops {
namespace {

Tensor parameter(const ov::PartialShape& shape) {
  return Tensor(std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape)->output(0));
}

Tensor weights(const ov::Shape& shape) {
  ov::Tensor numbers(ov::element::f32, shape);
  std::fill_n(numbers.data<float>(), numbers.get_size(), 1.0F);
  return Tensor(numbers);
}

/// The types of the nodes above a result that hang on the parameter, from the result on, through first inputs.
std::vector<std::string> chain(const Tensor& result) {
  std::vector<std::string> types;
  for (ov::Node* node = result.output().get_node(); !ov::is_type<ov::op::v0::Parameter>(node);
       node = node->get_input_node_ptr(0)) {
    types.emplace_back(node->get_type_name());
  }
  return types;
}

using Types = std::vector<std::string>;
const ov::PartialShape kImages{-1, 8, 8, 3};
const ov::PartialShape kTokens{-1, 16, 32};

TEST(GraphForms, transpose_has_a_constant_order) {
  const Tensor moved = transpose(parameter(kImages), {{0, 3, 1, 2}});
  EXPECT_EQ(chain(moved), Types{"Transpose"});
  EXPECT_TRUE(ov::is_type<ov::op::v0::Constant>(moved.output().get_node()->get_input_node_ptr(1)));
  EXPECT_EQ(chain(transpose(parameter(kImages), {{0, 1, 2, 3}})), Types{});
}

TEST(GraphForms, a_mean_over_space_is_one_node) {
  EXPECT_EQ(chain(mean(parameter(kImages), {{1, 2}}, true)), Types{"ReduceMean"});
  EXPECT_EQ(chain(mean(parameter({-1, 112, 112, 32}), {{1, 2}})), Types{"ReduceMean"});
}

TEST(GraphForms, a_reshape_that_keeps_the_batch_has_a_constant_shape) {
  const Tensor x = parameter(kImages);
  const Tensor batch(std::make_shared<ov::op::v8::Gather>(std::make_shared<ov::op::v3::ShapeOf>(x.output()),
                                                          ov::op::v0::Constant::create(ov::element::i64, {}, {0}),
                                                          ov::op::v0::Constant::create(ov::element::i64, {}, {0}))
                         ->output(0));
  const Tensor flat = reshape(x, {batch, int64_t{192}});
  EXPECT_EQ(chain(flat), Types{"Reshape"});
  EXPECT_TRUE(ov::is_type<ov::op::v0::Constant>(flat.output().get_node()->get_input_node_ptr(1)));
}

TEST(GraphForms, dense_einsums_are_one_matmul) {
  EXPECT_EQ(chain(einsum("abc,cd->abd", {parameter(kTokens), weights({32, 8})})), Types{"MatMul"});
  EXPECT_EQ(chain(einsum("abc,cde->abde", {parameter(kTokens), weights({32, 4, 8})})), (Types{"Reshape", "MatMul"}));
  EXPECT_EQ(chain(einsum("abcd,cde->abe", {parameter({-1, 16, 4, 8}), weights({4, 8, 32})})),
            (Types{"MatMul", "Reshape"}));
  EXPECT_EQ(chain(matmul(parameter(kTokens), weights({32, 8}))), Types{"MatMul"});
}

TEST(GraphForms, attention_scores_transpose_each_factor_once) {
  const Tensor x = parameter({-1, 16, 4, 8});
  const Tensor scores = einsum("aecd,abcd->acbe", {x, x});
  EXPECT_EQ(chain(scores), (Types{"MatMul", "Transpose"}));
}

TEST(GraphForms, a_split_is_one_node) {
  const std::vector<Tensor> parts = split(parameter(kImages), 3, -1);
  EXPECT_EQ(chain(parts[1]), Types{"Split"});
  EXPECT_EQ(chain(split(parameter(kImages), std::vector<int64_t>{2, 5}, 1)[0]), Types{"VariadicSplit"});
}

}  // namespace
}  // namespace keravino::ops
