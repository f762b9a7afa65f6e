// Decompositions of matrices as a node: the opset has none.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// What a Linalg node computes of each matrix (..., m, n) of its input, k = min(m, n). Only the lower triangle of a
/// symmetric matrix is read.
enum class Routine {
  cholesky,         ///< (m, m): L with L L^T = x. Error when x is not positive definite
  lu,               ///< (m, n), (k), (m): L below the diagonal and U, the row that each row was swapped with, and the
                    ///< row of x that each row of L U is
  solve,            ///< a (m, m), b (m, n) -> (m, n). Error when a is singular
  solve_lower,      ///< the same for the lower triangle of a
  solve_upper,      ///< and for the upper one
  qr,               ///< (m, k), (k, n)
  qr_complete,      ///< (m, m), (m, n)
  svd,              ///< (m, k), (k), (k, n): U, falling singular values, V^T
  svd_complete,     ///< (m, m), (k), (n, n)
  singular_values,  ///< (k)
  eigh,             ///< (m), (m, m): rising eigenvalues of a symmetric matrix, eigenvectors as columns
  eig,              ///< the same for any matrix, in no order. Error when an eigenvalue is complex
};

/// Inputs and outputs of f32 or f64, with the same leading dimensions, which may be dynamic as all others; or b is one
/// matrix for all of them.
class Linalg : public ov::op::Op {
 public:
  OPENVINO_OP("Linalg", "keravino");

  Linalg() = default;
  Linalg(const ov::OutputVector& inputs, Routine routine);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  /// An error belongs to the run of a graph, not to its compilation.
  bool can_constant_fold(const ov::OutputVector&) const override { return false; }
  /// Error when a matrix has no such decomposition; the message counts the matrices from 0.
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  Routine routine() const { return routine_; }

 private:
  Routine routine_ = Routine::cholesky;
};

}  // namespace keravino::kernels
