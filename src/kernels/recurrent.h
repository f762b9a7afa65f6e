// Whole recurrent layers as nodes, forward for training and backward: products by oneDNN's gemm, those of all steps in
// one where no step waits for the one before.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

enum class Cell : int64_t { lstm, gru };  // the GRU that resets after the product, Keras's default

/// Inputs, f32 and of static shape: x (N, T, I), the first state h (N, H), of an LSTM also c (N, H), kernel (I, G * H),
/// recurrent kernel (H, G * H) and bias, (4 * H) of an LSTM and (2, 3 * H) of a GRU; gates in Keras's order. Outputs:
/// y (N, T, H), the last h, of an LSTM also c, and for the backward node (N, T, G * H + H): the gates, and c of an LSTM
/// or the candidate's recurrent part of a GRU. Runs on the CPU alone.
class Recurrent : public ov::op::Op {
 public:
  OPENVINO_OP("Recurrent", "keravino");

  /// `parts`: of the batch, which threads work on side by side.
  Recurrent(const ov::OutputVector& inputs, Cell cell, size_t parts);

  /// Whether this build has oneDNN.
  static bool available();

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  Cell cell() const { return cell_; }
  size_t parts() const { return parts_; }

 private:
  Cell cell_;
  size_t parts_;
};

/// Inputs: those of Recurrent, its outputs, and the gradients of all its outputs but the last. Outputs: the gradients
/// of all inputs of Recurrent.
class RecurrentGradient : public ov::op::Op {
 public:
  OPENVINO_OP("RecurrentGradient", "keravino");

  RecurrentGradient(const ov::OutputVector& inputs, Cell cell, size_t parts);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  Cell cell_;
  size_t parts_;
};

}  // namespace keravino::kernels
