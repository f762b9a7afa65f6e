// Connectionist temporal classification as nodes: sums over, and searches of, all ways to read a sequence of labels.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// -log of the probability of each batch's labels (Graves et al., 2006). Inputs: logits (N, T, C) of f32 or f64, labels
/// (N, L), label and logit lengths (N), of integers. Output (N); infinite where the labels do not fit into the time.
class CtcLoss : public ov::op::Op {
 public:
  OPENVINO_OP("CtcLoss", "keravino");

  CtcLoss() = default;
  CtcLoss(const ov::OutputVector& inputs, int64_t blank);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  /// Error for a label that is no class, and for a length beyond its axis.
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  int64_t blank() const { return blank_; }

 private:
  int64_t blank_ = 0;
};

/// The gradient of CtcLoss: inputs as there, and the gradients (N) of the losses; output (N, T, C). Zero where a loss
/// is infinite, whatever the logits.
class CtcGradient : public ov::op::Op {
 public:
  OPENVINO_OP("CtcGradient", "keravino");

  CtcGradient() = default;
  CtcGradient(const ov::OutputVector& inputs, int64_t blank);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  int64_t blank_ = 0;
};

/// The likeliest readings, by a search that keeps `width` prefixes at each time (Graves, 2012). Inputs: logits (N, T,
/// C), lengths (N). Outputs: labels (paths, N, T) of i32, filled with -1, and log probabilities (N, paths).
class CtcBeamSearch : public ov::op::Op {
 public:
  OPENVINO_OP("CtcBeamSearch", "keravino");

  CtcBeamSearch() = default;
  CtcBeamSearch(const ov::OutputVector& inputs, int64_t width, int64_t paths, int64_t blank);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  int64_t width_ = 1, paths_ = 1, blank_ = 0;
};

}  // namespace keravino::kernels
