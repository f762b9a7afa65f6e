// Tensors whose derivative is given, not worked out.
#pragma once

#include <functional>
#include <openvino/op/op.hpp>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// Gradients of the xs, no Tensor for none, from the ys and their gradients (no Tensor: zero).
using Vjp = std::function<std::vector<Tensor>(const std::vector<Tensor>& xs, const std::vector<Tensor>& ys,
                                              const std::vector<Tensor>& gs)>;

/// The same, told which of the xs a gradient is asked for.
using WantedVjp = std::function<std::vector<Tensor>(const std::vector<Tensor>& xs, const std::vector<Tensor>& ys,
                                                    const std::vector<Tensor>& gs, const std::vector<bool>& wanted)>;

/// The ys, computed from the xs, with `vjp` as their derivative: where composing the rules of their nodes would lose
/// digits or time. Nothing but the ys while no gradient can be asked for (see Recording).
std::vector<Tensor> with_gradient(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, WantedVjp vjp);
std::vector<Tensor> with_gradient(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, Vjp vjp);
Tensor with_gradient(const Tensor& y, const std::vector<Tensor>& xs,
                     Tensor (*vjp)(const std::vector<Tensor>& xs, const Tensor& y, const Tensor& g));

/// g where low < y < high, else 0: the gradient of a function that is the identity there and constant elsewhere.
Tensor gated(const Tensor& y, const Tensor& g, double low, double high);

/// While one lives, this thread builds graphs that may be differentiated.
class Recording {
 public:
  Recording();
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
};
bool recording();
/// Whether kernels for training may compute with x: f32, in a graph that is recorded for the CPU.
bool takes_kernels(const Tensor& x);

/// The first inputs as they are; the other inputs are what they were computed from. Only the gradient walker looks at
/// it, and no graph is run with it.
class CustomGradient : public ov::op::Op {
 public:
  OPENVINO_OP("CustomGradient", "keravino");

  CustomGradient(const ov::OutputVector& inputs, size_t outputs, WantedVjp vjp);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

  const WantedVjp& vjp() const { return vjp_; }

 private:
  size_t outputs_;
  WantedVjp vjp_;
};

}  // namespace keravino::ops
