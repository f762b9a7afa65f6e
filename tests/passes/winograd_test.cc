#include "passes/winograd.h"

#include "graph_check.h"
#include "kernels/winograd.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

struct Case {
  ov::PartialShape x;
  ov::Shape run;  // x as it is run
  size_t outputs;
  ov::CoordinateDiff begin, end;
};

const Case kPlain{{2, 32, 13, 14}, {2, 32, 13, 14}, 16, {1, 1}, {1, 1}};

Value convolution(const Value& x, const Value& weights, const Case& c = kPlain, const ov::Strides& strides = {1, 1},
                  const ov::Strides& dilations = {1, 1}) {
  return make<v1::Convolution>(x, weights, strides, c.begin, c.end, dilations);
}

Value weights_of(size_t outputs, size_t inputs) { return constant({outputs, inputs, 3, 3}, -0.05F, 0.05F); }

std::shared_ptr<ov::Model> model_of(const ov::OutputVector& results, const std::shared_ptr<v0::Parameter>& x) {
  return std::make_shared<ov::Model>(results, ov::ParameterVector{x});
}

}  // namespace

class UseWinograd : public testing::Test {
 protected:
  void SetUp() override {
    if (!kernels::Winograd::available()) GTEST_SKIP() << "no AVX2, or built without oneDNN";
  }

  /// Checks that the outputs stay, with so many convolutions by Winograd, and returns the graph.
  std::shared_ptr<ov::Model> used(const ov::OutputVector& results, size_t wanted = 1) {
    return checked(model_of(results, x_), {kPlain.run}, [&](const auto& m) { EXPECT_EQ(use_winograd(m), wanted); });
  }

  std::shared_ptr<v0::Parameter> x_ = parameter(kPlain.x);
  Value y_ = convolution(x_, weights_of(16, 32));
};

