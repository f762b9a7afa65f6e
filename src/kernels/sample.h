// Numbers of the common distributions out of random bits, as jax makes them of the same bits.
#pragma once

#include <bit>
#include <numbers>
#include <type_traits>

#include "kernels/inverse_erf.h"
#include "kernels/threefry.h"

namespace keravino::kernels {

/// The bits that a number takes.
template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

/// Uniform in [low, high): the leading bits are the fraction of a number in [1, 2). What rounds up to `high` becomes
/// `low`.
template <class T>
T uniform(Bits<T> bits, T low = 0, T high = 1) {
  constexpr int kExponentBits = 8 * sizeof(T) - std::numeric_limits<T>::digits + 1;
  const T u = std::bit_cast<T>(bits >> kExponentBits | std::bit_cast<Bits<T>>(T{1})) - 1;
  const T x = u * (high - low) + low;
  return x < high ? x : low;
}

/// Standard normal, by inversion: one number for one number.
template <class T>
T normal(Bits<T> bits) {
  constexpr T kLeast = std::numeric_limits<T>::epsilon() / 2 - 1;  // the number next to -1
  return static_cast<T>(std::numbers::sqrt2 * inverse_erf(uniform<T>(bits, kLeast, 1)));
}

/// Standard normal within (-2, 2).
template <class T>
T truncated_normal(Bits<T> bits) {
  constexpr T kInside = static_cast<T>(0.95449973610364158560);  // erf(sqrt(2)): what lies within 2 deviations
  constexpr T kMost = 2 - std::numeric_limits<T>::epsilon();     // the number next to 2
  return std::clamp(static_cast<T>(std::numbers::sqrt2 * inverse_erf(uniform<T>(bits, -kInside, kInside))), -kMost,
                    kMost);
}

/// Integers in [low, high); low if there is none. The remainder of twice as many bits as T has.
template <class T>
class Integers {
 public:
  explicit Integers(const Key& key) : high_(subkey(key, 0)), low_(subkey(key, 1)) {}

  T draw(uint64_t i, T low, T high) const {
    if (high <= low) return low;
    const U span = static_cast<U>(high) - static_cast<U>(low);
    const U half = (U{1} << 4 * sizeof(U)) % span, multiplier = half * half % span;
    const U offset = (random_bits<U>(high_, i) % span * multiplier + random_bits<U>(low_, i) % span) % span;
    return static_cast<T>(static_cast<U>(low) + offset);
  }

 private:
  using U = std::make_unsigned_t<T>;
  Key high_, low_;
};

/// Gamma variates of scale 1 (Marsaglia and Tsang, 2000), for one element's key, and their logarithms, because small
/// shapes underflow.
template <class T>
T gamma(const Key& key, T alpha);
template <class T>
T log_gamma_variate(const Key& key, T alpha);

/// Successes in `count` trials: by inversion for few expected ones, else by rejection (Hoermann's BTRS, 1993).
/// Not jax's numbers: there one element's number depends on all others'.
double binomial(Stream stream, double count, double p);

}  // namespace keravino::kernels
