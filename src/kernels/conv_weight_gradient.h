// The gradient of a convolution's weights as a node: the opset has none, and a convolution in which batch and channels
// change places takes three times as long.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// A window that goes over the spatial axes of the larger side of a convolution.
struct ConvWindow {
  ov::Shape size;
  ov::Strides strides, dilations;
  ov::CoordinateDiff begin, end;  // padding; at the end what no window reaches is left out
};

/// Inputs, f32 and channels-last: x (N, spatial..., G * I) and g (N, spatial..., G * O), the gradient of the
/// convolution's result. Output: (G, O, I, spatial...) of the window's size. Wraps oneDNN's backward primitive. Runs on
/// the CPU alone; `available` says whether this build has it.
class ConvWeightGradient : public ov::op::Op {
 public:
  OPENVINO_OP("ConvWeightGradient", "keravino");

  ConvWeightGradient(const ov::OutputVector& inputs, ConvWindow window, size_t groups);

  static bool available();

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  const ConvWindow& window() const { return window_; }
  size_t groups() const { return groups_; }

 private:
  struct Primitives;  // made for the shapes of the first evaluation, and kept

  ConvWindow window_;
  size_t groups_;
  std::shared_ptr<Primitives> primitives_;
};

}  // namespace keravino::kernels
