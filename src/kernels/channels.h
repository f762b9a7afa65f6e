// Sums over all but the last axis, and gates, as nodes: one pass over memory where composed graphs need many.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// Mean and variance of each channel of x (..., C), f32: (C) and (C). One pass, about the first row, so that a mean far
/// from 0 costs no digits. Runs on the CPU alone, as the nodes below.
class ChannelMoments : public ov::op::Op {
 public:
  OPENVINO_OP("ChannelMoments", "keravino");

  ChannelMoments() = default;
  explicit ChannelMoments(const ov::OutputVector& inputs);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor&) override { return true; }
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;
};

/// Of g (..., C), x of the same shape and centre (C), all f32: the sums of g and of g * (x - centre) of each channel.
class ChannelSums : public ov::op::Op {
 public:
  OPENVINO_OP("ChannelSums", "keravino");

  ChannelSums() = default;
  explicit ChannelSums(const ov::OutputVector& inputs);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor&) override { return true; }
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;
};

/// g where low < y < high, else 0; y and g of one shape, f32.
class Gate : public ov::op::Op {
 public:
  OPENVINO_OP("Gate", "keravino");

  Gate() = default;
  Gate(const ov::OutputVector& inputs, double low, double high);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_ = 0, high_ = 0;
};

}  // namespace keravino::kernels
