#include "passes/fold.h"

#include "graph_check.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

const ov::Shape kShape{2, 3, 9, 11};
const std::vector<ov::PartialShape> kShapes = {{2, 3, 9, 11}, {-1, 3, -1, -1}};

Value pad(const Value& x, const std::vector<int64_t>& begin, const std::vector<int64_t>& end, float value = 0) {
  const auto fill = v0::Constant::create(ov::element::f32, {}, {value});
  return make<v1::Pad>(x, integers(begin), integers(end), fill, PadMode::CONSTANT);
}

Value uneven(const Value& x) { return pad(x, {0, 0, 0, 1}, {0, 0, 1, 2}); }

Value convolution(const Value& x, const ov::CoordinateDiff& begin, PadType type = PadType::EXPLICIT) {
  return make<v1::Convolution>(x, constant({4, 3, 3, 3}), ov::Strides{2, 2}, begin, ov::CoordinateDiff{0, 2},
                               ov::Strides{1, 1}, type);
}

Value max_pool(const Value& x, RoundingType rounding = RoundingType::FLOOR) {
  return make<v1::MaxPool>(x, ov::Strides{2, 2}, ov::Shape{0, 0}, ov::Shape{0, 0}, ov::Shape{3, 3}, rounding);
}

Value avg_pool(const Value& x, bool exclude_pad, const ov::Shape& own = {0, 0}) {
  return make<v1::AvgPool>(x, ov::Strides{2, 1}, own, own, ov::Shape{3, 3}, exclude_pad);
}

// How many Pads are left of those that `graph` makes.
size_t left(const std::function<ov::OutputVector(const Value&)>& graph) {
  size_t pads = 0;
  for (const auto& shape : kShapes) {
    const auto x = parameter(shape);
    const auto model = std::make_shared<ov::Model>(graph(x), ov::ParameterVector{x});
    const auto changed = checked(model, {kShape}, [](const auto& m) { fold_pads(m); });
    pads = std::max(pads, count(*changed, "Pad"));
  }
  return pads;
}

TEST(FoldPads, into_convolutions) {
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector { return {convolution(uneven(x), {0, 0})}; }), 0u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector { return {convolution(uneven(x), {1, 2})}; }), 0u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              return {convolution(uneven(x), {1, 2}, PadType::VALID)};
            }),
            0u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              const ov::CoordinateDiff none{0, 0};
              return {make<v1::GroupConvolution>(uneven(x), constant({3, 1, 1, 3, 3}), ov::Strides{1, 2}, none, none,
                                                 ov::Strides{2, 1})};
            }),
            0u);
}

TEST(FoldPads, stays_where_the_convolution_pads_by_size) {
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              return {convolution(uneven(x), {0, 0}, PadType::SAME_UPPER)};
            }),
            1u);
}

TEST(FoldPads, from_all_consumers_or_none) {
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              const auto y = uneven(x);
              return {convolution(y, {0, 0}), convolution(y, {1, 1}), avg_pool(y, true)};
            }),
            0u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              const auto y = uneven(x);
              return {convolution(y, {0, 0}), make<v0::Exp>(y)};
            }),
            1u);
}

TEST(FoldPads, stays_where_it_is_not_spatial_zeros) {
  const std::vector<int64_t> none{0, 0, 0, 0};
  for (const auto& [begin, end, value] : std::vector<std::tuple<std::vector<int64_t>, std::vector<int64_t>, float>>{
           {{0, 0, 1, 1}, none, 0.5f}, {{1, 0, 0, 0}, none, 0.0f}, {{0, 0, -1, 0}, none, 0.0f}}) {
    EXPECT_EQ(left([&](const Value& x) -> ov::OutputVector {
                return {convolution(pad(x, begin, end, value), {0, 0})};
              }),
              1u);
  }
  EXPECT_EQ(left([&](const Value& x) -> ov::OutputVector {
              return {convolution(make<v1::Pad>(x, integers({0, 0, 1, 1}), integers(none), PadMode::REFLECT), {0, 0})};
            }),
            1u);
}

TEST(FoldPads, into_max_pool_of_what_is_not_negative) {
  for (const auto rounding : {RoundingType::FLOOR, RoundingType::CEIL}) {
    EXPECT_EQ(left([&](const Value& x) -> ov::OutputVector { return {max_pool(uneven(make<v0::Relu>(x)), rounding)}; }),
              rounding == RoundingType::FLOOR ? 0u : 1u);
  }
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector { return {max_pool(uneven(make<v0::Clamp>(x, 0.0, 6.0)))}; }),
            0u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector { return {max_pool(uneven(make<v0::Clamp>(x, -1.0, 6.0)))}; }),
            1u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector { return {max_pool(uneven(x))}; }), 1u);
}

TEST(FoldPads, stays_where_a_window_would_see_padding_alone) {
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              return {max_pool(pad(make<v0::Relu>(x), {0, 0, 3, 0}, {0, 0, 0, 0}))};
            }),
            1u);
}

TEST(FoldPads, into_avg_pool_as_padding_that_counts) {
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector { return {avg_pool(uneven(x), true)}; }), 0u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector { return {avg_pool(uneven(x), false)}; }), 0u);
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              return {avg_pool(pad(x, {0, 0, 1, 0}, {0, 0, 0, 1}), false, {1, 1})};
            }),
            0u);
  // Its own padding does not count, the zeros do: no one setting says both.
  EXPECT_EQ(left([](const Value& x) -> ov::OutputVector {
              return {avg_pool(pad(x, {0, 0, 1, 0}, {0, 0, 0, 1}), true, {1, 1})};
            }),
            1u);
}

TEST(RemoveNoOpConverts, only_those_to_the_same_type) {
  const auto x = parameter(kShape);
  x->output(0).set_names({"x"});
  const auto same = make<v0::Convert>(make<v0::Convert>(x, ov::element::f32), ov::element::f32);
  const auto other = make<v0::Convert>(make<v0::Exp>(same), ov::element::i32);
  same.get_node()->output(0).set_names({"same"});
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{other, make<v0::Relu>(same)}, ov::ParameterVector{x});
  size_t removed = 0;
  const auto changed = checked(model, {kShape}, [&](const auto& m) { removed = remove_no_op_converts(m); });
  EXPECT_EQ(removed, 2u);
  EXPECT_EQ(count(*changed, "Convert"), 1u);
}

}  // namespace

}  // namespace keravino::passes
