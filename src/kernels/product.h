// Products of training as nodes: of matrices that both change from step to step, by oneDNN's gemm. The plugin's own
// product reorders such a matrix apart from computing with it, and takes 5 to 25 % longer.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// x (..., K) times weights (K, N), or (N, K) transposed: (..., N). With `transpose_x` x is a matrix (K, M), and the
/// result (M, N). f32 and static shapes. More inputs are not read, only waited for. Runs on the CPU alone.
class Product : public ov::op::Op {
 public:
  OPENVINO_OP("TrainingProduct", "keravino");

  Product(const ov::OutputVector& inputs, bool transpose_x, bool transpose_weights);

  /// Whether this build has oneDNN.
  static bool available();

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  bool transpose_x_, transpose_weights_;
};

}  // namespace keravino::kernels
