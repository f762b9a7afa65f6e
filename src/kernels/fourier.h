// The discrete Fourier transform as a node, fast and accurate at every length: OpenVINO's CPU kernel is neither where
// the length is no power of two (1e-4 off and 5 s for 64 rows of 4095, where this takes 0.1 s).
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// Which transform a Fourier node takes along the last axis, of n numbers; m = n / 2 + 1.
enum class Transform {
  forward,       ///< re (..., n), im (..., n) -> the same
  inverse,       ///< the same, divided by n
  forward_real,  ///< x (..., n) -> re (..., m), im (..., m)
  inverse_real,  ///< re (..., m), im (..., m) -> x (..., length); length is 2 (m - 1) or one more
};

/// Inputs and outputs of f32 or f64; computed in f64.
class Fourier : public ov::op::Op {
 public:
  OPENVINO_OP("Fourier", "keravino");

  Fourier() = default;
  /// `odd` tells the two lengths of inverse_real apart.
  Fourier(const ov::OutputVector& inputs, Transform transform, bool odd = false);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  Transform transform() const { return transform_; }

 private:
  /// The size of the outputs' last axis.
  ov::Dimension result_size(const ov::Dimension& size) const;

  Transform transform_ = Transform::forward;
  bool odd_ = false;
};

}  // namespace keravino::kernels
