// Rows of neighbouring floats reduced in so many parts side by side, which the compiler turns into vectors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace keravino::engine {

inline constexpr size_t kRowParts = 32;

/// The largest of n numbers; minus infinity of none.
[[gnu::always_inline]] inline float largest(const float* x, size_t n) {
  const size_t whole = n / kRowParts * kRowParts;
  float most[kRowParts];
  std::fill_n(most, kRowParts, -std::numeric_limits<float>::infinity());
  for (size_t i = 0; i < whole; i += kRowParts) {
    for (size_t k = 0; k < kRowParts; ++k) most[k] = x[i + k] > most[k] ? x[i + k] : most[k];
  }
  for (size_t i = whole; i < n; ++i) most[0] = x[i] > most[0] ? x[i] : most[0];
  return *std::max_element(most, most + kRowParts);
}

/// The sum of f(x) of n numbers, in double.
template <class F>
[[gnu::always_inline]] inline double sum_of(const float* x, size_t n, F f) {
  const size_t whole = n / kRowParts * kRowParts;
  double sums[kRowParts] = {};
  for (size_t i = 0; i < whole; i += kRowParts) {
    for (size_t k = 0; k < kRowParts; ++k) sums[k] += static_cast<double>(f(x[i + k]));
  }
  for (size_t i = whole; i < n; ++i) sums[0] += static_cast<double>(f(x[i]));
  return std::accumulate(sums, sums + kRowParts, 0.0);
}

}  // namespace keravino::engine
