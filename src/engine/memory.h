// Memory for results that is used again.
#pragma once

#include <openvino/runtime/tensor.hpp>

namespace keravino::engine {

/// A tensor whose memory goes back to a pool when its last user lets go of it, and is the next one's of this size.
/// Fresh memory costs the system a page fault each 4 KiB: a third of the time of a training step.
ov::Tensor recycled_tensor(const ov::element::Type& type, const ov::Shape& shape);

/// The same at any size, with the memory at this address if that is free.
ov::Tensor recycled_tensor(const ov::element::Type& type, const ov::Shape& shape, const void* address);

/// How many bytes the pool keeps at most beside what is in use.
inline constexpr size_t kPoolBytes = size_t{1} << 30;

}  // namespace keravino::engine
