// Random numbers as a node: OpenVINO's own RandomUniform takes its seed as an attribute and gives other numbers on each
// run.
#pragma once

#include <openvino/op/op.hpp>

namespace keravino::kernels {

/// What a RandomNumbers node draws, and the parameters that it takes beside seed and shape.
enum class Distribution {
  uniform,           ///< low, high: reals in [low, high)
  normal,            ///< mean, deviation
  truncated_normal,  ///< the same, within 2 deviations
  integers,          ///< low, high: integers in [low, high)
  gamma,             ///< alpha: shape, with scale 1
  beta,              ///< alpha, beta
  binomial,          ///< counts, probabilities
  permutation,       ///< the integers from 0 to n - 1 in random order; the shape is (n,)
};

/// Numbers that depend on the seed, the place in the tensor and the parameters alone; the same in every run and tier.
/// Inputs: seed (2,) of any integer type (its low 32 bits count), shape (rank,), then the distribution's parameters,
/// each of one element or of the full shape, in the output's type. Output types: f32 and f64; i32 and i64 for integers
/// and permutations.
class RandomNumbers : public ov::op::Op {
 public:
  OPENVINO_OP("RandomNumbers", "keravino");

  RandomNumbers() = default;
  RandomNumbers(const ov::OutputVector& inputs, Distribution distribution, const ov::element::Type& type);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  /// A fixed seed must not turn a compiled graph into a store of numbers.
  bool can_constant_fold(const ov::OutputVector&) const override { return false; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  Distribution distribution() const { return distribution_; }

 private:
  Distribution distribution_ = Distribution::uniform;
  ov::element::Type type_;
};

}  // namespace keravino::kernels
