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

/// Uniform in [0, 1): the leading bits are the fraction of a number in [1, 2).
template <class T>
T uniform(Bits<T> bits) {
  constexpr int kExponentBits = 8 * sizeof(T) - std::numeric_limits<T>::digits + 1;
  return std::bit_cast<T>(bits >> kExponentBits | std::bit_cast<Bits<T>>(T{1})) - 1;
}

/// A number of [0, 1) as one of [low, high). What rounds up to `high` becomes `low`.
template <class T>
T between(T u, T low, T high) {
  const T x = u * (high - low) + low;
  return x < high ? x : low;
}

/// sqrt(2) erf^-1 of numbers in (-1, 1) is standard normal: one number for one number. It may cut off the ends.
template <class T>
struct Inversion {
  T low, high, most;  // numbers are drawn from [low, high), and results lie within [-most, most]

  void operator()(const Bits<T>* bits, T* out, size_t n) const {
    std::array<double, kRandomBatch> results;
    for (size_t i = 0; i < n; ++i) out[i] = between(uniform<T>(bits[i]), low, high);
    inverse_erf(out, results.data(), n);
    for (size_t i = 0; i < n; ++i) out[i] = std::clamp(static_cast<T>(std::numbers::sqrt2 * results[i]), -most, most);
  }
};

/// Standard normal.
template <class T>
constexpr Inversion<T> kNormal{std::numeric_limits<T>::epsilon() / 2 - 1, 1, std::numeric_limits<T>::max()};

/// Standard normal within (-2, 2): erf(sqrt(2)) of all.
template <class T>
constexpr Inversion<T> kTruncatedNormal{static_cast<T>(-0.95449973610364158560), static_cast<T>(0.95449973610364158560),
                                        2 - std::numeric_limits<T>::epsilon()};

/// Integers in [low, high), or low if there is none: the remainders of twice as many bits as they have.
template <class T>
class Integers {
  using U = std::make_unsigned_t<T>;

 public:
  Integers(T low, T high)
      : low_(static_cast<U>(low)),
        span_(high > low ? static_cast<U>(high) - low_ : 1),
        factor_(half() * half() % span_) {}

  T operator()(U more, U less) const { return static_cast<T>(low_ + (more % span_ * factor_ + less % span_) % span_); }

 private:
  U half() const { return (U{1} << 4 * sizeof(U)) % span_; }

  U low_, span_, factor_;
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
