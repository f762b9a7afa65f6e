// Decompositions of one matrix, by Eigen. Always in float64: float32 results are then right to their last digit or two.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace keravino::kernels {

/// A matrix; a vector is one of one row.
using Matrix = Eigen::MatrixXd;
using Matrices = std::vector<Matrix>;

// The routines of kernels/linalg.h. Error says what is wrong with the matrix.
Matrices cholesky(const Matrices& in);
Matrices lu(const Matrices& in);
Matrices solve(const Matrices& in);
Matrices solve_lower(const Matrices& in);
Matrices solve_upper(const Matrices& in);
Matrices qr(const Matrices& in);
Matrices qr_complete(const Matrices& in);
Matrices svd(const Matrices& in);
Matrices svd_complete(const Matrices& in);
Matrices singular_values(const Matrices& in);
Matrices eigh(const Matrices& in);
Matrices eig(const Matrices& in);

}  // namespace keravino::kernels
