// Many element-wise nodes as one.
#pragma once

#include <openvino/op/op.hpp>

#include "engine/fused.h"

namespace keravino::kernels {

/// Element-wise nodes on one number of elements, f32 in and out, computed block by block by the interpreter's loops.
/// For OpenVINO it is one node, whatever there is in it. Runs on the CPU alone, in one thread.
class ElementWise : public ov::op::Op {
 public:
  OPENVINO_OP("ElementWise", "keravino");

  ElementWise(const ov::OutputVector& inputs, std::shared_ptr<const engine::Fused> fused);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  std::shared_ptr<const engine::Fused> fused_;
};

}  // namespace keravino::kernels
