#include "engine/evaluators/strided.h"

#include <cstring>

#include "engine/evaluators/evaluators.h"

namespace keravino::engine {
namespace {

/// Drops axes of one element and joins neighbours that are one axis in both source and target.
std::vector<StridedAxis> joined(const std::vector<StridedAxis>& axes) {
  std::vector<StridedAxis> out;
  for (const StridedAxis& axis : axes) {
    if (axis.size == 1) continue;
    const auto size = static_cast<std::ptrdiff_t>(axis.size);
    if (!out.empty() && out.back().from == axis.from * size && out.back().to == axis.to * size) {
      out.back() = {out.back().size * axis.size, axis.from, axis.to};
    } else {
      out.push_back(axis);
    }
  }
  return out;
}

template <class T>
void copy_each(const std::byte* from, std::byte* to, const StridedAxis& axis) {
  for (size_t i = 0; i < axis.size; ++i, from += axis.from, to += axis.to) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    std::memcpy(to, &value, sizeof(T));
  }
}

void copy_line(const std::byte* from, std::byte* to, const StridedAxis& axis, size_t width) {
  const auto dense = static_cast<std::ptrdiff_t>(width);
  if (axis.from == dense && axis.to == dense) {
    std::memcpy(to, from, axis.size * width);
  } else if (width == 4) {
    copy_each<uint32_t>(from, to, axis);
  } else if (width == 8) {
    copy_each<uint64_t>(from, to, axis);
  } else if (width == 1) {
    copy_each<uint8_t>(from, to, axis);
  } else {
    for (size_t i = 0; i < axis.size; ++i, from += axis.from, to += axis.to) std::memcpy(to, from, width);
  }
}

}  // namespace

void strided_copy(const std::byte* from, std::byte* to, std::vector<StridedAxis> axes, size_t width) {
  axes = joined(axes);
  StridedAxis line{1, 0, 0};
  if (!axes.empty()) {
    line = axes.back();
    axes.pop_back();
  }
  each_place(axes, [&](std::ptrdiff_t i, std::ptrdiff_t j) { copy_line(from + i, to + j, line, width); });
}

std::vector<std::ptrdiff_t> byte_strides(const ov::Shape& shape, size_t width) {
  std::vector<std::ptrdiff_t> strides(shape.size());
  auto stride = static_cast<std::ptrdiff_t>(width);
  for (size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= static_cast<std::ptrdiff_t>(shape[axis]);
  }
  return strides;
}

std::vector<int64_t> places(const ov::Tensor& tuples, const ov::Shape& shape) {
  const auto coordinates = integers(tuples);
  const size_t depth = tuples.get_shape().back();
  std::vector<int64_t> out(product(tuples.get_shape(), 0, tuples.get_shape().size() - 1), 0);
  for (size_t i = 0; i < out.size(); ++i) {
    for (size_t axis = 0; axis < depth && out[i] >= 0; ++axis) {
      const int64_t at = from_front(coordinates[i * depth + axis], shape[axis]);
      out[i] = at < 0 ? -1 : out[i] * static_cast<int64_t>(shape[axis]) + at;
    }
  }
  return out;
}

}  // namespace keravino::engine
