// What the CPU plugin gets wrong, in graphs compiled for it: each case is wrong without make_exact.
#include "passes/exact.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/device.h"
#include "engine/engine.h"
#include "engine/program.h"
#include "graph_check.h"
#include "keravino/ops.h"
#include "ops/make.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
constexpr int32_t kMost = std::numeric_limits<int32_t>::max();
constexpr int32_t kOdd = (1 << 24) + 1;  // the first whole number that float32 lacks

template <class T>
ov::Tensor tensor(const ov::Shape& shape, const std::vector<T>& values) {
  ov::Tensor out(ov::element::from<T>(), shape);
  std::copy(values.begin(), values.end(), out.data<T>());
  return out;
}

template <class T>
std::vector<T> values(const ov::Tensor& tensor) {
  return {tensor.data<const T>(), tensor.data<const T>() + tensor.get_size()};
}

template <class F>
ov::Tensor eager(engine::Tier tier, F f, const std::vector<ov::Tensor>& inputs) {
  std::vector<Tensor> known;
  for (const ov::Tensor& input : inputs) known.emplace_back(input);
  engine::set_tier(tier);
  const ov::Tensor numbers = f(known).numbers();
  engine::set_tier(engine::Tier::automatic);
  return numbers;
}

/// f by the interpreter, by an eager compiled graph, and by traced ones of known and of open shapes; all must agree.
template <class F>
ov::Tensor compiled(F f, const std::vector<ov::Tensor>& inputs) {
  const ov::Tensor wanted = eager(engine::Tier::interpret, f, inputs);
  const ov::Tensor again = eager(engine::Tier::compile, f, inputs);
  EXPECT_EQ(std::memcmp(again.data(), wanted.data(), wanted.get_byte_size()), 0) << "eager";
  for (const bool open : {false, true}) {
    std::vector<Tensor> parameters;
    for (const ov::Tensor& input : inputs) {
      const auto rank = static_cast<int64_t>(input.get_shape().size());
      const ov::PartialShape shape = open ? ov::PartialShape::dynamic(rank) : ov::PartialShape(input.get_shape());
      parameters.push_back(engine::parameter(shape, dtype_of(input.get_element_type())));
    }
    engine::Program program(parameters, {f(parameters)}, {});
    const ov::Tensor got = program.run(inputs)[0];
    EXPECT_EQ(got.get_shape(), wanted.get_shape());
    EXPECT_EQ(std::memcmp(got.data(), wanted.data(), wanted.get_byte_size()), 0)
        << (open ? "open" : "known") << " shape";
  }
  return wanted;
}

const std::vector<int64_t> kLast{-1};

}  // namespace

TEST(Exact, sums_and_products_of_int32) {
  const auto x = tensor<int32_t>({2, 3}, {kOdd, 2, 4, kMost, 1, kOdd});
  const auto sum = compiled([](const auto& in) { return ops::sum(in[0], kLast, false); }, {x});
  EXPECT_EQ(values<int32_t>(sum), (std::vector<int32_t>{kOdd + 6, kLeast + kOdd}));
  const auto product = compiled([](const auto& in) { return ops::prod(in[0], kLast, true); }, {x});
  EXPECT_EQ(values<int32_t>(product), (std::vector<int32_t>{8 * kOdd, kMost - kOdd + 1}));
  const auto running = compiled([](const auto& in) { return ops::cumsum(in[0], 1, {}); }, {x});
  EXPECT_EQ(values<int32_t>(running), (std::vector<int32_t>{kOdd, kOdd + 2, kOdd + 6, kMost, kLeast, kLeast + kOdd}));
}

