// One row per rule: Parameter [N, C, H, W] -> Transpose to channels-last -> op -> Transpose back -> Result. Both
// Transposes must vanish and the numbers stay.
#include "graph_check.h"
#include "passes/layout.h"

namespace keravino::passes {

namespace {

using namespace ov::op;
using Order = std::vector<int64_t>;

// Four different odd sizes, so that no wrong order of axes can pass.
constexpr size_t kN = 3, kH = 7, kW = 9, kC = 5;

struct Case {
  std::string name;
  /// The op on a tensor [N, H, W, C].
  std::function<Value(const Value&)> op;
  /// The Transpose behind it.
  Order back = {0, 3, 1, 2};
  /// Space may be dynamic, too.
  bool dynamic = true;
};

Value positive(const Value& x) { return make<v1::Add>(make<v0::Abs>(x), constant({}, 0.5f, 1)); }

Value pad(const Value& x) {
  return make<v1::Pad>(x, integers({0, 1, 2, 0}), integers({0, 0, 3, 1}), constant({}), PadMode::CONSTANT);
}

Value resize(const Value& x) {
  v4::Interpolate::InterpolateAttrs attributes;
  attributes.mode = v4::Interpolate::InterpolateMode::NEAREST;
  attributes.shape_calculation_mode = v4::Interpolate::ShapeCalcMode::SIZES;
  attributes.pads_begin = attributes.pads_end = {0, 0, 0, 0};
  const auto scales = v0::Constant::create(ov::element::f32, {2}, {1.0f, 1.0f});
  return make<v4::Interpolate>(x, integers({11, 13}), scales, integers({1, 2}), attributes);
}

Value resize_v11(const Value& x) {
  v11::Interpolate::InterpolateAttrs attributes;
  attributes.mode = v11::Interpolate::InterpolateMode::LINEAR_ONNX;
  attributes.shape_calculation_mode = v11::Interpolate::ShapeCalcMode::SCALES;
  attributes.pads_begin = attributes.pads_end = {0, 0, 0, 0};
  const auto scales = v0::Constant::create(ov::element::f32, {2}, {2.0f, 3.0f});
  return make<v11::Interpolate>(x, scales, integers({1, 2}), attributes);
}

template <class Op>
Case unary(const std::string& name) {
  return {name, [](const Value& x) { return make<Op>(x); }};
}

template <class Op>
Case binary(const std::string& name) {
  return {name, [](const Value& x) { return make<Op>(positive(x), constant({kC}, 0.5f, 1.5f)); }};
}

template <class Op>
Case reduction(const std::string& name) {
  return {name, [](const Value& x) { return make<Op>(positive(x), integers({1, -1}), true); }};
}

std::vector<Case> elementwise_cases() {
  return {
      unary<v0::Relu>("relu"),
      unary<v0::Sigmoid>("sigmoid"),
      unary<v0::Tanh>("tanh"),
      unary<v0::Exp>("exp"),
      unary<v4::HSwish>("hswish"),
      unary<v5::HSigmoid>("hsigmoid"),
      unary<v7::Gelu>("gelu"),
      unary<v4::Mish>("mish"),
      unary<v4::SoftPlus>("softplus"),
      unary<v4::Swish>("swish"),
      {"swish_with_beta", [](const Value& x) { return make<v4::Swish>(x, constant({})); }},
      {"clamp", [](const Value& x) { return make<v0::Clamp>(x, -0.3, 0.4); }},
      {"elu", [](const Value& x) { return make<v0::Elu>(x, 0.7); }},
      {"selu", [](const Value& x) { return make<v0::Selu>(x, constant({1}), constant({1})); }},
      {"convert", [](const Value& x) { return make<v0::Convert>(make<v0::Exp>(x), ov::element::i32); }},
      {"convert_like", [](const Value& x) { return make<v1::ConvertLike>(make<v0::Exp>(x), integer(1)); }},
      {"prelu_scalar", [](const Value& x) { return make<v0::PRelu>(x, constant({1})); }},
      {"prelu_last_axis", [](const Value& x) { return make<v0::PRelu>(x, constant({kC})); }, {0, 3, 1, 2}, false},
      {"prelu_per_element",
       [](const Value& x) {
         return make<v0::PRelu>(x, constant({kH, kW, kC}));
       }},
      binary<v1::Add>("add"),
      binary<v1::Subtract>("subtract"),
      binary<v1::Multiply>("multiply"),
      binary<v1::Divide>("divide"),
      binary<v1::Maximum>("maximum"),
      binary<v1::Minimum>("minimum"),
      binary<v1::Power>("power"),
      binary<v1::FloorMod>("floor_mod"),
      binary<v0::SquaredDifference>("squared_difference"),
      binary<v1::Greater>("greater"),
      binary<v1::LessEqual>("less_equal"),
      {"constant_of_full_rank",
       [](const Value& x) {
         return make<v1::Add>(x, constant({1, kH, 1, kC}));
       }},
      {"constant_of_rank_3",
       [](const Value& x) {
         return make<v1::Add>(constant({kH, 1, kC}), x);
       }},
      {"constant_of_rank_2",
       [](const Value& x) {
         return make<v1::Add>(x, constant({kW, kC}));
       }},
      {"constant_scalar", [](const Value& x) { return make<v1::Add>(x, constant({})); }},
      {"constant_of_one_element",
       [](const Value& x) {
         return make<v1::Add>(x, constant({1, 1, 1, 1}));
       }},
      {"own_vector",
       [](const Value& x) {
         return make<v1::Multiply>(x, make<v1::ReduceMax>(x, integers({0, 1, 2}), false));
       }},
      {"select",
       [](const Value& x) {
         return make<v1::Select>(make<v1::Greater>(x, constant({kC})), x, constant({kW, 1}));
       }},
      {"fake_quantize",
       [](const Value& x) {
         return make<v0::FakeQuantize>(x, constant({kC}, -1, -0.5f), constant({}, 0.5f, 1), constant({kC}, -1, -0.5f),
                                       constant({kC}, 0.5f, 1), size_t{16});
       }},
  };
}

std::vector<Case> axis_cases() {
  return {
      reduction<v1::ReduceMean>("reduce_mean"),
      reduction<v1::ReduceSum>("reduce_sum"),
      reduction<v1::ReduceMax>("reduce_max"),
      reduction<v1::ReduceMin>("reduce_min"),
      reduction<v1::ReduceProd>("reduce_prod"),
      reduction<v4::ReduceL1>("reduce_l1"),
      reduction<v4::ReduceL2>("reduce_l2"),
      {"reduce_all",
       [](const Value& x) {
         return make<v1::ReduceLogicalAnd>(make<v1::Greater>(x, constant({kC}, -1, -0.9f)), integers({1}), true);
       }},
      {"reduce_without_axis", [](const Value& x) { return make<v1::ReduceSum>(x, integers({2}), false); }, {0, 2, 1}},
      {"global_pooling",
       [](const Value& x) {
         return make<v1::ReduceMean>(x, integers({1, 2}), false);
       },
       {0, 1}},
      {"softmax", [](const Value& x) { return make<v8::Softmax>(x, -1); }},
      {"softmax_v1", [](const Value& x) { return make<v1::Softmax>(x, size_t{1}); }},
      {"log_softmax", [](const Value& x) { return make<v5::LogSoftmax>(x, 3); }},
      {"cum_sum", [](const Value& x) { return make<v0::CumSum>(x, integer(3)); }},
      {"mvn", [](const Value& x) { return make<v6::MVN>(x, integers({-1}), true, 1e-3f, MVNEpsMode::INSIDE_SQRT); }},
      {"normalize_l2", [](const Value& x) { return make<v0::NormalizeL2>(x, integers({3}), 1e-3f, EpsMode::ADD); }},
      {"roll",
       [](const Value& x) {
         return make<v7::Roll>(x, integers({2, 3}), integers({1, -1}));
       }},
      {"top_k",
       [](const Value& x) {
         return std::make_shared<v11::TopK>(x, integer(2), -1, v11::TopK::Mode::MAX, v11::TopK::SortType::SORT_VALUES)
             ->output(1);
       }},
      {"concat",
       [](const Value& x) {
         return make<v0::Concat>(ov::OutputVector{x, make<v0::Exp>(x)}, -1);
       }},
      {"concat_with_constant",
       [](const Value& x) {
         return make<v0::Concat>(ov::OutputVector{constant({kN, 2, kW, kC}), x}, 1);
       }},
      {"split", [](const Value& x) { return std::make_shared<v1::Split>(pad(x), integer(-1), 3)->output(2); }},
      {"variadic_split",
       [](const Value& x) {
         return std::make_shared<v1::VariadicSplit>(x, integer(3), integers({2, 3}))->output(1);
       }},
      {"gather_keeps_axis",
       [](const Value& x) {
         return make<v8::Gather>(x, integers({4, 0, 0, 1}), integer(-1));
       }},
      {"gather_removes_axis", [](const Value& x) { return make<v8::Gather>(x, integer(2), integer(1)); }, {0, 2, 1}},
      {"gather_adds_axis",
       [](const Value& x) {
         return make<v8::Gather>(x, v0::Constant::create(ov::element::i64, {2, 2}, {0, 1, 4, 2}), integer(3));
       },
       {0, 3, 4, 1, 2}},
      {"shape_of",
       [](const Value& x) {
         const auto last = make<v8::Gather>(make<v3::ShapeOf>(make<v0::Exp>(x)), integers({3, 1}), integer(0));
         return make<v1::Add>(x, make<v1::ReduceSum>(make<v0::Convert>(last, ov::element::f32), integer(0), false));
       }},
      {"batch_norm_on_width",
       [](const Value& x) {
         const auto y = make<v5::BatchNormInference>(transpose(x, {0, 2, 1, 3}), constant({kW}), constant({kW}),
                                                     constant({kW}), constant({kW}, 0.5f, 1), 1e-3);
         return transpose(y, {0, 2, 1, 3});
       }},
      {"batch_norm_on_channels",
       [](const Value& x) {
         const auto y = make<v0::BatchNormInference>(transpose(x, {0, 3, 2, 1}), constant({kC}), constant({kC}),
                                                     constant({kC}), constant({kC}, 0.5f, 1), 1e-3);
         return transpose(y, {0, 3, 2, 1});
       }},
  };
}

std::vector<Case> shape_cases() {
  return {
      {"squeeze_unsqueeze",
       [](const Value& x) {
         const auto y = make<v0::Squeeze>(make<v1::ReduceMax>(x, integers({2}), true), integers({-2}));
         return make<v0::Unsqueeze>(make<v0::Exp>(y), integers({1}));
       },
       {0, 3, 1, 2}},
      {"unsqueeze_rank_5", [](const Value& x) { return make<v0::Unsqueeze>(x, integers({2})); }, {0, 4, 1, 2, 3}},
      {"reshape_merges_space",
       [](const Value& x) {
         return make<v1::Reshape>(x, integers({0, kH * kW, kC}), true);
       },
       {0, 2, 1},
       false},
      {"reshape_splits_channels",
       [](const Value& x) {
         return make<v1::Reshape>(x, integers({0, kH, 1, 3, 3, kC}), true);
       },
       {0, 5, 2, 1, 3, 4},
       false},
      {"reshape_after_pooling",
       [](const Value& x) {
         return make<v1::Reshape>(make<v1::ReduceMean>(x, integers({1, 2}), true), integers({-1, kC}), false);
       },
       {0, 1}},
      {"squeeze_excite",
       [](const Value& x) {
         const auto pooled = make<v1::ReduceMean>(x, integers({1, 2}), false);
         const auto y = transpose(make<v1::Reshape>(pooled, integers({-1, 1, 1, kC}), false), {0, 3, 1, 2});
         const ov::Strides ones{1, 1};
         const ov::CoordinateDiff zeros{0, 0};
         const auto z = make<v1::Convolution>(y, constant({kC, kC, 1, 1}), ones, zeros, zeros, ones);
         return make<v1::Multiply>(x, transpose(make<v0::Sigmoid>(z), {0, 2, 3, 1}));
       }},
  };
}

std::vector<Case> window_cases() {
  const std::vector<int64_t> whole = {1, 1, 1, 1};
  return {
      {"pad", pad},
      {"pad_v12",
       [](const Value& x) {
         return make<v12::Pad>(x, integers({0, 1, -2, 0}), integers({0, 2, 3, -1}), constant({}), PadMode::CONSTANT);
       }},
      {"pad_reflect",
       [](const Value& x) {
         return make<v1::Pad>(x, integers({0, 2, 1, 0}), integers({0, 0, 3, 0}), PadMode::REFLECT);
       }},
      {"slice_some_axes",
       [](const Value& x) {
         return make<v8::Slice>(x, integers({1, 4}), integers({100, 0}), integers({2, -1}), integers({1, -1}));
       }},
      {"slice_leading_axes",
       [](const Value& x) {
         return make<v8::Slice>(x, integers({0, 1}), integers({2, -1}), integers({1, 1}));
       }},
      {"strided_slice",
       [](const Value& x) {
         return make<v1::StridedSlice>(x, integers({0, 1, 8, 1}), integers({2, 0, 0, 4}), integers({1, 2, -3, 1}),
                                       Order{1, 0, 0, 0}, Order{1, 1, 0, 0});
       }},
      {"strided_slice_leading_axes",
       [](const Value& x) {
         return make<v1::StridedSlice>(x, integers({0, 1}), integers({2, 5}), integers({1, 2}), Order{0, 0},
                                       Order{0, 0});
       }},
      {"strided_slice_shrinks",
       [](const Value& x) {
         return make<v1::StridedSlice>(x, integers({0, 3, 1}), integers({0, 4, 5}), integers({1, 1, 1}), Order{1, 0, 0},
                                       Order{1, 0, 0}, Order{}, Order{0, 1, 0});
       },
       {0, 2, 1}},
      {"resize", resize},
      {"resize_v11", resize_v11},
      {"tile",
       [](const Value& x) {
         return make<v0::Tile>(x, integers({1, 2, 1, 3}));
       }},
      {"broadcast",
       [](const Value& x) {
         const auto y = make<v1::ReduceMax>(x, integers({1}), true);
         return make<v3::Broadcast>(y, integers({kN, 4, kW, kC}), BroadcastType::NUMPY);
       }},
      {"dense",
       [](const Value& x) {
         return make<v0::MatMul>(x, constant({kC, 11}));
       }},
      {"dense_transposed_weights",
       [](const Value& x) {
         return make<v0::MatMul>(x, constant({11, kC}), false, true);
       }},
  };
}

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class LayoutRule : public testing::TestWithParam<Case> {
 protected:
  void run(const ov::PartialShape& shape) const {
    const auto x = parameter(shape);
    const auto y = transpose(GetParam().op(transpose(x, {0, 2, 3, 1})), GetParam().back);
    // An op of fixed layout at the end keeps the choice to "both Transposes or none".
    const auto model = std::make_shared<ov::Model>(ov::OutputVector{y}, ov::ParameterVector{x});
    const auto changed = checked(model, {{kN, kC, kH, kW}}, [&](const auto& m) {
      const auto report = sink_transposes(m);
      EXPECT_GE(report.before, shape.is_static() ? 1u : 2u);  // the shape of a static tensor is a constant
      EXPECT_EQ(report.after, 0u) << report.remaining.at(0).between << ": " << report.remaining.at(0).reason;
    });
    EXPECT_EQ(count(*changed, "Transpose"), 0u);
  }
};

TEST_P(LayoutRule, static_shape) { run({kN, kC, kH, kW}); }

// Batch and space dynamic; only the batch for a rule that needs to know the space.
TEST_P(LayoutRule, dynamic_shape) {
  if (GetParam().dynamic) {
    run({-1, kC, -1, -1});
  } else {
    run({-1, kC, kH, kW});
  }
}

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Elementwise, LayoutRule, testing::ValuesIn(elementwise_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Axis, LayoutRule, testing::ValuesIn(axis_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Shape, LayoutRule, testing::ValuesIn(shape_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Window, LayoutRule, testing::ValuesIn(window_cases()), name_of);

}  // namespace

}  // namespace keravino::passes
