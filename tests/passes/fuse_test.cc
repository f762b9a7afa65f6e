#include "passes/fuse.h"

#include "graph_check.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

Value number(float value) { return v0::Constant::create(ov::element::f32, {}, {value})->output(0); }

/// Graphs of small element-wise nodes in some shapes of 12 and of 8 elements, with Reshapes, sums and products between.
class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {}

  std::shared_ptr<ov::Model> build(size_t size) {
    const auto x = parameter({3, 4}), y = parameter({8});
    values_ = {x, y};
    while (values_.size() < size) values_.push_back(grow(pick()));
    ov::OutputVector outputs{values_.back()};
    for (size_t i = 0; i < 20; ++i) outputs.push_back(pick());
    return std::make_shared<ov::Model>(outputs, ov::ParameterVector{x, y});
  }

 private:
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  const Value& pick() { return values_[values_.size() - 1 - below(std::min<size_t>(values_.size(), 40))]; }

  /// An earlier value whose elements meet those of x one by one.
  Value partner(const Value& x) {
    for (size_t i = 0; i < 20; ++i) {
      const Value& y = pick();
      if (ov::shape_size(y.get_shape()) == 1 || y.get_shape() == x.get_shape()) return y;
    }
    return number(0.5f);
  }

  Value grow(const Value& x) {
    const size_t size = ov::shape_size(x.get_shape());
    const std::vector<ov::Shape> shapes = size == 12  ? std::vector<ov::Shape>{{12}, {3, 4}, {1, 12}}
                                          : size == 8 ? std::vector<ov::Shape>{{8}, {2, 4}, {8, 1}}
                                          : size == 1 ? std::vector<ov::Shape>{{1}, {1, 1}, {}}
                                                      : std::vector<ov::Shape>(3, {size});
    switch (below(12)) {
      case 0:
      case 1:
        return make<v1::Add>(x, partner(x));
      case 2:
        return make<v1::Multiply>(partner(x), x);
      case 3:
        return make<v1::Subtract>(x, partner(x));
      case 4:
        return make<v0::Sqrt>(make<v0::Abs>(x));
      case 5:
        return make<v1::Divide>(x, make<v1::Add>(make<v0::Abs>(partner(x)), number(1)));
      case 6:
      case 7: {
        const ov::Shape& shape = shapes[below(3)];
        return make<v1::Reshape>(x, integers({shape.begin(), shape.end()}), false);
      }
      case 8:
        return x.get_shape().empty() ? x : make<v1::ReduceMean>(x, integers({0}), false);
      case 9:  // not one of those that are fused
        return x.get_shape().empty() ? x : make<v8::Softmax>(x, 0);
      default:
        return make<v0::Tanh>(x);
    }
  }

  std::mt19937 random_;
  std::vector<Value> values_;
};

/// n updates of a weight w and a moment m by a gradient of so many elements, as an optimizer makes them.
std::shared_ptr<ov::Model> updates(size_t n, const ov::Shape& shape) {
  ov::ParameterVector parameters{parameter({})};
  ov::OutputVector outputs;
  for (size_t i = 0; i < n; ++i) {
    const auto w = parameter(shape), m = parameter(shape);
    parameters.insert(parameters.end(), {w, m});
    const Value gradient = make<v0::MatMul>(w, make<v0::Tanh>(w), false, true);
    const Value moment = make<v1::Add>(m, make<v1::Multiply>(make<v1::Subtract>(gradient, m), number(0.1f)));
    outputs.push_back(make<v1::Reshape>(moment, integers({-1}), false));
    outputs.push_back(make<v1::Subtract>(w, make<v1::Multiply>(moment, parameters[0])));
  }
  return std::make_shared<ov::Model>(outputs, parameters);
}

}  // namespace

TEST(FuseElementWise, keeps_the_numbers_of_random_graphs) {
  size_t fused = 0;
  for (unsigned seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const auto model = RandomGraph(seed).build(1000);
    checked(model, {{3, 4}, {8}}, [&](const auto& m) { fused += fuse_element_wise(m); });
  }
  EXPECT_GT(fused, 12 * 256u);
}

TEST(FuseElementWise, makes_one_node_of_all_updates_of_one_size) {
  const auto model = updates(60, {4, 4});
  std::vector<ov::Shape> shapes(121, {4, 4});
  shapes[0] = {};
  const auto changed = checked(model, shapes, [](const auto& m) { EXPECT_EQ(fuse_element_wise(m), 6 * 60u); });
  EXPECT_EQ(count(*changed, "ElementWise"), 2u) << "what comes before the products, and what comes after them";
  EXPECT_EQ(count(*changed, "Multiply") + count(*changed, "Reshape"), 0u);
  EXPECT_EQ(count(*changed, "MatMul"), 60u);
}

TEST(FuseElementWise, leaves_small_graphs_large_tensors_and_inference_alone) {
  const auto inference = updates(60, {4, 4});
  const Value product = make<v0::MatMul>(inference->get_parameters()[1], constant({4, 4}));
  inference->add_results({std::make_shared<v0::Result>(product)});
  EXPECT_EQ(fuse_element_wise(inference), 0u);
  EXPECT_EQ(fuse_element_wise(updates(40, {4, 4})), 0u);
  EXPECT_EQ(fuse_element_wise(updates(60, {200, 200})), 0u);
}

}  // namespace keravino::passes