TEST(Exact, matrix_products_of_int32) {
  const auto a = tensor<int32_t>({2, 2}, {kOdd, 1, 3, 4099});
  const auto b = tensor<int32_t>({2, 2}, {3, 2, 1, 4099});
  const auto product = compiled([](const auto& in) { return ops::matmul(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<int32_t>(product), (std::vector<int32_t>{3 * kOdd + 1, 2 * kOdd + 4099, 9 + 4099, 6 + 4099 * 4099}));
}

TEST(Exact, division_of_integers) {
  const auto a = tensor<int32_t>({6}, {kLeast, kMost, kMost, -7, kOdd, 5});
  const auto b = tensor<int32_t>({6}, {-1, 2, -2, 2, 3, 0});
  const auto quotient = compiled([](const auto& in) { return ops::floor_divide(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<int32_t>(quotient), (std::vector<int32_t>{kLeast, kMost / 2, -(kMost / 2) - 1, -4, kOdd / 3, 0}));
  const auto rest = compiled([](const auto& in) { return ops::mod(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<int32_t>(rest), (std::vector<int32_t>{0, 1, -1, 1, kOdd % 3, 0}));
  const auto c = tensor<uint32_t>({3}, {7, kOdd, kMost}), d = tensor<uint32_t>({3}, {2, 3, 10});
  const auto unsigned_quotient = compiled([](const auto& in) { return ops::floor_divide(in[0], in[1]); }, {c, d});
  EXPECT_EQ(values<uint32_t>(unsigned_quotient), (std::vector<uint32_t>{3, kOdd / 3, kMost / 10}));
}

TEST(Exact, unsigned_numbers_beyond_the_signed_range) {
  const auto a = tensor<uint32_t>({3}, {0xFFFFFFFF, 0x80000001, 3}), b = tensor<uint32_t>({3}, {10, 2, 0x90000000});
  const auto quotient = compiled([](const auto& in) { return ops::floor_divide(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<uint32_t>(quotient), (std::vector<uint32_t>{429496729, 0x40000000, 0}));
  const auto wrapped = compiled([](const auto& in) { return ops::floor_divide(in[0] - in[1], in[1]); }, {b, a});
  EXPECT_EQ(values<uint32_t>(wrapped), (std::vector<uint32_t>{0, 1, 0x90000000u / 3 - 1}));
}

TEST(Exact, unsigned_numbers_are_ordered) {
  const auto a = tensor<uint32_t>({3}, {0xFFFFFFFF, kOdd, 5}), b = tensor<uint32_t>({3}, {7, kOdd - 1, 0x80000000});
  const auto less = compiled([](const auto& in) { return ops::less(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<char>(less), (std::vector<char>{0, 0, 1}));
  const auto equal = compiled([](const auto& in) { return ops::equal(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<char>(equal), (std::vector<char>{0, 0, 0}));
  const auto lesser =
      compiled([](const auto& in) { return ops::where(ops::less(in[0], in[1]), in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<uint32_t>(lesser), (std::vector<uint32_t>{7, kOdd - 1, 5}));
  const auto most = compiled([](const auto& in) { return ops::maximum(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<uint32_t>(most), (std::vector<uint32_t>{0xFFFFFFFF, kOdd, 0x80000000}));
}

TEST(Exact, int64_within_32_bits) {
  const auto a = tensor<int64_t>({4}, {kOdd, -5, -7, kLeast}), b = tensor<int64_t>({4}, {kOdd - 1, 2, -2, 10});
  const auto equal = compiled([](const auto& in) { return ops::equal(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<char>(equal), (std::vector<char>{0, 0, 0, 0}));
  const auto quotient = compiled([](const auto& in) { return in[0] / in[1]; }, {a, b});
  EXPECT_EQ(values<int64_t>(quotient), (std::vector<int64_t>{1, -3, 3, -214748365}));
  const auto sum = compiled([](const auto& in) { return ops::make<v1::ReduceSum>(in[0], kLast, false); }, {b});
  EXPECT_EQ(values<int64_t>(sum)[0], kOdd + 9);
}

TEST(Exact, extremes_and_limits_of_int32) {
  const auto x = tensor<int32_t>({2, 3}, {kOdd, 3, kOdd - 1, -kOdd, kLeast, 1 - kOdd});
  const auto most = compiled([](const auto& in) { return ops::max(in[0], kLast, false); }, {x});
  EXPECT_EQ(values<int32_t>(most), (std::vector<int32_t>{kOdd, 1 - kOdd}));
  const auto least = compiled([](const auto& in) { return ops::min(in[0], kLast, false); }, {x});
  EXPECT_EQ(values<int32_t>(least), (std::vector<int32_t>{3, kLeast}));
  const auto clipped = compiled([](const auto& in) { return ops::make<v0::Clamp>(in[0], -kOdd, kOdd); }, {x});
  EXPECT_EQ(values<int32_t>(clipped), (std::vector<int32_t>{kOdd, 3, kOdd - 1, -kOdd, -kOdd, 1 - kOdd}));
  const auto positive = compiled([](const auto& in) { return ops::make<v0::Relu>(in[0]); }, {x});
  EXPECT_EQ(values<int32_t>(positive), (std::vector<int32_t>{kOdd, 3, kOdd - 1, 0, 0, 0}));
  const std::vector<int64_t> before{0, 1}, behind{0, 0};
  const auto padded = compiled(
      [&](const auto& in) {
        return ops::make<v12::Pad>(in[0], before, behind, ops::as(int64_t{kOdd}, DType::int32), PadMode::CONSTANT);
      },
      {x});
  EXPECT_EQ(values<int32_t>(padded), (std::vector<int32_t>{kOdd, kOdd, 3, kOdd - 1, kOdd, -kOdd, kLeast, 1 - kOdd}));
}

TEST(Exact, large_inputs_of_eager_graphs) {
  ov::Tensor x(ov::element::i32, {100, 100});
  for (size_t i = 0; i < x.get_size(); ++i) x.data<int32_t>()[i] = kOdd + static_cast<int32_t>(i % 100);
  const auto row = compiled([](const auto& in) { return ops::sum(in[0], kLast, false); }, {x});
  EXPECT_EQ(values<int32_t>(row)[99], 100 * kOdd + 4950);
  const auto square = compiled([](const auto& in) { return ops::matmul(in[0], in[0]); }, {x});
  uint32_t corner = 0;  // of the first row and the first column, wrapping around
  for (uint32_t i = 0; i < 100; ++i) corner += (kOdd + i) * uint32_t{kOdd};
  EXPECT_EQ(values<int32_t>(square)[0], static_cast<int32_t>(corner));
}

TEST(Exact, nan_is_neither_greater_nor_equal_and_is_true) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const auto a = tensor<float>({5}, {nan, 1, nan, 2, inf}), b = tensor<float>({5}, {1, nan, nan, 1, inf});
  const auto greater = compiled([](const auto& in) { return ops::greater(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<char>(greater), (std::vector<char>{0, 0, 0, 1, 0}));
  const auto at_least = compiled([](const auto& in) { return ops::greater_equal(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<char>(at_least), (std::vector<char>{0, 0, 0, 1, 1}));
  const auto truth = compiled([](const auto& in) { return ops::logical_not(in[0]); }, {a});
  EXPECT_EQ(values<char>(truth), (std::vector<char>{0, 0, 0, 0, 0}));
}

TEST(Exact, truth_of_one_of_several_outputs) {
  const auto x = tensor<int32_t>({4}, {3, 0, -1, 0});
  const auto truth = compiled([](const auto& in) { return ops::cast(ops::sort(in[0]), DType::boolean); }, {x});
  EXPECT_EQ(values<char>(truth), (std::vector<char>{1, 0, 0, 1}));
}

TEST(Exact, two_ops_on_the_same_numbers_stay_two) {
  const auto a = tensor<int32_t>({1}, {17}), b = tensor<int32_t>({1}, {5});
  const auto both =
      compiled([](const auto& in) { return ops::floor_divide(in[0], in[1]) * 10 + ops::mod(in[0], in[1]); }, {a, b});
  EXPECT_EQ(values<int32_t>(both)[0], 32);
}

/// A tensor that goes to a Result through a Reshape, and through Transposes to a convolution.
TEST(Exact, a_result_and_a_convolution_share_a_tensor) {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{-1, 128}, {-1}, {2, 16, 8}}) {
    const auto x = parameter({2, 4, 4, 8});
    const auto shared = make<v0::Relu>(x);
    const auto kernel = constant({6, 8, 1, 1});
    const auto convolved = make<v1::Convolution>(transpose(shared, {0, 3, 1, 2}), kernel, ov::Strides{1, 1},
                                                 ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
    const auto model = std::make_shared<ov::Model>(
        ov::OutputVector{make<v1::Reshape>(shared, integers(shape), false), transpose(convolved, {0, 2, 3, 1})},
        ov::ParameterVector{x});
    auto request = engine::compile(model, {}).create_infer_request();
    const ov::Tensor input = random_tensor({2, 4, 4, 8});
    request.set_input_tensor(input);
    for (int run = 0; run < 2; ++run) {
      request.infer();
      const ov::Tensor flat = request.get_output_tensor(0), y = request.get_output_tensor(1);
      const float *from = input.data<float>(),
                  *weight = ov::as_type_ptr<v0::Constant>(kernel.get_node_shared_ptr())->get_data_ptr<float>();
      for (size_t i = 0; i < 32; ++i) {
        for (size_t k = 0; k < 6; ++k) {
          float wanted = 0;
          for (size_t c = 0; c < 8; ++c) wanted += std::max(from[i * 8 + c], 0.0f) * weight[k * 8 + c];
          ASSERT_NEAR(y.data<float>()[i * 6 + k], wanted, 1e-5);
        }
        for (size_t c = 0; c < 8; ++c) ASSERT_EQ(flat.data<float>()[i * 8 + c], std::max(from[i * 8 + c], 0.0f));
      }
    }
  }
}

}  // namespace keravino::passes
