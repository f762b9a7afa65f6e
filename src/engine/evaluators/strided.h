// Copying elements by strides: what slicing, transposing, broadcasting and padding have in common.
#pragma once

#include <cstddef>
#include <numeric>
#include <openvino/runtime/tensor.hpp>
#include <vector>

namespace keravino::engine {

/// Whether elements are whole bytes that may be copied.
inline bool movable(const ov::Tensor& tensor) {
  return tensor.get_element_type().bitwidth() >= 8 && tensor.get_element_type() != ov::element::string;
}

inline std::byte* bytes(const ov::Tensor& tensor) {
  return static_cast<std::byte*>(const_cast<ov::Tensor&>(tensor).data());
}

/// One axis of a copy: so many elements, and the way from one to the next in the source and in the target.
struct StridedAxis {
  size_t size;
  std::ptrdiff_t from, to;
};

/// Calls visit(from, to) with the offsets of each combination of the axes' places, the last axis fastest.
template <class F>
void each_place(const std::vector<StridedAxis>& axes, F visit) {
  for (const StridedAxis& axis : axes) {
    if (axis.size == 0) return;
  }
  std::vector<size_t> index(axes.size(), 0);
  std::ptrdiff_t from = 0, to = 0;
  while (true) {
    visit(from, to);
    size_t axis = axes.size();
    while (axis-- > 0) {
      from += axes[axis].from;
      to += axes[axis].to;
      if (++index[axis] < axes[axis].size) break;
      from -= axes[axis].from * static_cast<std::ptrdiff_t>(axes[axis].size);
      to -= axes[axis].to * static_cast<std::ptrdiff_t>(axes[axis].size);
      index[axis] = 0;
    }
    if (axis == static_cast<size_t>(-1)) return;
  }
}

/// Elements in the dimensions [begin, end) of a shape.
inline size_t product(const ov::Shape& shape, size_t begin, size_t end) {
  const auto at = [&](size_t i) { return shape.begin() + static_cast<std::ptrdiff_t>(i); };
  return std::accumulate(at(begin), at(end), size_t{1}, std::multiplies<>());
}

/// Calls visit(first, step) for each line along an axis: the place of its first element, and the way to the next one.
template <class F>
void each_line(const ov::Shape& shape, size_t axis, F visit) {
  const size_t inner = product(shape, axis + 1, shape.size()), outer = product(shape, 0, axis);
  for (size_t i = 0; i < outer; ++i) {
    for (size_t j = 0; j < inner; ++j) visit(i * shape[axis] * inner + j, inner);
  }
}

/// Copies elements of `width` bytes along all combinations of the axes, the last one fastest.
void strided_copy(const std::byte* from, std::byte* to, std::vector<StridedAxis> axes, size_t width);

/// Bytes from one element to the next along each axis of a dense tensor.
std::vector<std::ptrdiff_t> byte_strides(const ov::Shape& shape, size_t width);

/// An index from the front, or from the end if it is negative, as one from the front; -1 if it is out of range.
inline int64_t from_front(int64_t index, size_t size) {
  if (index < 0) index += static_cast<int64_t>(size);
  return index >= 0 && index < static_cast<int64_t>(size) ? index : -1;
}

/// Places that tuples of coordinates name in the leading axes of a shape; -1 for one out of range.
std::vector<int64_t> places(const ov::Tensor& tuples, const ov::Shape& shape);

}  // namespace keravino::engine
