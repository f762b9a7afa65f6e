#include "passes/layout.h"

#include "graph_check.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

const std::vector<int64_t> kToLast = {0, 2, 3, 1}, kToFirst = {0, 3, 1, 2};

Value convolution(const Value& x, size_t in, size_t out) {
  const ov::Strides ones{1, 1};
  const ov::CoordinateDiff pads{1, 1};
  return make<v1::Convolution>(x, transpose(constant({3, 3, in, out}), {3, 2, 0, 1}), ones, pads, pads, ones);
}

// A channels-last convolution, as Keras writes it.
Value keras_convolution(const Value& x, size_t in, size_t out) {
  return transpose(convolution(transpose(x, kToFirst), in, out), kToLast);
}

std::shared_ptr<ov::Model> model_of(const ov::OutputVector& outputs, const ov::ParameterVector& inputs) {
  return std::make_shared<ov::Model>(outputs, inputs);
}

LayoutReport run(const std::shared_ptr<ov::Model>& model, const std::vector<ov::Shape>& shapes) {
  LayoutReport report;
  checked(model, shapes, [&](const auto& copy) { report = sink_transposes(copy); });
  return report;
}

const ov::Shape kShape{3, 7, 9, 5};
const std::vector<ov::PartialShape> kShapes = {{3, 7, 9, 5}, {-1, 7, 9, 5}, {-1, -1, -1, 5}};

TEST(Layout, residual_network_keeps_one_transpose_at_each_end) {
  for (const auto& shape : kShapes) {
    const auto x = parameter(shape);
    const auto stem = make<v0::Relu>(keras_convolution(x, 5, 11));
    const auto branch = make<v0::Relu>(keras_convolution(stem, 11, 11));
    const auto sum = make<v1::Add>(stem, keras_convolution(make<v1::Add>(branch, constant({11})), 11, 11));
    const auto report = run(model_of({make<v8::Softmax>(sum, -1)}, {x}), {kShape});
    EXPECT_EQ(report.before, 6u);
    ASSERT_EQ(report.after, 2u);
    EXPECT_EQ(report.remaining[0].reason, "it stands at an end of the graph");
    EXPECT_EQ(report.remaining[1].reason, "it stands at an end of the graph");
  }
}

TEST(Layout, a_shared_transpose_is_made_once) {
  const auto x = parameter(kShape);
  const auto shared = transpose(x, kToFirst);
  const auto report =
      run(model_of({convolution(shared, 5, 3), convolution(shared, 5, 4), make<v0::Exp>(shared)}, {x}), {kShape});
  EXPECT_EQ(report.before, 1u);
  EXPECT_EQ(report.after, 1u);
}

TEST(Layout, equal_transposes_of_a_tensor_become_one) {
  const auto x = parameter(kShape);
  const auto report = run(
      model_of({convolution(transpose(x, kToFirst), 5, 3), convolution(transpose(x, kToFirst), 5, 4)}, {x}), {kShape});
  EXPECT_EQ(report.before, 2u);
  EXPECT_EQ(report.after, 1u);
}

TEST(Layout, results_on_both_sides_of_a_transpose) {
  const auto x = parameter(kShape);
  const auto y = make<v0::Relu>(transpose(x, kToFirst));
  const auto z = transpose(make<v0::Exp>(y), kToLast);
  const auto report = run(model_of({y, z, make<v1::Add>(z, x)}, {x}), {kShape});
  EXPECT_EQ(report.before, 2u);
  EXPECT_EQ(report.after, 1u);
}

TEST(Layout, a_chain_of_transposes_becomes_one_or_none) {
  const auto x = parameter(kShape);
  const auto once = transpose(transpose(x, {0, 3, 2, 1}), {0, 1, 3, 2});
  const auto back = transpose(transpose(once, {1, 0, 2, 3}), {1, 2, 3, 0});
  const auto report = run(model_of({once, back}, {x}), {kShape});
  EXPECT_EQ(report.before, 4u);
  EXPECT_EQ(report.after, 1u);
}

TEST(Layout, an_identity_transpose_is_removed) {
  const auto x = parameter(kShape);
  EXPECT_EQ(run(model_of({make<v0::Exp>(transpose(x, {0, 1, 2, 3}))}, {x}), {kShape}).after, 0u);
}

