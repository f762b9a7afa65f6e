// Convolutions with 3 x 3 windows in a quarter of the multiplications, for graphs whose weights are constants.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// What a 3 x 3 convolution multiplies with and adds, prepared for Winograd.
class WinogradWeights {
 public:
  /// `weights` of shape (outputs, inputs, 3, 3), each output's times its `scale`; `bias` of each output.
  WinogradWeights(const float* weights, size_t inputs, size_t outputs, const std::vector<double>& scale,
                  const std::vector<double>& bias);
  ~WinogradWeights();

  struct Impl;
  Impl& impl() const { return *impl_; }
  size_t inputs() const { return inputs_; }
  size_t outputs() const { return outputs_; }

 private:
  size_t inputs_, outputs_;
  std::unique_ptr<Impl> impl_;
};

/// A 3 x 3 convolution of stride 1 of channels-last x (N, H, W, inputs), f32, the result between `low` and `high` (NaN
/// stays NaN), by Winograd's F(4 x 4, 3 x 3). Runs on the CPU alone.
class Winograd : public ov::op::Op {
 public:
  OPENVINO_OP("Winograd", "keravino");

  Winograd(const ov::Output<ov::Node>& x, std::shared_ptr<const WinogradWeights> weights, ov::CoordinateDiff begin,
           ov::CoordinateDiff end, float low, float high);

  /// Whether it is fast here: with oneDNN, on a CPU with AVX-512.
  static bool available();
  /// Both numbers of channels must be multiples of this.
  static constexpr size_t kChannels = 16;

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  std::shared_ptr<const WinogradWeights> weights_;
  ov::CoordinateDiff begin_, end_;  // padding
  float low_, high_;
};

}  // namespace keravino::kernels
