// Threefry2x32 of 20 rounds (Salmon et al., 2011): random bits as a function of a key and a counter, with no state
// between calls. Keys are split and elements are counted as in jax, so that a seed draws the same numbers there.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace keravino::kernels {

using Key = std::array<uint32_t, 2>;

namespace detail {
template <int... Turns>
constexpr void rounds(uint32_t& a, uint32_t& b) {
  ((a += b, b = std::rotl(b, Turns) ^ a), ...);
}
}  // namespace detail

/// Two random words for a counter of two words.
constexpr Key threefry(const Key& key, const Key& counter) {
  const uint32_t k[] = {key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDA};
  uint32_t a = counter[0] + k[0], b = counter[1] + k[1];
  detail::rounds<13, 15, 26, 6>(a, b);
  a += k[1], b += k[2] + 1;
  detail::rounds<17, 29, 16, 24>(a, b);
  a += k[2], b += k[0] + 2;
  detail::rounds<13, 15, 26, 6>(a, b);
  a += k[0], b += k[1] + 3;
  detail::rounds<17, 29, 16, 24>(a, b);
  a += k[1], b += k[2] + 4;
  detail::rounds<13, 15, 26, 6>(a, b);
  return {a + k[2], b + k[0] + 5};
}

/// The key with number i of those that a key splits into.
constexpr Key subkey(const Key& key, uint64_t i) {
  return threefry(key, {static_cast<uint32_t>(i >> 32), static_cast<uint32_t>(i)});
}

/// Two random words as 32 or 64 bits.
template <class Bits>
constexpr Bits joined(const Key& words) {
  if constexpr (sizeof(Bits) == 4) return words[0] ^ words[1];
  return static_cast<Bits>(uint64_t{words[0]} << 32 | words[1]);
}

/// The random bits of a tensor's element i: 32 or 64 of them.
template <class Bits>
constexpr Bits random_bits(const Key& key, uint64_t i) {
  return joined<Bits>(subkey(key, i));
}

/// The same for so many elements from `first` on, at once: many times as fast. `first` is a multiple of it.
inline constexpr size_t kRandomBatch = 64;
void random_bits(const Key& key, uint64_t first, uint32_t* out);
void random_bits(const Key& key, uint64_t first, uint64_t* out);

/// Random numbers of one element, if it takes more than one.
class Stream {
 public:
  Stream(const Key& key, uint64_t element) : key_(subkey(key, element)) {}

  /// Uniform in (0, 1), never an end.
  double uniform() { return (static_cast<double>(random_bits<uint64_t>(key_, draws_++) >> 12) + 0.5) * 0x1p-52; }

 private:
  Key key_;
  uint64_t draws_ = 0;
};

}  // namespace keravino::kernels