TEST(Layout, an_empty_order_reverses) {
  const auto x = parameter(kShape);
  const auto reversed = transpose(make<v0::Exp>(transpose(x, {})), {3, 2, 1, 0});
  EXPECT_EQ(run(model_of({reversed}, {x}), {kShape}).after, 0u);
}

TEST(Layout, a_transpose_of_axes_of_size_one_becomes_a_reshape) {
  for (const ov::PartialShape& shape : {ov::PartialShape{3, 1, 1, 5}, ov::PartialShape{-1, 1, 1, 5}}) {
    const auto x = parameter(shape);
    const auto y = convolution(transpose(x, kToFirst), 5, 4);
    EXPECT_EQ(run(model_of({y}, {x}), {{3, 1, 1, 5}}).after, 0u);
  }
}

TEST(Layout, the_cheaper_side_of_a_disagreement_is_transposed) {
  // The sum could be taken in either order; a Transpose of the small operand is the cheaper one.
  const auto x = parameter({3, 7, 9, 5}), small = parameter({1, 5, 1, 9});
  const auto sum = make<v1::Add>(make<v0::Exp>(transpose(x, kToFirst)), make<v0::Exp>(small));
  const auto model = model_of({transpose(sum, kToLast)}, {x, small});
  const auto report = run(model, {kShape, {1, 5, 1, 9}});
  ASSERT_EQ(report.after, 1u);
  EXPECT_NE(report.remaining[0].between.find("(Exp) -> "), std::string::npos) << report.remaining[0].between;
}

TEST(Layout, transposes_between_ops_of_fixed_order_stay) {
  const auto x = parameter({3, 5, 7, 9});
  const auto y = convolution(transpose(convolution(x, 5, 4), {0, 2, 1, 3}), 7, 3);
  const auto report = run(model_of({y}, {x}), {{3, 5, 7, 9}});
  ASSERT_EQ(report.after, 1u);
  const auto& left = report.remaining[0];
  EXPECT_TRUE(left.reason.starts_with("fixed order of axes: Convolution_")) << left.reason;
  EXPECT_EQ(left.reason.find("elsewhere"), std::string::npos) << left.reason;
}

TEST(Layout, a_flatten_keeps_its_transpose) {
  const auto x = parameter(kShape);
  const auto y = make<v1::Reshape>(keras_convolution(x, 5, 4), integers({3, -1}), false);
  const auto report = run(model_of({y}, {x}), {kShape});
  ASSERT_EQ(report.after, 2u);
  const auto& reason = report.remaining[1].reason;
  EXPECT_NE(reason.find("(Reshape)"), std::string::npos) << reason;
}

TEST(Layout, a_transpose_by_a_computed_order_stays) {
  const auto x = parameter(kShape);
  const auto order = std::make_shared<v0::Parameter>(ov::element::i64, ov::Shape{4});
  const auto model = model_of({make<v1::Transpose>(make<v0::Exp>(x), order)}, {x, order});
  const auto report = sink_transposes(model);
  ASSERT_EQ(report.after, 1u);
  EXPECT_EQ(report.remaining[0].reason, "its order is not constant or its rank is not static");
}

TEST(Layout, weights_may_be_parameters) {
  const auto x = parameter(kShape), w = parameter({3, 3, 5, 4});
  const ov::Strides ones{1, 1};
  const ov::CoordinateDiff pads{1, 1};
  const auto y = make<v1::Convolution>(transpose(x, kToFirst), transpose(w, {3, 2, 0, 1}), ones, pads, pads, ones);
  const auto report = run(model_of({transpose(make<v0::Relu>(y), kToLast)}, {x, w}), {kShape, {3, 3, 5, 4}});
  EXPECT_EQ(report.before, 3u);
  EXPECT_EQ(report.after, 3u);
}

TEST(Layout, transposes_of_constants_are_folded_and_do_not_count) {
  const auto x = parameter({3, 5, 7, 9});
  const auto report = run(model_of({convolution(x, 5, 4)}, {x}), {{3, 5, 7, 9}});
  EXPECT_EQ(report.before, 0u);
  EXPECT_EQ(report.after, 0u);
}

