// Convolutions of inference by Winograd, as nodes.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// A convolution of stride 1 with 3 x 3 windows of channels-last x (N, H, W, inputs), f32: the result between `low` and
/// `high` (NaN stays NaN), by Winograd's F(4 x 4, 3 x 3). Runs on the CPU alone.
class Winograd : public ov::op::Op {
 public:
  OPENVINO_OP("Winograd", "keravino");

  /// What it multiplies with and adds, prepared once for all copies of a node.
  struct Operands;
  /// `weights` of shape (outputs, inputs, 3, 3), each output's times its `scale`; `bias` for each output.
  static std::shared_ptr<const Operands> operands(const float* weights, const ov::Shape& shape,
                                                  const std::vector<double>& scale, const std::vector<double>& bias);

  Winograd(const ov::Output<ov::Node>& x, std::shared_ptr<const Operands> operands, ov::CoordinateDiff begin,
           ov::CoordinateDiff end, float low, float high);

  /// Whether it is fast here: with oneDNN, on a CPU with AVX2.
  static bool available();

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  std::shared_ptr<const Operands> operands_;
  ov::CoordinateDiff begin_, end_;  // padding
  float low_, high_;
};

}  // namespace keravino::kernels
