#include "kernels/decompose.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "keravino/error.h"

namespace keravino::kernels {
namespace {

// LAPACK's routine for a type, on matrices that lie row by row.
#define KERAVINO_LAPACK(name)                                  \
  template <class T, class... Args>                            \
  lapack_int name(Args... args) {                              \
    if constexpr (std::is_same_v<T, float>)                    \
      return scipy_LAPACKE_s##name(LAPACK_ROW_MAJOR, args...); \
    else                                                       \
      return scipy_LAPACKE_d##name(LAPACK_ROW_MAJOR, args...); \
  }
KERAVINO_LAPACK(potrf)
KERAVINO_LAPACK(getrf)
KERAVINO_LAPACK(gesv)
KERAVINO_LAPACK(trtrs)
KERAVINO_LAPACK(geqrf)
KERAVINO_LAPACK(orgqr)
KERAVINO_LAPACK(gesdd)
KERAVINO_LAPACK(syevd)
KERAVINO_LAPACK(geev)
#undef KERAVINO_LAPACK

void demand(bool condition, const char* what) {
  if (!condition) throw Error(what);
}

/// LAPACKE looks for NaN by itself and refuses it; what NaN means is decided here.
[[maybe_unused]] const bool g_nan_is_ours = (scipy_LAPACKE_set_nancheck(0), true);

template <class T>
void demand_finite(const Matrix<T>& x) {
  demand(std::all_of(x.numbers.begin(), x.numbers.end(), [](T number) { return std::isfinite(number); }),
         "it has infinite elements or NaN");
}

template <class T>
Matrix<T> identity(int rows, int columns) {
  Matrix<T> out(rows, columns);
  for (int i = 0; i < std::min(rows, columns); ++i) out.row(i)[i] = 1;
  return out;
}

/// The first rows of the upper triangle.
template <class T>
Matrix<T> upper(const Matrix<T>& x, int rows) {
  Matrix<T> out(rows, x.columns);
  for (int i = 0; i < std::min(rows, std::min(x.rows, x.columns)); ++i) {
    std::copy(x.row(i) + i, x.row(i) + x.columns, out.row(i) + i);
  }
  return out;
}

template <class T>
Matrices<T> solve_triangle(Matrices<T> in, char triangle) {
  Matrix<T>&a = in[0], &b = in[1];
  for (int i = 0; i < a.rows; ++i) demand(a.row(i)[i] != 0, "it is singular");
  if (!b.numbers.empty()) {
    trtrs<T>(triangle, 'N', 'N', a.rows, b.columns, a.row(0), a.columns, b.row(0), b.columns);
  }
  return {std::move(b)};
}

/// Q of this many columns, and as many rows of R.
template <class T>
Matrices<T> qr_of(Matrix<T> x, int columns) {
  if (x.numbers.empty()) return {identity<T>(x.rows, columns), Matrix<T>(columns, x.columns)};
  const int reflections = std::min(x.rows, x.columns);
  std::vector<T> scales(static_cast<size_t>(reflections));
  geqrf<T>(x.rows, x.columns, x.row(0), x.columns, scales.data());
  Matrix<T> q(x.rows, columns);
  for (int i = 0; i < x.rows; ++i) std::copy_n(x.row(i), reflections, q.row(i));
  orgqr<T>(q.rows, q.columns, reflections, q.row(0), q.columns, scales.data());
  return {std::move(q), upper(x, columns)};
}

/// U of this many columns, singular values, V^T of that many rows; `job` is LAPACK's word for how many.
template <class T>
Matrices<T> svd_of(Matrix<T> x, char job, int u_columns, int v_rows) {
  demand_finite(x);
  Matrices<T> out{{x.rows, u_columns}, {1, std::min(x.rows, x.columns)}, {v_rows, x.columns}};
  const int info = gesdd<T>(job, x.rows, x.columns, x.row(0), x.columns, out[1].row(0), out[0].row(0),
                            std::max(u_columns, 1), out[2].row(0), x.columns);
  demand(info == 0, "the iteration for its singular values does not converge");
  return out;
}

}  // namespace

template <class T>
Matrices<T> cholesky(Matrices<T> in) {
  Matrix<T>& x = in[0];
  if (x.numbers.empty()) return in;
  bool positive = potrf<T>('L', x.rows, x.row(0), x.columns) == 0;
  for (int i = 0; i < x.rows; ++i) {
    positive = positive && x.row(i)[i] > 0;  // not NaN
    std::fill(x.row(i) + i + 1, x.row(i) + x.columns, T(0));
  }
  demand(positive, "it is not positive definite");
  return in;
}

template <class T>
Matrices<T> lu(Matrices<T> in) {
  Matrix<T>& x = in[0];
  Matrix<T> pivots(1, std::min(x.rows, x.columns));
  std::vector<lapack_int> swaps(pivots.numbers.size());
  if (!x.numbers.empty()) getrf<T>(x.rows, x.columns, x.row(0), x.columns, swaps.data());
  std::transform(swaps.begin(), swaps.end(), pivots.row(0), [](lapack_int row) { return static_cast<T>(row - 1); });
  Matrix<T> order(1, x.rows);
  std::iota(order.numbers.begin(), order.numbers.end(), T(0));
  for (size_t i = 0; i < swaps.size(); ++i)
    std::swap(order.numbers[i], order.numbers[static_cast<size_t>(swaps[i] - 1)]);
  in.push_back(std::move(pivots));
  in.push_back(std::move(order));
  return in;
}

template <class T>
Matrices<T> solve(Matrices<T> in) {
  Matrix<T>&a = in[0], &b = in[1];
  if (b.numbers.empty()) return {std::move(b)};
  std::vector<lapack_int> swaps(static_cast<size_t>(a.rows));
  const int info = gesv<T>(a.rows, b.columns, a.row(0), a.columns, swaps.data(), b.row(0), b.columns);
  demand(info == 0, "it is singular");
  return {std::move(b)};
}

template <class T>
Matrices<T> solve_lower(Matrices<T> in) {
  return solve_triangle(std::move(in), 'L');
}
template <class T>
Matrices<T> solve_upper(Matrices<T> in) {
  return solve_triangle(std::move(in), 'U');
}

template <class T>
Matrices<T> qr(Matrices<T> in) {
  return qr_of(in[0], std::min(in[0].rows, in[0].columns));
}
template <class T>
Matrices<T> qr_complete(Matrices<T> in) {
  return qr_of(in[0], in[0].rows);
}

template <class T>
Matrices<T> svd(Matrices<T> in) {
  const Matrix<T>& x = in[0];
  if (x.numbers.empty()) return {{x.rows, 0}, {1, 0}, {0, x.columns}};
  const int least = std::min(x.rows, x.columns);
  return svd_of(x, 'S', least, least);
}
template <class T>
Matrices<T> svd_complete(Matrices<T> in) {
  const Matrix<T>& x = in[0];
  if (x.numbers.empty()) return {identity<T>(x.rows, x.rows), {1, 0}, identity<T>(x.columns, x.columns)};
  return svd_of(x, 'A', x.rows, x.columns);
}
template <class T>
Matrices<T> singular_values(Matrices<T> in) {
  if (in[0].numbers.empty()) return {{1, 0}};
  return {svd_of(in[0], 'N', 0, 0)[1]};
}

template <class T>
Matrices<T> eigh(Matrices<T> in) {
  Matrix<T>& x = in[0];
  Matrix<T> values(1, x.rows);
  if (x.numbers.empty()) return {values, x};
  demand_finite(x);
  const int info = syevd<T>('V', 'L', x.rows, x.row(0), x.columns, values.row(0));
  demand(info == 0, "the iteration for its eigenvalues does not converge");
  return {std::move(values), std::move(x)};
}

template <class T>
Matrices<T> eig(Matrices<T> in) {
  Matrix<T>& x = in[0];
  bool symmetric = true;
  for (int i = 0; i < x.rows; ++i) {
    for (int j = 0; j < i; ++j) symmetric = symmetric && x.row(i)[j] == x.row(j)[i];
  }
  // Rounding may give a symmetric matrix a complex pair that it does not have.
  if (symmetric) return eigh(std::move(in));
  demand_finite(x);
  Matrix<T> values(1, x.rows), imaginary(1, x.rows), vectors(x.rows, x.rows), left(0, 0);
  const int info = geev<T>('N', 'V', x.rows, x.row(0), x.columns, values.row(0), imaginary.row(0), left.row(0), x.rows,
                           vectors.row(0), x.rows);
  demand(info == 0, "the iteration for its eigenvalues does not converge");
  if (std::any_of(imaginary.numbers.begin(), imaginary.numbers.end(), [](T number) { return number != 0; })) {
    throw Error(Error::Kind::unsupported, "it has complex eigenvalues, and there are no complex tensors");
  }
  return {std::move(values), std::move(vectors)};
}

#define KERAVINO_OF_BOTH(name)                           \
  template Matrices<float> name<float>(Matrices<float>); \
  template Matrices<double> name<double>(Matrices<double>);
KERAVINO_OF_BOTH(cholesky)
KERAVINO_OF_BOTH(lu)
KERAVINO_OF_BOTH(solve)
KERAVINO_OF_BOTH(solve_lower)
KERAVINO_OF_BOTH(solve_upper)
KERAVINO_OF_BOTH(qr)
KERAVINO_OF_BOTH(qr_complete)
KERAVINO_OF_BOTH(svd)
KERAVINO_OF_BOTH(svd_complete)
KERAVINO_OF_BOTH(singular_values)
KERAVINO_OF_BOTH(eigh)
KERAVINO_OF_BOTH(eig)
#undef KERAVINO_OF_BOTH

}  // namespace keravino::kernels
