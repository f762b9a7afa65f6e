// Max pooling of training as nodes, channels-last: no op of the opset puts numbers back to where maxima were at a
// usable speed.
#pragma once

#include <openvino/op/max_pool.hpp>

namespace keravino::kernels {

/// The windows of a pool over the spatial axes of (N, spatial..., C).
struct PoolWindow {
  ov::Shape size;
  ov::Strides strides;
  ov::Shape begin;  // padding before each axis, which is no maximum
};

/// The maxima of x (N, spatial..., C) of any float over the windows, `out` of them. Runs on the CPU alone.
class MaxPool : public ov::op::Op {
 public:
  OPENVINO_OP("TrainingMaxPool", "keravino");

  MaxPool() = default;
  MaxPool(const ov::OutputVector& inputs, PoolWindow window, ov::Shape out);
  /// Over channels-last x, what a pool of known spatial shape makes of the same numbers channels-first.
  MaxPool(const ov::Output<ov::Node>& x, const ov::op::v1::MaxPool& pool);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  PoolWindow window_;
  ov::Shape out_;  // the spatial shape of the result
};

/// Inputs, channels-last: x (N, spatial..., C) of any float and g of the pool's output. Output: zeros of the shape of
/// x, plus each number of g at the place of its window's maximum, the first of equals. Runs on the CPU alone.
class MaxPoolGradient : public ov::op::Op {
 public:
  OPENVINO_OP("MaxPoolGradient", "keravino");

  MaxPoolGradient() = default;
  MaxPoolGradient(const ov::OutputVector& inputs, PoolWindow window);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  const PoolWindow& window() const { return window_; }

 private:
  PoolWindow window_;
};

}  // namespace keravino::kernels