TEST(Layout, compressed_weights_stay_compressed) {
  const auto x = parameter({3, 5, 7, 9});
  const std::vector<int8_t> numbers(3 * 3 * 5 * 4, 3);
  const auto small = v0::Constant::create(ov::element::i8, {3, 3, 5, 4}, numbers);
  const auto wide = make<v1::Multiply>(make<v0::Convert>(small, ov::element::f32), constant({4}));
  const ov::Strides ones{1, 1};
  const ov::CoordinateDiff pads{1, 1};
  const auto y = make<v1::Convolution>(x, transpose(wide, {3, 2, 0, 1}), ones, pads, pads, ones);
  const auto changed = checked(model_of({y}, {x}), {{3, 5, 7, 9}}, sink_transposes);
  EXPECT_EQ(count(*changed, "Convert"), 1u);
  EXPECT_EQ(count(*changed, "Transpose"), 0u);
}

TEST(Layout, a_dense_layer_with_compressed_weights_stays_one) {
  for (const auto& type : {ov::element::i8, ov::element::f16}) {
    const auto x = parameter({3, 5, 7, 9});
    const auto small = v0::Constant::create(type, {4, 11}, std::vector<int>(44, 3));
    const auto weights = make<v1::Multiply>(make<v0::Convert>(small, ov::element::f32), constant({11}));
    const auto dense = make<v0::MatMul>(transpose(convolution(x, 5, 4), kToLast), weights);
    const auto y = convolution(transpose(dense, kToFirst), 11, 3);
    const auto changed = checked(model_of({y}, {x}), {{3, 5, 7, 9}}, sink_transposes);
    EXPECT_EQ(count(*changed, "MatMul"), type == ov::element::i8 ? 1u : 0u) << type;
  }
}

TEST(Layout, a_dense_layer_of_integers_or_float64_stays_one) {
  for (const auto& type : {ov::element::i32, ov::element::f64, ov::element::f32}) {
    const auto x = std::make_shared<v0::Parameter>(type, ov::Shape{3, 5, 7, 9});
    const auto weights = v0::Constant::create(type, {5, 4}, std::vector<int>(20, 2));
    const auto y = transpose(make<v0::MatMul>(transpose(x, kToLast), weights), kToFirst);
    const auto model = model_of({y}, {x});
    sink_transposes(model);
    EXPECT_EQ(count(*model, "MatMul"), type == ov::element::f32 ? 0u : 1u) << type;
  }
}

TEST(Layout, a_dense_layer_whose_weights_are_a_parameter_pays_for_their_transpose) {
  // Few pixels: two Transposes of data are cheaper than one of weights. Many pixels: the other way round.
  for (const auto& [shape, after] : {std::pair{ov::Shape{1, 5, 1, 3}, 2u}, std::pair{ov::Shape{2, 5, 7, 9}, 1u}}) {
    const auto x = parameter(shape), w = parameter({4, 100});
    const auto dense = make<v0::MatMul>(transpose(convolution(x, 5, 4), kToLast), w);
    const auto y = convolution(transpose(dense, kToFirst), 100, 3);
    EXPECT_EQ(run(model_of({y}, {x, w}), {shape, {4, 100}}).after, after);
  }
}

TEST(Layout, rank_3_and_5) {
  const auto line = parameter({3, 7, 5});
  const auto y =
      make<v1::MaxPool>(transpose(line, {0, 2, 1}), ov::Strides{1}, ov::Shape{0}, ov::Shape{0}, ov::Shape{3});
  const auto z = make<v1::MaxPool>(transpose(make<v0::Relu>(transpose(y, {0, 2, 1})), {0, 2, 1}), ov::Strides{1},
                                   ov::Shape{0}, ov::Shape{0}, ov::Shape{3});
  EXPECT_EQ(run(model_of({z}, {line}), {{3, 7, 5}}).after, 1u);

  const auto volume = parameter({2, 5, 7, 9, 3});
  const std::vector<int64_t> first = {0, 4, 1, 2, 3}, last = {0, 2, 3, 4, 1};
  const auto pool = [](const Value& x) {
    return make<v1::MaxPool>(x, ov::Strides{1, 1, 1}, ov::Shape{0, 0, 0}, ov::Shape{0, 0, 0}, ov::Shape{2, 2, 2});
  };
  const auto v = pool(transpose(make<v1::Add>(transpose(pool(transpose(volume, first)), last), constant({3})), first));
  EXPECT_EQ(run(model_of({v}, {volume}), {{2, 5, 7, 9, 3}}).after, 1u);
}

