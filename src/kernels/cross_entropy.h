// Cross-entropy of classes given by number, as nodes: no tensor of the size of the logits but their gradient is made.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// Inputs: logits (N, C) of f32 and labels (N) of i32. Outputs: -log softmax(logits)[label], (N), NaN where the label
/// is no class; and for the gradient, of each row, the largest logit m and 1 / sum(e^(logit - m)), (N, 2). Runs on the
/// CPU alone.
class CrossEntropy : public ov::op::Op {
 public:
  OPENVINO_OP("CrossEntropy", "keravino");

  CrossEntropy() = default;
  explicit CrossEntropy(const ov::OutputVector& inputs);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor&) override { return true; }
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;
};

/// Inputs: logits, labels, the gradient g (N) of the losses, and the second output of CrossEntropy. Output:
/// (softmax(logits) - one_hot(label)) * g.
class CrossEntropyGradient : public ov::op::Op {
 public:
  OPENVINO_OP("CrossEntropyGradient", "keravino");

  CrossEntropyGradient() = default;
  explicit CrossEntropyGradient(const ov::OutputVector& inputs);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor&) override { return true; }
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;
};

}  // namespace keravino::kernels
