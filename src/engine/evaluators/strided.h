// Copying elements by strides: what slicing, transposing, broadcasting and padding have in common.
#pragma once

#include <cstddef>
#include <openvino/runtime/tensor.hpp>
#include <vector>

namespace keravino::engine {

/// One axis of a copy: so many elements, and the bytes from one to the next in the source and in the target.
struct StridedAxis {
  size_t size;
  std::ptrdiff_t from, to;
};

/// Copies elements of `width` bytes along all combinations of the axes, the last one fastest.
void strided_copy(const std::byte* from, std::byte* to, std::vector<StridedAxis> axes, size_t width);

/// Bytes from one element to the next along each axis of a dense tensor.
std::vector<std::ptrdiff_t> byte_strides(const ov::Shape& shape, size_t width);

}  // namespace keravino::engine
