// e^x in loops, where the library's function would be called for each element.
#pragma once

#include <bit>
#include <cstdint>
#include <numbers>
#include <type_traits>

namespace keravino::engine {

/// e^x with a relative error below 1e-11, or 2e-7 in float32; a loop of it is vectorised. Zero where the result is
/// below the least normal number; beyond the largest, that of a number next to it; NaN stays NaN.
template <class T>
[[gnu::always_inline]] inline T exponential(T x) {
  constexpr bool kWide = std::is_same_v<T, double>;
  using Bits = std::conditional_t<kWide, int64_t, int32_t>;
  constexpr T kRounder = kWide ? T(0x1.8p52) : T(0x1.8p23);  // a sum with it has the nearest integer in its lowest bits
  constexpr T kLeast = kWide ? -708 : -87, kMost = kWide ? 709 : 88;
  constexpr T kHigh = T(0x1.62ep-1), kLow = T(std::numbers::ln2 - 0x1.62ep-1);  // ln(2): k kHigh has no rounding
  const T within = x < kLeast ? kLeast : x > kMost ? kMost : x;
  const T shifted = within * std::numbers::log2e_v<T> + kRounder, k = shifted - kRounder;
  const T r = (within - k * kHigh) - k * kLow;  // at most ln(2) / 2, where Taylor's series is short
  T sum = kWide ? (T(1) / 362880 * r + T(1) / 40320) * r + T(1) / 5040 : T(1) / 5040;
  sum = ((((((sum * r + T(1) / 720) * r + T(1) / 120) * r + T(1) / 24) * r + T(1) / 6) * r + T(0.5)) * r + 1) * r + 1;
  const Bits power = (std::bit_cast<Bits>(shifted) + (kWide ? 1023 : 127)) << (kWide ? 52 : 23);
  return x < kLeast ? 0 : sum * std::bit_cast<T>(power);
}

}  // namespace keravino::engine
