// Random graphs full of Transposes: the numbers must stay, and no more data may be transposed than before.
#include "graph_check.h"
#include "passes/layout.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {}

  std::shared_ptr<ov::Model> build(const ov::PartialShape& shape) {
    const auto x = parameter(shape);
    values_ = {x};
    for (size_t i = 0; i < 14; ++i) values_.push_back(grow(pick(values_)));
    ov::OutputVector outputs = {values_.back()};
    if (below(2) == 0) outputs.push_back(pick(values_));
    return std::make_shared<ov::Model>(outputs, ov::ParameterVector{x});
  }

 private:
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  const Value& pick(const std::vector<Value>& values) { return values[below(values.size())]; }

  std::vector<int64_t> permutation(size_t rank) {
    std::vector<int64_t> order(rank);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random_);
    return order;
  }

  static ov::Shape shape_of(const Value& x) { return x.get_shape(); }

  // A constant that broadcasts to `x`, of any rank up to its own.
  Value operand(const Value& x) {
    auto shape = shape_of(x);
    for (auto& d : shape) {
      if (below(2) == 0) d = 1;
    }
    shape.erase(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(below(shape.size() + 1)));
    return constant(shape);
  }

  Value grow(const Value& x) {
    const auto shape = shape_of(x);
    const auto rank = shape.size();
    const auto axis = static_cast<int64_t>(below(rank));
    const auto length = static_cast<int64_t>(shape[static_cast<size_t>(axis)]);
    switch (below(16)) {
      case 0:
      case 1:
      case 2:
        return transpose(x, permutation(rank));
      case 3:
        return make<v0::Tanh>(x);
      case 4:
        return make<v1::Add>(x, operand(x));
      case 5:
        return make<v1::Multiply>(operand(x), x);
      case 6:
        return make<v1::Add>(x, make<v1::ReduceMax>(x, integers({axis}), true));
      case 7:
        return rank > 2 ? make<v1::ReduceMean>(x, integers({axis}), false) : make<v0::Exp>(x);
      case 8:
        return make<v8::Softmax>(x, axis);
      case 9:
        return make<v0::Concat>(ov::OutputVector{x, make<v0::Sigmoid>(x)}, axis);
      case 10: {
        auto back = permutation(rank);
        std::vector<int64_t> inverse(rank);
        for (size_t i = 0; i < rank; ++i) inverse[static_cast<size_t>(back[i])] = static_cast<int64_t>(i);
        return make<v1::Subtract>(x, transpose(make<v0::Relu>(transpose(x, back)), inverse));
      }
      case 11:
        return length > 1 ? make<v8::Slice>(x, integers({1}), integers({length}), integers({1}), integers({axis})) : x;
      case 12:
        return rank < 5 ? make<v0::Unsqueeze>(x, integers({axis})) : make<v0::Abs>(x);
      case 13:
        return make<v0::MatMul>(x, constant({shape.back(), 3}));
      case 14:
        return merged(x);
      default:
        return convolution(x);
    }
  }

  // Two neighbouring axes made one.
  Value merged(const Value& x) {
    auto shape = shape_of(x);
    if (shape.size() < 3) return make<v0::Elu>(x, 0.5);
    const auto axis = below(shape.size() - 1);
    shape[axis] *= shape[axis + 1];
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
    return make<v1::Reshape>(x, integers({shape.begin(), shape.end()}), false);
  }

  // An op of fixed layout, channels last as Keras has it.
  Value convolution(const Value& x) {
    const auto channels = shape_of(x).back();
    if (shape_of(x).size() != 4) return make<v1::Multiply>(x, constant({channels}));
    const ov::Strides ones{1, 1};
    const ov::CoordinateDiff pads{1, 0};
    const auto y =
        make<v1::Convolution>(transpose(x, {0, 3, 1, 2}), constant({4, channels, 3, 1}), ones, pads, pads, ones);
    return transpose(y, {0, 2, 3, 1});
  }

  std::mt19937 random_;
  std::vector<Value> values_;
};

// Elements moved by all Transposes whose input is not a constant.
size_t moved(const ov::Model& model) {
  size_t total = 0;
  for (const auto& node : model.get_ops()) {
    if (node->get_type_name() == std::string("Transpose")) total += ov::shape_size(node->get_output_shape(0)) + 1;
  }
  return total;
}

class RandomLayout : public testing::TestWithParam<unsigned> {};

TEST_P(RandomLayout, keeps_the_numbers_and_moves_less) {
  const ov::Shape shape{3, 7, 9, 5};
  const auto model = RandomGraph(GetParam()).build(shape);
  const auto changed = checked(model, {shape}, sink_transposes);
  EXPECT_LE(moved(*changed), moved(*model));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomLayout, testing::Range(0u, 40u));

}  // namespace

}  // namespace keravino::passes
