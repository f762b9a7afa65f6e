#include "passes/share.h"

#include "graph_check.h"

namespace keravino::passes {

using namespace ov::op;

TEST(ShareDuplicates, merges_what_computes_the_same) {
  const auto x = parameter({4}), y = parameter({4});
  const auto number = [] { return v0::Constant::create(ov::element::f32, {}, {3})->output(0); };
  const auto twice = [&](const Value& value) { return make<v1::Multiply>(make<v0::Tanh>(value), number()); };
  const auto model =
      std::make_shared<ov::Model>(ov::OutputVector{twice(x), twice(x), twice(y)}, ov::ParameterVector{x, y});
  const auto changed = checked(model, {{4}, {4}}, [](const auto& m) { EXPECT_EQ(share_duplicates(m), 4u); });
  EXPECT_EQ(count(*changed, "Tanh"), 2u);
  EXPECT_EQ(count(*changed, "Constant"), 1u);
  EXPECT_EQ(changed->outputs().size(), 3u);
}

TEST(ShareDuplicates, keeps_what_differs_in_an_attribute_a_type_or_a_number) {
  const auto x = parameter({2, 3});
  const auto number = [](float value) { return v0::Constant::create(ov::element::f32, {}, {value})->output(0); };
  const ov::OutputVector outputs{make<v8::Softmax>(x, 0),
                                 make<v8::Softmax>(x, 1),
                                 make<v1::Add>(x, number(1)),
                                 make<v1::Add>(x, number(2)),
                                 make<v0::Convert>(x, ov::element::i32),
                                 make<v0::Convert>(x, ov::element::i64)};
  const auto model = std::make_shared<ov::Model>(outputs, ov::ParameterVector{x});
  EXPECT_EQ(share_duplicates(model), 0u);
}

TEST(ShareDuplicates, keeps_random_numbers_apart) {
  const auto draw = [] {
    const auto zero = v0::Constant::create(ov::element::f32, {}, {0}),
               one = v0::Constant::create(ov::element::f32, {}, {1});
    return make<v8::RandomUniform>(integers({4}), zero, one, ov::element::f32, 0u, 0u);
  };
  const auto model = std::make_shared<ov::Model>(ov::OutputVector{draw(), draw()}, ov::ParameterVector{});
  EXPECT_EQ(share_duplicates(model), 3u) << "the shape, and both ends";
  EXPECT_EQ(count(*model, "RandomUniform"), 2u);
}

}  // namespace keravino::passes
