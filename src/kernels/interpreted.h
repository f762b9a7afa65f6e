// A node that the interpreter computes inside of a compiled graph.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// Stands for a node that the CPU plugin gets wrong: same inputs, same outputs, computed by engine::evaluate in the
/// element types that the node had when this was made, whatever the plugin narrows them to. Booleans come as uint8, as
/// plugins know no boolean from nodes that are not theirs. Runs on the CPU alone.
class Interpreted : public ov::op::Op {
 public:
  OPENVINO_OP("Interpreted", "keravino");

  explicit Interpreted(const ov::Node& node);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  /// The attributes of the node: two with the same ones on the same inputs are merged.
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  Interpreted(const ov::OutputVector& inputs, std::shared_ptr<ov::Node> node);

  std::shared_ptr<ov::Node> node_;  // on parameters and constants of its own, so that it holds no other graph
};

}  // namespace keravino::kernels
