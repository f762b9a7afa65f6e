// A tile of 8 x 8 numbers, transposed in vectors.
#pragma once

#include <cstddef>
#include <cstring>

namespace keravino::kernels {

namespace detail {

using Row = double __attribute__((vector_size(64)));

// What two rows exchange in each of three steps: single numbers, pairs, and fours.
[[gnu::always_inline]] inline void exchange_ones(Row& a, Row& b) {
  const Row first = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
  b = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
  a = first;
}
[[gnu::always_inline]] inline void exchange_pairs(Row& a, Row& b) {
  const Row first = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
  b = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
  a = first;
}
[[gnu::always_inline]] inline void exchange_fours(Row& a, Row& b) {
  const Row first = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
  b = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  a = first;
}

}  // namespace detail

inline constexpr size_t kTile = 8;

/// to[8 i + j] = from[8 j + i].
[[gnu::always_inline]] inline void transpose_tile(const double* from, double* to) {
  detail::Row rows[kTile];
  std::memcpy(rows, from, sizeof(rows));
  for (const size_t i : {0u, 2u, 4u, 6u}) detail::exchange_ones(rows[i], rows[i + 1]);
  for (const size_t i : {0u, 1u, 4u, 5u}) detail::exchange_pairs(rows[i], rows[i + 2]);
  for (const size_t i : {0u, 1u, 2u, 3u}) detail::exchange_fours(rows[i], rows[i + 4]);
  std::memcpy(to, rows, sizeof(rows));
}

}  // namespace keravino::kernels
