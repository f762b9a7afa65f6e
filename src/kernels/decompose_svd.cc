// Apart from the other routines: Eigen's SVD takes long to compile.
#include <Eigen/SVD>

#include "keravino/error.h"
#include "kernels/decompose.h"

namespace keravino::kernels {
namespace {

/// U, singular values, V^T; the first and last of no columns and rows without an option for them.
Matrices svd_by(const Matrix& x, unsigned options) {
  if (!x.allFinite()) throw Error("it has infinite elements or NaN");
  const Eigen::BDCSVD<Matrix> factors(x, options);
  if (factors.info() != Eigen::Success) throw Error("the iteration for its singular values does not converge");
  Matrices out{{}, factors.singularValues().transpose(), {}};
  if (options != 0) {
    out[0] = factors.matrixU();
    out[2] = factors.matrixV().transpose();
  }
  return out;
}

}  // namespace

Matrices svd(const Matrices& in) {
  const Matrix& x = in[0];
  if (x.size() == 0) return {Matrix(x.rows(), 0), Matrix(1, 0), Matrix(0, x.cols())};
  return svd_by(x, Eigen::ComputeThinU | Eigen::ComputeThinV);
}

Matrices svd_complete(const Matrices& in) {
  const Matrix& x = in[0];
  if (x.size() == 0) return {Matrix::Identity(x.rows(), x.rows()), Matrix(1, 0), Matrix::Identity(x.cols(), x.cols())};
  return svd_by(x, Eigen::ComputeFullU | Eigen::ComputeFullV);
}

Matrices singular_values(const Matrices& in) {
  if (in[0].size() == 0) return {Matrix(1, 0)};
  return {svd_by(in[0], 0)[1]};
}

}  // namespace keravino::kernels
