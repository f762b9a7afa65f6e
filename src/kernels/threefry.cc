#include "kernels/threefry.h"

#include "kernels/processors.h"

namespace keravino::kernels {

// A batch does not cross a boundary of 2^32 elements, so that the counter's high word is one number.
FOR_EACH_PROCESSOR void random_bits(const Key& key, uint64_t first, uint32_t* out) {
  const auto high = static_cast<uint32_t>(first >> 32), low = static_cast<uint32_t>(first);
  for (uint32_t i = 0; i < kRandomBatch; ++i) {
    const Key words = threefry(key, {high, low + i});
    out[i] = words[0] ^ words[1];
  }
}

FOR_EACH_PROCESSOR void random_bits(const Key& key, uint64_t first, uint64_t* out) {
  const auto high = static_cast<uint32_t>(first >> 32), low = static_cast<uint32_t>(first);
  for (uint32_t i = 0; i < kRandomBatch; ++i) {
    const Key words = threefry(key, {high, low + i});
    out[i] = uint64_t{words[0]} << 32 | words[1];
  }
}

}  // namespace keravino::kernels
