// Decompositions of matrices and what is made of them. Matrices are the last two axes; others are a batch. Integers
// become Keras's default float; halves are computed in float32. Outside of a traced graph the numbers are computed at
// once, so that a matrix that has none is an error of the call; in a traced graph it is one of its run.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// The triangle L with L L^T = x (U with U^T U = x). Error when x is not positive definite.
Tensor cholesky(Tensor x, bool upper = false);
/// The inverse of L L^T (U^T U) from the factor of `cholesky`. Error when it is singular.
Tensor cholesky_inverse(Tensor x, bool upper = false);
/// The determinant.
Tensor det(Tensor x);
/// Eigenvalues (..., M) and eigenvectors (..., M, M) as columns. Error when an eigenvalue is complex.
std::pair<Tensor, Tensor> eig(Tensor x);
/// The same of symmetric matrices, whose lower triangle is read; eigenvalues rise.
std::pair<Tensor, Tensor> eigh(Tensor x);
/// The inverse. Error when it is singular.
Tensor inv(Tensor x);
/// L (below the diagonal, with ones on it) and U in one matrix, and the row that each row was swapped with.
std::pair<Tensor, Tensor> lu_factor(Tensor x);
/// Orthogonal Q and upper triangular R with Q R = x; mode is "reduced" or "complete".
std::pair<Tensor, Tensor> qr(Tensor x, std::string mode = "reduced");
/// x with a x = b; b is (..., M, N) or (..., M). Error when a is singular.
Tensor solve(Tensor a, Tensor b);
/// The same for the lower or upper triangle of a.
Tensor solve_triangular(Tensor a, Tensor b, bool lower = false);
/// U, singular values (falling) and V^T; of singular values alone without `compute_uv`.
std::vector<Tensor> svd(Tensor x, bool full_matrices = true, bool compute_uv = true);
/// The x of least norm that minimises |a x - b|. Singular values up to rcond times the greatest count as 0.
Tensor lstsq(Tensor a, Tensor b, std::optional<double> rcond = std::nullopt);
/// How many singular values exceed `tol`, as int32.
Tensor matrix_rank(Tensor x, Tensor tol = {});
/// The pseudoinverse. Singular values up to rcond times the greatest count as 0.
Tensor pinv(Tensor x, Tensor rcond = {});
/// The sign of the determinant, and the logarithm of its size.
std::pair<Tensor, Tensor> slogdet(Tensor x);
/// The logarithm of the determinant; NaN if that is negative.
Tensor logdet(Tensor x);

}  // namespace keravino::ops
