#include "passes/recognise.h"

#include <cmath>
#include <numbers>

#include "engine/device.h"
#include "graph_check.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

Value number(float value) { return v0::Constant::create(ov::element::f32, {}, {value}); }
Value times(const Value& a, const Value& b) { return make<v1::Multiply>(a, b); }
Value plus(const Value& a, const Value& b) { return make<v1::Add>(a, b); }
Value dense(const Value& x, size_t in, size_t out) {
  return plus(make<v0::MatMul>(x, constant({in, out}, -0.4f, 0.4f)), constant({out}));
}

using Graph = std::function<ov::OutputVector(const Value&)>;

struct Result {
  std::shared_ptr<ov::Model> model;
  std::vector<Recognised> found;
};

// Recognises in a graph with one input, and checks that its numbers stay.
Result run(const ov::PartialShape& open, const ov::Shape& shape, const Graph& graph) {
  const auto x = parameter(open);
  Result result;
  result.model = checked(std::make_shared<ov::Model>(graph(x), ov::ParameterVector{x}), {shape},
                         [&](const auto& model) { result.found = recognise(model); });
  return result;
}

void expect_one(const Result& result, const std::string& what, const std::string& type, size_t count_of = 1) {
  ASSERT_EQ(result.found.size(), 1u);
  EXPECT_EQ(result.found[0].what, what);
  EXPECT_EQ(result.found[0].reason, "");
  EXPECT_EQ(count(*result.model, type), count_of);
}

void expect_reason(const Result& result, const std::string& reason) {
  ASSERT_EQ(result.found.size(), 1u);
  EXPECT_EQ(result.found[0].reason, reason);
}

// The types of the nodes that the CPU runs.
std::vector<std::string> executed_types(const std::shared_ptr<ov::Model>& model) {
  std::vector<std::string> types;
  for (const auto& node : executed_nodes(*engine::compile(model->clone(), {}).get_runtime_model()))
    types.push_back(node.type);
  return types;
}

size_t executed(const std::shared_ptr<ov::Model>& model, const std::string& type) {
  const auto types = executed_types(model);
  return static_cast<size_t>(std::count(types.begin(), types.end(), type));
}

// Activations.

Value gelu_by_erf(const Value& x) {
  const auto erf = make<v0::Erf>(make<v1::Divide>(x, number(std::numbers::sqrt2_v<float>)));
  return times(times(number(0.5f), x), plus(erf, number(1)));
}

Value gelu_by_tanh(const Value& x) {
  const auto cube = times(times(times(x, number(0.044715f)), x), x);
  const auto tanh = make<v0::Tanh>(times(plus(x, cube), number(std::sqrt(2 / std::numbers::pi_v<float>))));
  return times(x, times(plus(number(1), tanh), number(0.5f)));
}

Value mish(const Value& x) { return times(x, make<v0::Tanh>(make<v4::SoftPlus>(x))); }

TEST(Recognise, gelu) {
  const auto erf =
      run({-1, 6}, {3, 6}, [](const Value& x) -> ov::OutputVector { return {gelu_by_erf(dense(x, 6, 8))}; });
  expect_one(erf, "GELU by erf", "Gelu");
  EXPECT_EQ(executed(erf.model, "Subgraph") + executed(erf.model, "Eltwise"), 0u);
  expect_one(run({3, 6}, {3, 6}, [](const Value& x) -> ov::OutputVector { return {gelu_by_tanh(x)}; }), "GELU by tanh",
             "Gelu");
  const auto power = [](const Value& x) -> ov::OutputVector {
    const auto cube = times(make<v1::Power>(x, number(3)), number(0.044715f));
    const auto tanh = make<v0::Tanh>(times(number(0.7978846f), plus(cube, x)));
    return {times(times(x, number(0.5f)), plus(tanh, number(1)))};
  };
  expect_one(run({3, 6}, {3, 6}, power), "GELU by tanh", "Gelu");
}

TEST(Recognise, gelu_stays_where_a_part_of_it_is_used_elsewhere_or_a_number_is_another) {
  const auto shared = [](const Value& x) -> ov::OutputVector {
    const auto erf = make<v0::Erf>(times(x, number(std::sqrt(0.5f))));
    return {times(times(number(0.5f), x), plus(erf, number(1))), erf};
  };
  expect_reason(run({3, 6}, {3, 6}, shared), "another node uses a number within it");
  const auto other = [](const Value& x) -> ov::OutputVector {
    return {times(times(number(0.5f), x), plus(make<v0::Erf>(times(x, number(0.7f))), number(1)))};
  };
  EXPECT_TRUE(run({3, 6}, {3, 6}, other).found.empty());
}

TEST(Recognise, mish_behind_a_product) {
  const auto behind = run({-1, 6}, {3, 6}, [](const Value& x) -> ov::OutputVector { return {mish(dense(x, 6, 8))}; });
  expect_one(behind, "Mish", "Mish");
  EXPECT_EQ(executed(behind.model, "Subgraph") + executed(behind.model, "Eltwise"), 0u);
  expect_reason(run({3, 6}, {3, 6}, [](const Value& x) -> ov::OutputVector { return {mish(x)}; }),
                "no product or sum above it, whose rounding would outweigh that of Mish");
}