TEST_F(UseWinograd, computes_what_the_convolution_does) {
  const Case cases[] = {
      kPlain,
      {{1, 16, 16, 16}, {1, 16, 16, 16}, 48, {0, 0}, {0, 0}},
      {{1, 80, 18, 18}, {1, 80, 18, 18}, 192, {0, 0}, {0, 0}},
      {{3, 40, 15, 23}, {3, 40, 15, 23}, 17, {1, 0}, {0, 1}},
      {{3, 48, 17, 15}, {3, 48, 17, 15}, 16, {2, 2}, {1, 3}},
      {{8, 448, 8, 8}, {8, 448, 8, 8}, 384, {1, 1}, {1, 1}},
      {{-1, 128, 16, 16}, {3, 128, 16, 16}, 32, {1, 1}, {1, 1}},
      {{300, 16, 3, 3}, {300, 16, 3, 3}, 16, {0, 0}, {0, 0}},
      {{ov::Dimension(0, 200), 16, 16, 16}, {0, 16, 16, 16}, 16, {1, 1}, {1, 1}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(fmt::format("{} to {}", c.run.to_string(), c.outputs));
    const auto x = parameter(c.x);
    const Value y = convolution(x, weights_of(c.outputs, c.run[1]), c);
    const auto changed = checked(model_of({y}, x), {c.run}, [](const auto& m) { EXPECT_EQ(use_winograd(m), 1u); });
    EXPECT_EQ(count(*changed, "Convolution"), 0u);
  }
}

TEST_F(UseWinograd, leaves_other_convolutions) {
  const Case tiny{{1, 32, 8, 8}, {1, 32, 8, 8}, 16, {1, 1}, {1, 1}};  // 4 tiles
  const auto small = parameter(tiny.x), open = parameter({1, 32, -1, 14}), other = parameter({2, 12, 13, 14}),
             changing = parameter({16, 32, 3, 3});
  const Value all[] = {
      convolution(x_, weights_of(16, 32), kPlain, {2, 1}),
      convolution(x_, weights_of(16, 32), kPlain, {1, 1}, {1, 2}),
      convolution(x_, constant({16, 32, 3, 1})),
      convolution(x_, weights_of(15, 32)),
      convolution(other, weights_of(16, 12)),
      convolution(x_, changing),
      convolution(small, weights_of(16, 32), tiny),
      convolution(open, weights_of(16, 32)),
  };
  for (const Value& y : all) {
    const auto model =
        std::make_shared<ov::Model>(ov::OutputVector{y}, ov::ParameterVector{x_, small, open, other, changing});
    EXPECT_EQ(use_winograd(model), 0u) << y;
  }
}

TEST_F(UseWinograd, takes_what_follows_for_each_channel) {
  const Value bias = make<v1::Add>(constant({1, 16, 1, 1}), y_);
  const Value mean = make<v1::Subtract>(bias, constant({16, 1, 1}));
  const Value scale = make<v1::Multiply>(make<v1::Divide>(mean, constant({1, 16, 1, 1}, 0.5F, 2)), constant({1}));
  for (const Value& last : {make<v0::Relu>(scale), make<v0::Clamp>(scale, -0.1, 0.2)}) {
    const auto changed = used({last});
    EXPECT_EQ(changed->get_ordered_ops().size(), 7u);  // with the Transposes, their orders and a Result
    EXPECT_EQ(changed->get_results()[0]->get_input_node_ptr(0)->get_friendly_name(),
              last.get_node()->get_friendly_name());
  }
}

TEST_F(UseWinograd, leaves_what_others_need) {
  const Value bias = make<v1::Add>(y_, constant({1, 16, 1, 1}));
  EXPECT_EQ(count(*used({make<v0::Relu>(bias), make<v0::Tanh>(bias)}), "Relu"), 1u);
  // Numbers that are not one for each channel, or change the shape.
  EXPECT_EQ(count(*used({make<v1::Add>(y_, constant({14}))}), "Add"), 1u);
  EXPECT_EQ(count(*used({make<v1::Add>(y_, constant({1, 1, 16, 1, 1}))}), "Add"), 1u);
  EXPECT_EQ(count(*used({make<v1::Subtract>(constant({1, 16, 1, 1}), y_)}), "Subtract"), 1u);
  EXPECT_EQ(count(*used({make<v1::Add>(y_, y_)}), "Add"), 1u);
}

TEST_F(UseWinograd, what_follows_runs_channels_last_too) {
  const Value relu = make<v0::Relu>(y_), pool = make<v1::MaxPool>(make<v0::Tanh>(relu), ov::Strides{2, 2},
                                                                  ov::Shape{0, 1}, ov::Shape{0, 1}, ov::Shape{3, 3});
  const Value more = convolution(make<v1::Multiply>(relu, constant({16, 1, 1})), weights_of(16, 16));
  const Value sum = make<v1::Add>(more, relu), both = make<v0::Concat>(ov::OutputVector{sum, relu}, 1);
  const auto changed = used({pool, both}, 2);
  EXPECT_EQ(count(*changed, "Transpose"), 3u) << "the first input, and two results";
  EXPECT_EQ(count(*changed, "MaxPool"), 0u);
  // What another node makes stays channels-first.
  const Value mixed =
      make<v1::Add>(y_, make<v1::Convolution>(x_, constant({16, 32, 1, 1}), ov::Strides{1, 1}, ov::CoordinateDiff{0, 0},
                                              ov::CoordinateDiff{0, 0}, ov::Strides{1, 1}));
  const auto half = used({mixed});
  EXPECT_TRUE(ov::is_type<v1::Add>(half->get_results()[0]->get_input_node_ptr(0)));
}

TEST_F(UseWinograd, keeps_nan) {
  const auto model = model_of({make<v0::Relu>(y_)}, x_);
  use_winograd(model);
  auto x = random_tensor(kPlain.run);
  x.data<float>()[5 * 14 + 5] = NAN;
  auto request = ov::Core().compile_model(model, "CPU").create_infer_request();
  request.set_input_tensor(x);
  request.infer();
  EXPECT_TRUE(std::isnan(request.get_output_tensor().data<float>()[5 * 14 + 5]));
}

}  // namespace keravino::passes