TEST(Layout, a_tensor_of_dynamic_rank_is_left_alone) {
  const auto x = parameter(ov::PartialShape::dynamic());
  const auto y = transpose(make<v0::Exp>(x), kToFirst);
  // The CPU runs no such model, so there are no numbers to compare.
  EXPECT_EQ(sink_transposes(model_of({make<v0::Relu>(y)}, {x})).after, 1u);
}

TEST(Layout, bodies_of_control_flow_are_handled) {
  const auto inner = parameter(kShape);
  const auto body = model_of({transpose(make<v0::Exp>(transpose(inner, kToFirst)), kToLast)}, {inner});
  const auto other = parameter(kShape);
  const auto otherwise = model_of({make<v0::Relu>(other)}, {other});
  const auto x = parameter(kShape);
  const auto choice =
      std::make_shared<v8::If>(make<v1::Greater>(make<v1::ReduceSum>(x, integers({0, 1, 2, 3}), false), constant({})));
  choice->set_then_body(body);
  choice->set_else_body(otherwise);
  choice->set_input(x, inner, other);
  const auto y = choice->set_output(body->get_results()[0], otherwise->get_results()[0]);
  const auto report = run(model_of({y}, {x}), {kShape});
  EXPECT_EQ(report.before, 2u);
  EXPECT_EQ(report.after, 0u);
}

TEST(Layout, names_survive) {
  const auto x = parameter(kShape);
  x->set_friendly_name("image");
  x->output(0).set_names({"image"});
  const auto y = keras_convolution(x, 5, 4);
  y.get_node()->input_value(0).get_node()->set_friendly_name("conv1");
  const auto relu = make<v0::Relu>(y);
  relu.get_node()->set_friendly_name("relu1");
  relu.get_node()->output(0).set_names({"relu", "activated"});
  relu.get_node()->get_rt_info()["layer"] = std::string("relu");
  const auto dense = make<v0::MatMul>(relu, constant({4, 3}));
  dense.get_node()->set_friendly_name("dense1");
  const auto z = keras_convolution(dense, 3, 2);
  z.get_node()->output(0).set_names({"features"});
  const auto model = model_of({z, relu}, {x});
  checked(model, {kShape}, [](const auto& m) {
    sink_transposes(m);
    std::map<std::string, std::string> types;
    for (const auto& node : m->get_ops()) types[node->get_friendly_name()] = node->get_type_name();
    EXPECT_EQ(types.at("image"), "Parameter");
    EXPECT_EQ(types.at("conv1"), "Convolution");
    EXPECT_EQ(types.at("relu1"), "Relu");
    EXPECT_EQ(types.at("dense1"), "Convolution");
    EXPECT_EQ(m->input("image").get_partial_shape(), (ov::PartialShape{3, 7, 9, 5}));
    EXPECT_EQ(m->output("features").get_partial_shape(), (ov::PartialShape{3, 7, 9, 2}));
    EXPECT_EQ(m->output(0).get_any_name(), "features");
    EXPECT_EQ(m->output(1).get_names(), (std::unordered_set<std::string>{"relu", "activated"}));
    for (const auto& node : m->get_ops()) {
      if (node->get_friendly_name() != "relu1") continue;
      EXPECT_EQ(node->get_output_partial_shape(0), (ov::PartialShape{3, 4, 7, 9}));
      EXPECT_TRUE(node->output(0).get_names().empty()) << "its shape is not that of the output of this name any more";
    }
    for (const auto& node : m->get_ops()) {
      EXPECT_EQ(node->get_rt_info().count("layer"), node->get_friendly_name() == "relu1" ? 1u : 0u);
    }
  });
}

TEST(Layout, twice_is_the_same_as_once) {
  const auto x = parameter(kShape);
  const auto y = make<v0::Relu>(keras_convolution(make<v0::Relu>(keras_convolution(x, 5, 4)), 4, 3));
  const auto model = model_of({y}, {x});
  const auto once = sink_transposes(model);
  const auto twice = sink_transposes(model);
  EXPECT_EQ(once.after, 2u);
  EXPECT_EQ(twice.before, 2u);
  EXPECT_EQ(twice.after, 2u);
}

}  // namespace

}  // namespace keravino::passes