// Products with int8.

Value int8_matrix(const ov::Shape& shape) {
  std::vector<int8_t> numbers(ov::shape_size(shape));
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int8_t>(i * 37 % 255 - 127);
  return make<v0::Convert>(v0::Constant::create(ov::element::i8, shape, numbers), ov::element::f32);
}

/// 16 numbers from `least` on, in turn.
Value few_bits(const ov::element::Type& type, const ov::Shape& shape, int least) {
  std::vector<int8_t> numbers(ov::shape_size(shape));
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int8_t>(static_cast<int>(i * 7 % 16) + least);
  return v0::Constant::create(type, shape, numbers)->output(0);
}

TEST(Recognise, product_with_scaled_int8) {
  for (const bool transposed : {false, true}) {
    const auto graph = [&](const Value& x) -> ov::OutputVector {
      const Value weights = int8_matrix(transposed ? ov::Shape{128, 256} : ov::Shape{256, 128});
      const Value product = make<v0::MatMul>(x, weights, false, transposed);
      return {plus(make<v1::Divide>(product, constant({128}, 50, 100)), constant({128}))};
    };
    const auto result = run({-1, 256}, {3, 256}, graph);
    expect_one(result, "product with scaled integers", "MatMul");
    EXPECT_EQ(executed(result.model, "FullyConnected"), 1u);
    EXPECT_EQ(executed(result.model, "Convert"), 0u);  // the weights stay int8
    const auto product = result.model->get_results()[0]->get_input_node_shared_ptr(0)->get_input_node_shared_ptr(0);
    const auto scaled = product->get_input_node_shared_ptr(1);
    EXPECT_EQ(scaled->get_input_node_shared_ptr(0)->get_input_element_type(0), ov::element::i8);
  }
}

const std::vector<std::string> kProduct{"Input", "Const", "Const", "Const", "Const", "FullyConnected", "Output"};

TEST(Recognise, product_with_scaled_int4) {
  const auto graph = [](const Value& x) -> ov::OutputVector {
    const Value weights = make<v0::Convert>(few_bits(ov::element::i4, {128, 256}, -8), ov::element::f32);
    return {
        plus(make<v1::Divide>(make<v0::MatMul>(x, weights, false, true), constant({128}, 50, 100)), constant({128}))};
  };
  const auto result = run({-1, 256}, {3, 256}, graph);
  expect_one(result, "product with scaled integers", "MatMul");
  EXPECT_EQ(executed_types(result.model), kProduct);
}

TEST(Recognise, product_with_int4_in_groups) {
  const auto graph = [](const Value& x) -> ov::OutputVector {
    const auto floats = [](const ov::Shape& shape) -> Value {
      return make<v0::Convert>(few_bits(ov::element::u4, shape, 0), ov::element::f32);
    };
    const Value weights = times(make<v1::Subtract>(floats({128, 8, 32}), floats({128, 8, 1})), constant({128, 8, 1}));
    const Value whole = make<v1::Reshape>(weights, v0::Constant::create(ov::element::i64, {2}, {128, 256}), false);
    return {make<v0::MatMul>(x, whole, false, true)};
  };
  const auto result = run({-1, 256}, {3, 256}, graph);
  expect_one(result, "product with int4 in groups", "MatMul");
  EXPECT_EQ(executed_types(result.model), kProduct);
}

TEST(Recognise, product_with_int8_stays_where_its_scale_is_not_for_columns_or_it_is_used_elsewhere) {
  const auto divided = [](const Value& scale) {
    return [scale](const Value& x) -> ov::OutputVector {
      return {make<v1::Divide>(make<v0::MatMul>(x, int8_matrix({8, 6})), scale)};
    };
  };
  expect_reason(run({3, 8}, {3, 8}, divided(constant({3, 1}, 1, 2))),
                "the divisor is no number for each column of the weights");
  const auto shared = [](const Value& x) -> ov::OutputVector {
    const Value product = make<v0::MatMul>(x, int8_matrix({8, 6}));
    return {make<v1::Divide>(product, constant({6}, 1, 2)), product};
  };
  expect_reason(run({3, 8}, {3, 8}, shared), "another node uses the product");
}

// Rotary embedding.

ov::OutputVector rotary(const Value& x, int64_t size, bool by_split) {
  const auto rank = x.get_partial_shape().size();
  const auto axis = static_cast<int64_t>(rank) - 1;
  Value first, second;
  if (by_split) {
    const auto halves = std::make_shared<v1::Split>(x, integer(axis), 2);
    first = halves->output(0);
    second = halves->output(1);
  } else {
    first = make<v8::Slice>(x, integers({0}), integers({size / 2}), integers({1}), integers({axis}));
    second = make<v8::Slice>(x, integers({size / 2}), integers({size}), integers({1}), integers({-1}));
  }
  const auto turned = make<v0::Concat>(ov::OutputVector{make<v0::Negative>(second), first}, axis);
  ov::Shape shape(rank, 1);
  shape[rank - 2] = 5;
  shape[rank - 1] = static_cast<size_t>(size);
  return {plus(times(x, constant(shape)), times(turned, constant(shape, 0.1f, 0.9f)))};
}

