#include "kernels/hash.h"

#include <bit>
#include <cstring>
#include <utility>

namespace keravino::kernels {
namespace {

static_assert(std::endian::native == std::endian::little, "words are taken from text as they are");

// FarmHash's constants: primes between 2^63 and 2^64.
constexpr uint64_t kPrimes[] = {0xc3a5c85c97cb3127, 0xb492b66fbe98f273, 0x9ae16a3b2f90404f};

template <class T>
uint64_t word(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
uint64_t word64(const char* at) { return word<uint64_t>(at); }
uint64_t right(uint64_t x, int bits) { return std::rotr(x, bits); }
uint64_t folded(uint64_t x) { return x ^ (x >> 47); }

/// Murmur's way to make one word of two.
uint64_t mixed(uint64_t a, uint64_t b, uint64_t factor) {
  const uint64_t c = folded((a ^ b) * factor);
  return folded((b ^ c) * factor) * factor;
}

uint64_t up_to_16(std::string_view text) {
  const char* s = text.data();
  const size_t size = text.size();
  const uint64_t factor = kPrimes[2] + size * 2;
  if (size >= 8) {
    const uint64_t a = word64(s) + kPrimes[2], b = word64(s + size - 8);
    return mixed(right(b, 37) * factor + a, (right(a, 25) + b) * factor, factor);
  }
  if (size >= 4) return mixed(size + (word<uint32_t>(s) << 3), word<uint32_t>(s + size - 4), factor);
  if (size == 0) return kPrimes[2];
  const uint64_t first = word<uint8_t>(s), middle = word<uint8_t>(s + size / 2), last = word<uint8_t>(s + size - 1);
  return folded((first + (middle << 8)) * kPrimes[2] ^ (size + (last << 2)) * kPrimes[0]) * kPrimes[2];
}

/// What texts of 17 to 64 bytes begin with: sums of the first and the last 16 bytes.
struct Ends {
  Ends(std::string_view text, uint64_t prime)
      : factor(kPrimes[2] + text.size() * 2),
        a(word64(text.data()) * prime),
        b(word64(text.data() + 8)),
        c(word64(text.data() + text.size() - 8) * factor),
        d(word64(text.data() + text.size() - 16) * kPrimes[2]),
        first(right(a + b, 43) + right(c, 30) + d),
        second(a + right(b + kPrimes[2], 18) + c) {}
  uint64_t factor, a, b, c, d, first, second;
};

uint64_t up_to_32(std::string_view text) {
  const Ends ends(text, kPrimes[1]);
  return mixed(ends.first, ends.second, ends.factor);
}

uint64_t up_to_64(std::string_view text) {
  const char* s = text.data();
  const Ends ends(text, kPrimes[2]);
  const uint64_t z = mixed(ends.first, ends.second, ends.factor);
  const uint64_t e = word64(s + 16) * ends.factor, f = word64(s + 24);
  const uint64_t g = (ends.first + word64(s + text.size() - 32)) * ends.factor;
  const uint64_t h = (z + word64(s + text.size() - 24)) * ends.factor;
  return mixed(right(e + f, 43) + right(g, 30) + h, e + right(f + ends.a, 18) + g, ends.factor);
}

using Pair = std::pair<uint64_t, uint64_t>;

/// Two words of 32 bytes.
Pair weak(const char* s, uint64_t a, uint64_t b) {
  a += word64(s);
  const uint64_t sum = a + word64(s + 8) + word64(s + 16), last = word64(s + 24);
  return {sum + last, right(b + a + last, 21) + right(sum, 44) + a};
}

/// The state of long texts, which takes in 64 bytes at a time.
struct State {
  uint64_t x, y, z;
  Pair v{0, 0}, w{0, 0};

  void take(const char* s, uint64_t factor, uint64_t weight) {
    x = right(x + y + v.first + word64(s + 8), 37) * factor;
    y = right(y + v.second + word64(s + 48), 42) * factor;
    x ^= w.second * weight;
    y += v.first * weight + word64(s + 40);
    z = right(z + w.first, 33) * factor;
    v = weak(s, v.second * factor, x + w.first);
    w = weak(s + 32, z + w.second, y + word64(s + 16));
    std::swap(z, x);
  }
};

uint64_t of_long(std::string_view text) {
  constexpr uint64_t kSeed = 81;
  const char* s = text.data();
  const uint64_t y = kSeed * kPrimes[1] + 113;
  State state{kSeed * kPrimes[2] + word64(s), y, folded(y * kPrimes[2] + 113) * kPrimes[2]};
  const size_t rest = (text.size() - 1) & 63;
  const char* end = s + (text.size() - 1 - rest);
  for (; s != end; s += 64) state.take(s, kPrimes[1], 1);
  const uint64_t factor = kPrimes[1] + ((state.z & 0xff) << 1);
  state.w.first += rest;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.take(text.data() + text.size() - 64, factor, 9);
  return mixed(mixed(state.v.first, state.w.first, factor) + folded(state.y) * kPrimes[0] + state.z,
               mixed(state.v.second, state.w.second, factor) + state.x, factor);
}

}  // namespace

uint64_t fingerprint(std::string_view text) {
  if (text.size() <= 16) return up_to_16(text);
  if (text.size() <= 32) return up_to_32(text);
  return text.size() <= 64 ? up_to_64(text) : of_long(text);
}

uint64_t joined_fingerprints(uint64_t first, uint64_t second) {
  constexpr uint64_t kFactor = 0xc6a4a7935bd1e995;  // Murmur's
  const uint64_t joined = ((first ^ kFactor) ^ (folded(second * kFactor) * kFactor)) * kFactor;
  return folded(folded(joined) * kFactor);
}

uint64_t siphash(std::string_view text, std::array<uint64_t, 2> key) {
  uint64_t v[] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                  key[1] ^ 0x7465646279746573};
  const auto half = [&](size_t a, size_t b, int bits) {
    v[a] += v[b];
    v[b] = std::rotl(v[b], bits) ^ v[a];
  };
  const auto rounds = [&](int count) {
    for (; count > 0; --count) {
      half(0, 1, 13);
      v[0] = std::rotl(v[0], 32);
      half(2, 3, 16);
      half(0, 3, 21);
      half(2, 1, 17);
      v[2] = std::rotl(v[2], 32);
    }
  };
  const auto take = [&](uint64_t m) {
    v[3] ^= m;
    rounds(2);
    v[0] ^= m;
  };
  const char* s = text.data();
  size_t left = text.size();
  for (; left >= 8; s += 8, left -= 8) take(word64(s));
  uint64_t last = uint64_t{text.size()} << 56;
  std::memcpy(&last, s, left);  // fewer than 8: the length stays
  take(last);
  v[2] ^= 0xff;
  rounds(4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

}  // namespace keravino::kernels
