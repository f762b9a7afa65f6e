// Whole blocks of well-known networks, channels-last as Keras writes them, through all passes.
#include "passes/passes.h"

#include "graph_check.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

Value to_first(const Value& x) { return transpose(x, {0, 3, 1, 2}); }
Value to_last(const Value& x) { return transpose(x, {0, 2, 3, 1}); }

Value convolution(const Value& x, size_t in, size_t out, size_t size = 1, size_t stride = 1, ptrdiff_t pad = 0) {
  const auto kernel = transpose(constant({size, size, in, out}, -0.3f, 0.3f), {3, 2, 0, 1});
  const ov::CoordinateDiff pads{pad, pad};
  return to_last(
      make<v1::Convolution>(to_first(x), kernel, ov::Strides{stride, stride}, pads, pads, ov::Strides{1, 1}));
}

Value depthwise(const Value& x, size_t channels, size_t stride, ptrdiff_t pad) {
  const auto kernel = transpose(constant({3, 3, channels, 1}), {2, 3, 0, 1});
  const ov::CoordinateDiff pads{pad, pad};
  return to_last(make<v1::GroupConvolution>(to_first(x), make<v0::Unsqueeze>(kernel, integers({2})),
                                            ov::Strides{stride, stride}, pads, pads, ov::Strides{1, 1}));
}

// Swaps axes 1 and 3, as Keras's own backend does.
Value batch_norm(const Value& x, size_t channels) {
  const auto y =
      make<v5::BatchNormInference>(transpose(x, {0, 3, 2, 1}), constant({channels}, 0.5f, 1), constant({channels}),
                                   constant({channels}), constant({channels}, 0.5f, 1), 1e-3);
  return transpose(y, {0, 3, 2, 1});
}

Value pad(const Value& x) {
  const auto zero = v0::Constant::create(ov::element::f32, {}, {0.0f});
  return make<v1::Pad>(x, integers({0, 0, 1, 0}), integers({0, 1, 1, 0}), zero, PadMode::CONSTANT);
}

Value relu(const Value& x) { return make<v0::Relu>(x); }

// MobileNetV2: expand, pad, depthwise with a stride, project.
Value inverted_residual(const Value& x) {
  const auto wide = make<v0::Clamp>(batch_norm(convolution(x, 5, 16), 16), 0.0, 6.0);
  const auto y = make<v0::Clamp>(batch_norm(depthwise(pad(wide), 16, 2, 0), 16), 0.0, 6.0);
  const auto narrow = batch_norm(convolution(y, 16, 6), 6);
  return make<v1::Add>(narrow, batch_norm(convolution(narrow, 6, 6), 6));
}

// EfficientNet: the block with squeeze and excite.
Value squeeze_excite(const Value& x) {
  const auto y = make<v4::Swish>(batch_norm(depthwise(convolution(x, 5, 8), 8, 1, 1), 8));
  const auto pooled = make<v1::ReduceMean>(y, integers({1, 2}), false);
  const auto squeezed = make<v4::Swish>(convolution(make<v1::Reshape>(pooled, integers({-1, 1, 1, 8}), false), 8, 3));
  return make<v1::Multiply>(y, make<v0::Sigmoid>(make<v1::Add>(convolution(squeezed, 3, 8), constant({8}))));
}

// DenseNet: normalise, activate, convolve, join.
Value dense_block(const Value& x) {
  auto joined = convolution(x, 5, 6);
  for (const size_t channels : {6, 9}) {
    const auto y = convolution(relu(batch_norm(joined, channels)), channels, 3, 3, 1, 1);
    joined = make<v0::Concat>(ov::OutputVector{joined, y}, -1);
  }
  return joined;
}

// ConvNeXt: depthwise, LayerNormalization and Dense on the last axis, scale, residual.
Value convnext(const Value& x) {
  const auto stem = convolution(x, 5, 6);
  const auto y = make<v1::Add>(depthwise(stem, 6, 1, 1), constant({1, 1, 1, 6}));
  const auto mean = make<v1::ReduceMean>(y, integers({-1}), true);
  const auto centred = make<v1::Subtract>(y, mean);
  const auto variance = make<v1::ReduceMean>(make<v1::Multiply>(centred, centred), integers({-1}), true);
  const auto deviation = make<v0::Sqrt>(make<v1::Add>(variance, constant({}, 0.001f, 0.002f)));
  const auto normal = make<v1::Multiply>(make<v1::Divide>(centred, deviation), constant({6}));
  const auto wide = make<v7::Gelu>(make<v1::Add>(make<v0::MatMul>(normal, constant({6, 24})), constant({24})));
  const auto narrow = make<v1::Multiply>(make<v0::MatMul>(wide, constant({24, 6})), constant({6}));
  return make<v1::Add>(stem, narrow);
}

// Pooling head: everything behind the mean has no layout.
Value head(const Value& x, size_t channels) {
  const auto pooled = make<v1::ReduceMean>(x, integers({1, 2}), false);
  return make<v8::Softmax>(make<v1::Add>(make<v0::MatMul>(pooled, constant({channels, 7})), constant({7})), -1);
}

void expect_one_transpose(Value (*block)(const Value&), size_t channels, size_t matmuls = 1) {
  for (const ov::PartialShape& shape : {ov::PartialShape{2, 11, 13, 5}, ov::PartialShape{-1, -1, -1, 5}}) {
    const auto x = parameter(shape);
    const auto model = std::make_shared<ov::Model>(ov::OutputVector{head(block(x), channels)}, ov::ParameterVector{x});
    Report report;
    const auto changed = checked(model, {{2, 11, 13, 5}}, [&](const auto& m) { report = optimize(m); });
    EXPECT_GE(report.layout.before, 4u);
    ASSERT_EQ(report.layout.after, 1u);
    EXPECT_EQ(report.layout.remaining[0].reason, "it stands at an end of the graph");
    EXPECT_EQ(count(*changed, "Transpose"), 1u);
    EXPECT_EQ(count(*changed, "Pad"), 0u);
    EXPECT_EQ(count(*changed, "MatMul"), matmuls);
  }
}

TEST(Optimize, inverted_residual) { expect_one_transpose(inverted_residual, 6); }
TEST(Optimize, squeeze_excite) { expect_one_transpose(squeeze_excite, 8); }
TEST(Optimize, dense_block) { expect_one_transpose(dense_block, 12); }
TEST(Optimize, convnext) { expect_one_transpose(convnext, 6); }

TEST(Optimize, reports_what_it_did) {
  const auto x = parameter({2, 11, 13, 5});
  const auto same = make<v0::Convert>(pad(relu(x)), ov::element::f32);
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{convolution(same, 5, 3, 3)}, ov::ParameterVector{x});
  Report report;
  checked(model, {{2, 11, 13, 5}}, [&](const auto& m) { report = optimize(m); });
  EXPECT_EQ(report.converts_removed, 1u);
  EXPECT_EQ(report.pads_folded, 1u);
  EXPECT_EQ(report.layout.before, 2u);
  EXPECT_EQ(report.layout.after, 2u);
}

}  // namespace

}  // namespace keravino::passes
