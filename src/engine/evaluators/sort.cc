// TopK: OpenVINO's own and the CPU plugin's take a microsecond for each element of a long axis.
#include <array>
#include <bit>
#include <openvino/op/util/topk_base.hpp>

#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

using Base = ov::op::util::TopKBase;

template <class T>
using Key = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

/// An element's rank as an unsigned number, and its place. No two are equal, so every sort of them is stable.
template <class K>
struct Entry {
  K key;
  uint32_t place;
  bool operator<(const Entry& other) const { return key != other.key ? key < other.key : place < other.place; }
};

/// An unsigned number that is in order as x is. The zeros are equal; NaN is behind infinity.
template <class T>
Key<T> ascending(T x) {
  using K = Key<T>;
  constexpr K kSign = K(1) << (8 * sizeof(T) - 1);
  if constexpr (std::is_floating_point_v<T>) {
    const K bits = x != x ? ~kSign : std::bit_cast<K>(x + T(0));  // -0 + 0 is 0
    return bits & kSign ? ~bits : bits | kSign;
  } else {
    return static_cast<K>(x) ^ (std::is_signed_v<T> ? kSign : K(0));
  }
}

constexpr size_t kRadixFrom = 200;  // entries: below it a comparison sort is faster

/// By one byte of the key after another, from the lowest.
template <class K>
void radix_sort(std::vector<Entry<K>>& entries, std::vector<Entry<K>>& other) {
  other.resize(entries.size());
  std::array<std::array<uint32_t, 256>, sizeof(K)> counts{};
  for (const Entry<K>& entry : entries) {
    for (size_t byte = 0; byte < sizeof(K); ++byte) ++counts[byte][(entry.key >> (8 * byte)) & 255];
  }
  for (size_t byte = 0; byte < sizeof(K); ++byte) {
    auto& count = counts[byte];
    if (count[(entries[0].key >> (8 * byte)) & 255] == entries.size()) continue;  // the same in all
    uint32_t before = 0;
    for (uint32_t& n : count) before += std::exchange(n, before);
    for (const Entry<K>& entry : entries) other[count[(entry.key >> (8 * byte)) & 255]++] = entry;
    entries.swap(other);
  }
}

/// Puts the first k of the order at the front.
template <class K>
void order(std::vector<Entry<K>>& entries, size_t k, std::vector<Entry<K>>& scratch) {
  if (k == 0) return;
  if (k == 1) {
    std::swap(entries[0], *std::min_element(entries.begin(), entries.end()));
  } else if (k < entries.size() / 8) {
    std::partial_sort(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(k), entries.end());
  } else if (entries.size() >= kRadixFrom) {
    radix_sort(entries, scratch);
  } else {
    std::sort(entries.begin(), entries.end());
  }
}

/// Values and places of the first k along an axis; by value, or by place if the node says so.
template <class T, class Index>
void run(const Base& op, size_t axis, size_t k, const ov::Tensor& in, ov::TensorVector& outputs) {
  if (k == 0) return;
  const size_t n = in.get_shape()[axis];
  const Key<T> flip = op.get_mode() == ov::op::TopKMode::MAX ? ~Key<T>(0) : Key<T>(0);
  const bool by_place = op.get_sort_type() == ov::op::TopKSortType::SORT_INDICES;
  std::vector<Entry<Key<T>>> entries(n), scratch;
  const T* from = in.data<const T>();
  T* values = outputs[0].data<T>();
  Index* places = outputs[1].data<Index>();
  each_line(in.get_shape(), axis, [&](size_t first, size_t step) {
    for (size_t i = 0; i < n; ++i) entries[i] = {ascending(from[first + i * step]) ^ flip, static_cast<uint32_t>(i)};
    order(entries, k, scratch);
    if (by_place) {
      std::sort(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(k),
                [](const auto& a, const auto& b) { return a.place < b.place; });
    }
    const size_t to = first / (n * step) * k * step + first % step;
    for (size_t i = 0; i < k; ++i) {
      values[to + i * step] = from[first + entries[i].place * step];
      places[to + i * step] = static_cast<Index>(entries[i].place);
    }
  });
}

bool top_k(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const Base&>(node);
  const ov::Tensor& in = inputs[0];
  const int64_t wanted = integers(inputs[1])[0];
  ov::Shape shape = in.get_shape();
  const size_t axis = normal_axis(op.get_provided_axis(), shape.size());
  if (wanted < 0 || static_cast<size_t>(wanted) > shape[axis]) return false;
  shape[axis] = static_cast<size_t>(wanted);
  return dispatch_wide(in.get_element_type(), [&]<class T>(T) {
    outputs = {ov::Tensor(in.get_element_type(), shape), ov::Tensor(op.get_index_element_type(), shape)};
    if (op.get_index_element_type() == ov::element::i64)
      run<T, int64_t>(op, axis, shape[axis], in, outputs);
    else
      run<T, int32_t>(op, axis, shape[axis], in, outputs);
    return true;
  });
}

}  // namespace

std::span<const EvaluatorRow> sort_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<ov::op::v1::TopK>(&top_k),
      row<ov::op::v3::TopK>(&top_k),
      row<ov::op::v11::TopK>(&top_k),
  };
  return kRows;
}

}  // namespace keravino::engine
