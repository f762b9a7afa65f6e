// Decompositions of one matrix, by LAPACK, in its own precision.
#pragma once

#include <cstdint>
#include <vector>

namespace keravino::kernels {

/// A matrix, row by row; a vector is one of one row.
template <class T>
struct Matrix {
  int rows = 0, columns = 0;
  std::vector<T> numbers{};

  Matrix(int m, int n) : rows(m), columns(n), numbers(static_cast<size_t>(m) * static_cast<size_t>(n)) {}
  T* row(int i) { return numbers.data() + static_cast<std::ptrdiff_t>(i) * columns; }
  const T* row(int i) const { return numbers.data() + static_cast<std::ptrdiff_t>(i) * columns; }
};
template <class T>
using Matrices = std::vector<Matrix<T>>;

// The routines of kernels/linalg.h, of float and double. Error says what is wrong with the matrix.
template <class T>
Matrices<T> cholesky(Matrices<T> in);
template <class T>
Matrices<T> lu(Matrices<T> in);
template <class T>
Matrices<T> solve(Matrices<T> in);
template <class T>
Matrices<T> solve_lower(Matrices<T> in);
template <class T>
Matrices<T> solve_upper(Matrices<T> in);
template <class T>
Matrices<T> qr(Matrices<T> in);
template <class T>
Matrices<T> qr_complete(Matrices<T> in);
template <class T>
Matrices<T> svd(Matrices<T> in);
template <class T>
Matrices<T> svd_complete(Matrices<T> in);
template <class T>
Matrices<T> singular_values(Matrices<T> in);
template <class T>
Matrices<T> eigh(Matrices<T> in);
template <class T>
Matrices<T> eig(Matrices<T> in);

}  // namespace keravino::kernels
