#include "engine/memory.h"

#include <cstdlib>

namespace keravino::engine {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kSmall = 64 * 1024;  // below, the system's allocator does the same

class Pool {
 public:
  void* take(size_t bytes, const void* address) {
    const std::lock_guard lock(mutex_);
    const auto found = free_.find(bytes);
    if (found == free_.end() || found->second.empty()) return nullptr;
    auto& free = found->second;
    if (const auto wanted = std::find(free.begin(), free.end(), address); wanted != free.end())
      std::swap(*wanted, free.back());
    void* memory = free.back();
    free.pop_back();
    kept_ -= bytes;
    return memory;
  }

  bool give(void* memory, size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (kept_ + bytes > kPoolBytes) return false;
    free_[bytes].push_back(memory);
    kept_ += bytes;
    return true;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<size_t, std::vector<void*>> free_;
  size_t kept_ = 0;
};

Pool& pool() {
  static auto* pool = new Pool();  // outlives every tensor
  return *pool;
}

/// OpenVINO's interface of an allocator.
struct Recycler {
  const void* address = nullptr;  // where the memory should be

  void* allocate(size_t bytes, size_t) {
    if (void* memory = pool().take(bytes, address)) return memory;
    void* memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
    if (!memory) throw std::bad_alloc();
    return memory;
  }
  void deallocate(void* memory, size_t bytes, size_t) noexcept {
    if (!pool().give(memory, bytes)) std::free(memory);
  }
  bool is_equal(const Recycler&) const { return true; }
};

}  // namespace

ov::Tensor recycled_tensor(const ov::element::Type& type, const ov::Shape& shape) {
  const bool is_small = ov::shape_size(shape) * type.bitwidth() / 8 < kSmall;
  return is_small ? ov::Tensor(type, shape) : ov::Tensor(type, shape, ov::Allocator(Recycler()));
}

ov::Tensor recycled_tensor(const ov::element::Type& type, const ov::Shape& shape, const void* address) {
  return {type, shape, ov::Allocator(Recycler{address})};
}

}  // namespace keravino::engine
