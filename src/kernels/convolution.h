// Convolutions of training as nodes: channels-last as Keras has them, with weights that change from step to step, by
// oneDNN's primitives. The plugin would convert between memory layouts around each of its own.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// A window that goes over the spatial axes of the larger side of a convolution.
struct ConvWindow {
  ov::Shape size;
  ov::Strides strides, dilations;
  ov::CoordinateDiff begin, end;  // padding; what no window reaches at the end takes no part
};

/// With x (N, spatial..., G * I), y (N, spatial..., G * O) and weights (G, O, I, spatial...), or (spatial..., I, O) of
/// one group, of one convolution, all f32 and of static shape: `forward` makes y of x and the weights, `data` the
/// gradient of x of that of y and the weights, `weights` the gradient of the weights of x and the gradient of y. More
/// inputs are not read, only waited for. Runs on the CPU alone.
class Convolution : public ov::op::Op {
 public:
  OPENVINO_OP("TrainingConvolution", "keravino");

  enum class Role : int64_t { forward, data, weights };

  /// `spatial` is the spatial shape of x for `data`; `groups` counts for `weights`.
  Convolution(const ov::OutputVector& inputs, Role role, ConvWindow window, ov::Shape spatial = {}, size_t groups = 1);

  /// Whether this build has oneDNN.
  static bool available();

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  Role role() const { return role_; }
  const ConvWindow& window() const { return window_; }
  size_t groups() const { return groups_; }
  /// Products of two numbers that it takes.
  double products() const;

 private:
  struct Primitives;  // made at the first evaluation, and kept

  Role role_;
  ConvWindow window_;
  ov::Shape spatial_;
  size_t groups_;
  std::shared_ptr<Primitives> primitives_;
};

}  // namespace keravino::kernels
