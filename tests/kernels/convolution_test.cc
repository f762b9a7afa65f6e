#include "kernels/convolution.h"

#include "passes/graph_check.h"

namespace keravino::kernels {

namespace {

using Role = Convolution::Role;

/// A 3 x 3 convolution of stride 1 of images (N, H, W, inputs).
struct Case {
  ov::Shape x;
  size_t outputs;
  ov::CoordinateDiff begin, end;

  ov::Shape y() const {
    const auto size = [&](size_t i) { return x[i + 1] + static_cast<size_t>(begin[i] + end[i]) - 2; };
    return {x[0], size(0), size(1), outputs};
  }
  ov::Shape weights() const { return {3, 3, x[3], outputs}; }
};

/// Calls visit(place in x, in y, in the weights) for each product that the convolution is made of.
template <class Visit>
void each_product(const Case& c, Visit visit) {
  const ov::Shape y_shape = c.y();
  const size_t height = c.x[1], width = c.x[2], inputs = c.x[3], rows = y_shape[1], columns = y_shape[2];
  for (size_t i = 0; i < y_shape[0] * rows * columns; ++i) {
    for (size_t k = 0; k < 9; ++k) {
      const size_t from = i / columns % rows + k / 3 - static_cast<size_t>(c.begin[0]);  // what is before 0 is huge
      const size_t left = i % columns + k % 3 - static_cast<size_t>(c.begin[1]);
      if (from >= height || left >= width) continue;
      const size_t pixel = (i / (rows * columns) * height + from) * width + left;
      for (size_t in = 0; in < inputs; ++in) {
        for (size_t out = 0; out < c.outputs; ++out)
          visit(pixel * inputs + in, i * c.outputs + out, (k * inputs + in) * c.outputs + out);
      }
    }
  }
}

/// What the node computes, and the greatest difference of it from sums in float64, as a part of the largest.
double difference(Role role, const Case& c) {
  const ov::Tensor x = passes::random_tensor(c.x), y = passes::random_tensor(c.y()),
                   weights = passes::random_tensor(c.weights(), -0.1F, 0.1F);
  const ov::TensorVector given[] = {{x, weights}, {y, weights}, {x, y}};
  const ov::TensorVector& inputs = given[static_cast<size_t>(role)];
  ov::OutputVector parameters;
  for (const ov::Tensor& input : inputs) parameters.push_back(passes::parameter(input.get_shape())->output(0));
  const ov::Shape spatial = role == Role::data ? ov::Shape{c.x[1], c.x[2]} : ov::Shape{};
  const Convolution node(parameters, role, {{3, 3}, {1, 1}, {1, 1}, c.begin, c.end}, spatial);
  ov::TensorVector got{ov::Tensor(ov::element::f32, node.get_output_shape(0))};
  EXPECT_TRUE(node.evaluate(got, inputs));
  EXPECT_TRUE(node.evaluate(got, inputs)) << "a second time";
  const auto numbers = [](const ov::Tensor& tensor) {
    return std::vector<double>(tensor.data<float>(), tensor.data<float>() + tensor.get_size());
  };
  const auto of_x = numbers(x), of_y = numbers(y), of_weights = numbers(weights), result = numbers(got[0]);
  std::vector<double> wanted(result.size());
  each_product(c, [&](size_t in, size_t out, size_t weight) {
    if (role == Role::forward) wanted[out] += of_x[in] * of_weights[weight];
    if (role == Role::data) wanted[in] += of_y[out] * of_weights[weight];
    if (role == Role::weights) wanted[weight] += of_x[in] * of_y[out];
  });
  double most = 0, largest = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    most = std::max(most, std::abs(result[i] - wanted[i]));
    largest = std::max(largest, std::abs(wanted[i]));
  }
  return most / largest;
}

}  // namespace

TEST(TrainingConvolution, three_by_three_in_all_roles) {
  if (!Convolution::available()) GTEST_SKIP() << "built without oneDNN";
  const Case cases[] = {
      // by Winograd, where there is AVX2
      {{64, 5, 6, 16}, 48, {1, 1}, {1, 1}},
      {{65, 8, 9, 32}, 16, {0, 0}, {0, 0}},
      {{5, 29, 31, 17}, 24, {2, 0}, {1, 2}},
      {{9, 22, 21, 16}, 33, {0, 2}, {2, 0}},
      // too few tiles, too few channels
      {{2, 15, 14, 16}, 32, {1, 1}, {1, 1}},
      {{64, 5, 6, 8}, 16, {1, 1}, {1, 1}},
  };
  for (const Case& c : cases) {
    for (const Role role : {Role::forward, Role::data, Role::weights}) {
      EXPECT_LE(difference(role, c), 2e-6) << c.x << " to " << c.outputs << ", role " << static_cast<int>(role);
    }
  }
}

}  // namespace keravino::kernels
