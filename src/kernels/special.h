// Functions of numbers that the opset has no ops for, as one node.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

enum class Function {
  erfinv,     ///< the inverse of the error function
  i0,         ///< the modified Bessel function of the first kind and order 0
  i1,         ///< that of order 1
  nextafter,  ///< the next number after the first input towards the second, in the inputs' type
  gcd,        ///< the greatest common divisor of integers
};

/// A function of each element of one input, or of two of one shape; float types, but for gcd. Computed in double.
class Special : public ov::op::Op {
 public:
  OPENVINO_OP("Special", "keravino");

  Special() = default;
  /// `type` is the inputs' type: a plugin may compute a graph in another.
  Special(const ov::OutputVector& inputs, Function function, const ov::element::Type& type);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  Function function() const { return function_; }

 private:
  Function function_ = Function::erfinv;
  ov::element::Type type_;
};

/// The bits of the input as numbers of another type. Where sizes differ, the last axis grows or shrinks.
class Bitcast : public ov::op::Op {
 public:
  OPENVINO_OP("Bitcast", "keravino");

  Bitcast() = default;
  Bitcast(const ov::Output<ov::Node>& x, const ov::element::Type& from, const ov::element::Type& to);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool can_constant_fold(const ov::OutputVector&) const override { return false; }
  /// Error when a plugin has changed the input's or the output's type.
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  ov::element::Type from_, to_;
};

}  // namespace keravino::kernels
