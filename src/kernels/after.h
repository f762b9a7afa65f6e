// An order for a graph.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// The first input as it is, computed once all inputs are there. OpenVINO cannot look into it, so what hangs on it is
/// not merged with what hangs on its input. Of any type but boolean, which plugins do not know from nodes of others.
class After : public ov::op::Op {
 public:
  OPENVINO_OP("After", "keravino");

  After() = default;
  explicit After(const ov::OutputVector& inputs);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor&) override { return true; }
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;
};

}  // namespace keravino::kernels
