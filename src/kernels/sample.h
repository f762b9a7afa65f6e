// Numbers of the common distributions out of random bits.
#pragma once

#include <numbers>

#include "kernels/philox.h"

namespace keravino::kernels {

inline uint64_t bits64(const Block& b, size_t i) { return uint64_t{b[2 * i + 1]} << 32 | b[2 * i]; }

/// Uniform in [0, 1): multiples of 2^-24, or of 2^-53 for double.
template <class T>
auto uniforms(const Block& b) {
  if constexpr (sizeof(T) == 4) {
    std::array<T, 4> u;
    for (size_t i = 0; i < 4; ++i) u[i] = static_cast<T>(b[i] >> 8) * T{0x1p-24};
    return u;
  } else {
    return std::array<T, 2>{static_cast<T>(bits64(b, 0) >> 11) * T{0x1p-53},
                            static_cast<T>(bits64(b, 1) >> 11) * T{0x1p-53}};
  }
}

/// Standard normals (Box and Muller). The radius takes all bits of its word, and never the logarithm of 0.
template <class T>
auto normals(const Block& b) {
  const auto pair = [](T u, T turn) {
    const T radius = std::sqrt(T{-2} * std::log(u));
    const T angle = 2 * std::numbers::pi_v<T> * turn;
    return std::array<T, 2>{radius * std::cos(angle), radius * std::sin(angle)};
  };
  if constexpr (sizeof(T) == 4) {
    const auto first = pair((static_cast<T>(b[0]) + T{0.5}) * T{0x1p-32}, static_cast<T>(b[1] >> 8) * T{0x1p-24});
    const auto second = pair((static_cast<T>(b[2]) + T{0.5}) * T{0x1p-32}, static_cast<T>(b[3] >> 8) * T{0x1p-24});
    return std::array<T, 4>{first[0], first[1], second[0], second[1]};
  } else {
    const auto u = uniforms<T>(b);
    return pair(1 - u[0], u[1]);
  }
}

/// The inverse of the error function for |x| <= 0.96: Giles's polynomial (2010), good to float's precision, and for
/// double one Halley step more.
template <class T>
T inverse_erf(T x) {
  const T w = -std::log((1 - x) * (1 + x)) - T{2.5};
  T y = static_cast<T>(2.81022636e-08);
  for (const double c : {3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164,
                         0.246640727, 1.50140941}) {
    y = y * w + static_cast<T>(c);
  }
  y *= x;
  if constexpr (sizeof(T) == 8) {
    const T error = (std::erf(y) - x) * std::sqrt(std::numbers::pi_v<T>) / 2 * std::exp(y * y);
    y -= error / (1 + y * error);
  }
  return y;
}

/// Standard normals within (-2, 2), by inversion: exact in distribution, one number for one number.
template <class T>
auto truncated_normals(const Block& b) {
  constexpr T kBound = static_cast<T>(0.95449973610364158560);  // erf(sqrt(2)): what lies within 2 deviations
  auto u = uniforms<T>(b);
  for (T& x : u) {
    const T centred = 2 * x - (1 - std::numeric_limits<T>::epsilon() / 2);  // odd multiples of 2^-24 (2^-53) in (-1, 1)
    x = std::clamp(std::numbers::sqrt2_v<T> * inverse_erf(kBound * centred), T{-2}, T{2});
  }
  return u;
}

/// An integer in [low, high); low if there is none. The bias of 64 bits over a range of r is r / 2^64.
template <class T>
T integer(Stream stream, T low, T high) {
  if (high <= low) return low;
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  const auto offset = static_cast<uint64_t>(static_cast<unsigned __int128>(stream.bits64()) * range >> 64);
  return static_cast<T>(static_cast<uint64_t>(low) + offset);
}

/// log of a gamma variate (Marsaglia and Tsang, 2000). In logarithms, because small shapes underflow.
double log_gamma_variate(Stream& stream, double alpha);
double gamma(Stream stream, double alpha);
double beta(Stream stream, double alpha, double beta);
/// Successes in `count` trials: by inversion for few expected ones, else by rejection (Hoermann's BTRS, 1993).
double binomial(Stream stream, double count, double p);

}  // namespace keravino::kernels
