// Philox4x32-10 (Salmon et al., 2011): random bits as a function of a key and a counter, with no state between calls.
#pragma once

#include <array>
#include <cstdint>

namespace keravino::kernels {

using Key = std::array<uint32_t, 2>;
using Block = std::array<uint32_t, 4>;

/// 128 random bits for a counter.
constexpr Block philox(Block counter, Key key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// The same for so many counters from `first` on, (first, 0), at once: several times as fast.
inline constexpr size_t kPhiloxBatch = 32;
void philox_batch(uint64_t first, Key key, Block* out);

/// The numbers of one element of a tensor: a stream of its own, so that elements can be made in any order.
class Stream {
 public:
  Stream(Key key, uint64_t element) : key_(key), element_(element) {}

  uint64_t bits64() {
    if (used_ == 4) {
      block_ = philox({static_cast<uint32_t>(element_), static_cast<uint32_t>(element_ >> 32), draws_++, 0}, key_);
      used_ = 0;
    }
    const uint64_t low = block_[used_];
    const uint64_t high = block_[used_ + 1];
    used_ += 2;
    return high << 32 | low;
  }
  /// Uniform in (0, 1), never an end.
  double uniform() { return (static_cast<double>(bits64() >> 12) + 0.5) * 0x1p-52; }

 private:
  Key key_;
  uint64_t element_;
  Block block_{};
  size_t used_ = 4;
  uint32_t draws_ = 0;
};

}  // namespace keravino::kernels
