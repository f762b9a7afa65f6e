#include "kernels/threefry.h"

#include "kernels/processors.h"

namespace keravino::kernels {

namespace {

/// A batch does not cross a boundary of 2^32 elements, so that the counter's high word is one number.
template <class Bits>
[[gnu::always_inline]] inline void batch(const Key& key, uint64_t first, Bits* out) {
  const auto high = static_cast<uint32_t>(first >> 32), low = static_cast<uint32_t>(first);
  for (uint32_t i = 0; i < kRandomBatch; ++i) out[i] = joined<Bits>(threefry(key, {high, low + i}));
}

}  // namespace

FOR_EACH_PROCESSOR void random_bits(const Key& key, uint64_t first, uint32_t* out) { batch(key, first, out); }
FOR_EACH_PROCESSOR void random_bits(const Key& key, uint64_t first, uint64_t* out) { batch(key, first, out); }

}  // namespace keravino::kernels
