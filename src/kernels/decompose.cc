#include "kernels/decompose.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>

#include "keravino/error.h"

namespace keravino::kernels {
namespace {

void demand(bool condition, const char* what) {
  if (!condition) throw Error(what);
}

Matrices solve_triangle(const Matrices& in, bool lower) {
  const Matrix& a = in[0];
  demand((a.diagonal().array() != 0).all(), "it is singular");
  if (a.size() == 0) return {in[1]};
  if (lower) return {a.triangularView<Eigen::Lower>().solve(in[1])};
  return {a.triangularView<Eigen::Upper>().solve(in[1])};
}

/// Q of this many columns, and as many rows of R.
Matrices qr_of(const Matrix& x, int64_t columns) {
  Matrix q = Matrix::Identity(x.rows(), columns);
  if (x.size() == 0) return {q, Matrix::Zero(columns, x.cols())};
  const Eigen::HouseholderQR<Matrix> factors(x);
  q.applyOnTheLeft(factors.householderQ());
  return {q, factors.matrixQR().topRows(columns).triangularView<Eigen::Upper>()};
}

}  // namespace

Matrices cholesky(const Matrices& in) {
  const Eigen::LLT<Matrix> factors(in[0]);
  const Matrix l = factors.matrixL();
  // NaN passes Eigen's own check.
  demand(factors.info() == Eigen::Success && (l.diagonal().array() > 0).all(), "it is not positive definite");
  return {l};
}

Matrices lu(const Matrices& in) {
  Matrix factors = in[0];
  Eigen::Transpositions<Eigen::Dynamic> swaps(factors.cols());
  int count = 0;
  // PartialPivLU holds the same, but for square matrices only.
  if (factors.size() > 0) Eigen::internal::partial_lu_inplace(factors, swaps, count);
  Matrix pivots(1, std::min(factors.rows(), factors.cols()));
  for (int64_t i = 0; i < pivots.cols(); ++i) pivots(0, i) = static_cast<double>(swaps.coeff(i));
  return {factors, pivots};
}

Matrices solve(const Matrices& in) {
  if (in[0].size() == 0) return {in[1]};
  const Eigen::PartialPivLU<Matrix> factors(in[0]);
  demand((factors.matrixLU().diagonal().array() != 0).all(), "it is singular");
  return {factors.solve(in[1])};
}

Matrices solve_lower(const Matrices& in) { return solve_triangle(in, true); }
Matrices solve_upper(const Matrices& in) { return solve_triangle(in, false); }

Matrices qr(const Matrices& in) { return qr_of(in[0], std::min(in[0].rows(), in[0].cols())); }
Matrices qr_complete(const Matrices& in) { return qr_of(in[0], in[0].rows()); }

Matrices eigh(const Matrices& in) {
  const Matrix& x = in[0];
  if (x.size() == 0) return {Matrix(1, 0), x};
  demand(x.allFinite(), "it has infinite elements or NaN");
  const Eigen::SelfAdjointEigenSolver<Matrix> factors(x);
  demand(factors.info() == Eigen::Success, "the iteration for its eigenvalues does not converge");
  return {factors.eigenvalues().transpose(), factors.eigenvectors()};
}

Matrices eig(const Matrices& in) {
  const Matrix& x = in[0];
  // Rounding may give a symmetric matrix a complex pair that it does not have.
  if (x == x.transpose()) return eigh(in);
  demand(x.allFinite(), "it has infinite elements or NaN");
  const Eigen::EigenSolver<Matrix> factors(x);
  demand(factors.info() == Eigen::Success, "the iteration for its eigenvalues does not converge");
  if ((factors.eigenvalues().imag().array() != 0).any()) {
    throw Error(Error::Kind::unsupported, "it has complex eigenvalues, and there are no complex tensors");
  }
  return {factors.eigenvalues().real().transpose(), factors.eigenvectors().real()};
}

}  // namespace keravino::kernels
