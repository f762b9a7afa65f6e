#include <gtest/gtest.h>

#include <openvino/op/topk.hpp>
#include <random>

#include "engine/evaluate.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

using Mode = ov::op::TopKMode;
using Order = ov::op::TopKSortType;

template <class T>
ov::Tensor tensor_of(const std::vector<T>& numbers, const ov::Shape& shape) {
  ov::Tensor out(ov::element::from<T>(), shape);
  std::copy(numbers.begin(), numbers.end(), out.data<T>());
  return out;
}

/// Values and places that a TopK node gives.
template <class T>
std::pair<std::vector<T>, std::vector<int32_t>> top_k(const ov::Tensor& x, int64_t axis, int64_t k, Mode mode,
                                                      Order order = Order::SORT_VALUES) {
  const ov::Tensor count = tensor_of<int64_t>({k}, {});
  const auto node =
      std::make_shared<ov::op::v11::TopK>(constant(x), constant(count), axis, mode, order, ov::element::i32, true);
  ov::TensorVector out;
  EXPECT_TRUE(evaluate(node, out, {x, count}));
  const T* values = out[0].data<T>();
  const int32_t* places = out[1].data<int32_t>();
  return {{values, values + out[0].get_size()}, {places, places + out[1].get_size()}};
}

/// The same by the standard library.
template <class T>
void expect_sorted(const std::vector<T>& x, int64_t k, Mode mode) {
  std::vector<int32_t> places(x.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](int32_t a, int32_t b) {
    const T left = x[static_cast<size_t>(a)], right = x[static_cast<size_t>(b)];
    return mode == Mode::MAX ? left > right : left < right;
  });
  places.resize(static_cast<size_t>(k));
  const auto [values, found] = top_k<T>(tensor_of(x, {x.size()}), 0, k, mode);
  EXPECT_EQ(found, places);
  for (size_t i = 0; i < places.size(); ++i) EXPECT_EQ(values[i], x[static_cast<size_t>(places[i])]);
}

template <class T>
class Sort : public testing::Test {};
using Types = testing::Types<float, double, int32_t, int64_t, uint32_t, uint64_t>;
TYPED_TEST_SUITE(Sort, Types);

}  // namespace

TYPED_TEST(Sort, every_length_and_count_keeps_equals_in_order) {
  using T = TypeParam;
  std::mt19937 bits(3);
  for (const size_t n : {1u, 2u, 17u, 199u, 200u, 1000u}) {
    std::vector<T> x(n);
    for (T& number : x) number = static_cast<T>(static_cast<int>(bits() % 50) - (std::is_signed_v<T> ? 25 : 0));
    x[0] = std::numeric_limits<T>::lowest();
    x[n / 2] = std::numeric_limits<T>::max();
    for (const Mode mode : {Mode::MIN, Mode::MAX}) {
      for (const size_t k : {size_t{0}, size_t{1}, n / 16, n / 2, n}) expect_sorted(x, static_cast<int64_t>(k), mode);
    }
  }
}

TEST(SortFloats, zeros_are_equal_and_infinities_are_ends) {
  const float inf = std::numeric_limits<float>::infinity();
  expect_sorted<float>({0.f, -0.f, 1.f, -0.f, 0.f, inf, -inf, -1.f, 1e-45f, -1e-45f}, 10, Mode::MIN);
  expect_sorted<float>({0.f, -0.f, 1.f, -0.f, 0.f, inf, -inf, -1.f, 1e-45f, -1e-45f}, 10, Mode::MAX);
}

TEST(SortFloats, nan_is_behind_infinity) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const ov::Tensor x = tensor_of<float>({nan, inf, -nan, 1}, {4});
  EXPECT_EQ(top_k<float>(x, 0, 4, Mode::MIN).second, (std::vector<int32_t>{3, 1, 0, 2}));
}

TEST(SortFloats, an_axis_in_the_middle_and_places_in_order) {
  const ov::Tensor x = tensor_of<float>({5, 1, 4, 2, 3, 9, 8, 0, 7, 6, 2, 2}, {2, 3, 2});
  const auto [values, places] = top_k<float>(x, 1, 2, Mode::MAX);
  EXPECT_EQ(values, (std::vector<float>{5, 9, 4, 2, 8, 6, 7, 2}));
  EXPECT_EQ(places, (std::vector<int32_t>{0, 2, 1, 1, 0, 1, 1, 2}));
  EXPECT_EQ(top_k<float>(x, 1, 2, Mode::MIN, Order::SORT_INDICES).second,
            (std::vector<int32_t>{1, 0, 2, 1, 1, 0, 2, 2}));
}

}  // namespace keravino::engine