TEST(Recognise, rotary_embedding) {
  for (const bool by_split : {false, true}) {
    const auto graph = [&](const Value& x) { return rotary(x, 8, by_split); };
    for (const ov::PartialShape& shape : {ov::PartialShape{2, 3, 5, 8}, ov::PartialShape{-1, 3, 5, 8}}) {
      const auto result = run(shape, {2, 3, 5, 8}, graph);
      expect_one(result, "rotary embedding", "VariadicSplit");
      EXPECT_EQ(executed(result.model, "RoPE"), 1u);
    }
  }
  expect_reason(run({3, 5, 8}, {3, 5, 8}, [](const Value& x) { return rotary(x, 8, true); }),
                "a tensor in it has not four axes");
}

// What OpenVINO recognises by itself.

void expect_by_device(const std::string& what, const ov::Shape& shape, const std::function<Value(const Value&)>& graph,
                      const std::string& reason = "") {
  const auto x = parameter(shape);
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{graph(x)}, ov::ParameterVector{x});
  const auto compiled = engine::compile(model->clone(), {});
  std::vector<std::string> reasons;
  for (const auto& found : recognised_by_device(*model, *compiled.get_runtime_model())) {
    if (found.what == what) reasons.push_back(found.reason);
  }
  EXPECT_EQ(reasons, std::vector{reason}) << what;
}

Value inverse_deviation(const Value& square) {
  const auto mean = make<v1::ReduceMean>(square, integers({-1}), true);
  return make<v0::Sqrt>(plus(mean, number(1e-5f)));
}

TEST(RecognisedByDevice, attention) {
  const auto attend = [](const Value& x) {
    const auto scores = make<v0::MatMul>(dense(x, 32, 32), dense(x, 32, 32), false, true);
    return make<v0::MatMul>(make<v8::Softmax>(make<v1::Divide>(scores, number(4)), -1), dense(x, 32, 32));
  };
  expect_by_device("attention", {2, 4, 16, 32}, attend);
  expect_by_device("attention", {2, 4, 16, 32}, [](const Value& x) {
    const auto q = dense(x, 32, 32);
    return make<v13::ScaledDotProductAttention>(q, dense(x, 32, 32), dense(x, 32, 32), true);
  });
}

TEST(RecognisedByDevice, normalizations) {
  expect_by_device("layer normalization", {2, 16, 64}, [](const Value& x) {
    const auto centred = make<v1::Subtract>(x, make<v1::ReduceMean>(x, integers({-1}), true));
    return plus(times(make<v1::Divide>(centred, inverse_deviation(times(centred, centred))), constant({64})),
                constant({64}));
  });
  expect_by_device("RMS normalization", {2, 16, 64}, [](const Value& x) {
    const auto factor = make<v1::Divide>(number(1), inverse_deviation(times(x, x)));
    return times(times(x, factor), constant({64}));
  });
  const auto normal = [](const Value& x) {
    const auto centred = make<v1::Subtract>(x, constant({8, 1, 1}));
    return plus(times(centred, constant({8, 1, 1}, 0.5f, 1)), constant({8, 1, 1}));
  };
  expect_by_device("batch normalization", {2, 4, 9, 9}, [&](const Value& x) {
    const ov::CoordinateDiff none{0, 0};
    return normal(make<v1::Convolution>(x, constant({8, 4, 3, 3}), ov::Strides{1, 1}, none, none, ov::Strides{1, 1}));
  });
  expect_by_device("batch normalization", {2, 8, 9, 9}, normal, "the device runs it as Subgraph");
}

TEST(RecognisedByDevice, activations) {
  expect_by_device("activation", {16, 64}, [](const Value& x) { return make<v7::Gelu>(dense(x, 64, 64)); });
  expect_by_device("activation", {16, 64},
                   [](const Value& x) { return dense(make<v0::Relu>(dense(x, 64, 64)), 64, 64); });
  expect_by_device(
      "SwiGLU", {16, 64}, [](const Value& x) { return times(make<v4::Swish>(dense(x, 64, 64)), dense(x, 64, 64)); },
      "the device runs it as Subgraph");
}

// Equal nodes are computed once, and what hangs on constants alone not at all.
TEST(RecognisedByDevice, duplicates_and_constants) {
  const auto x = parameter({2, 8});
  const auto half = [&] { return make<v0::Tanh>(times(x, plus(constant({8}), constant({8})))); };
  const auto joined = make<v0::Concat>(ov::OutputVector{half(), half()}, 0);
  const auto types = executed_types(std::make_shared<ov::Model>(ov::OutputVector{joined}, ov::ParameterVector{x}));
  EXPECT_EQ(std::count(types.begin(), types.end(), "Subgraph"), 1);
}

}  // namespace

}  // namespace keravino::passes
