#include "keravino/ops/loss.h"

#include <numbers>

#include "keravino/config.h"
#include "kernels/cross_entropy.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"
#include "ops/make.h"
#include "ops/shapes.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

void check_same_shape(const Tensor& target, const Tensor& output) {
  if (!target.shape().compatible(output.shape())) throw Error("target and output must have the same shape");
}

/// Probabilities kept away from 0 and 1, where the logarithm would end.
Tensor clipped(const Tensor& p) { return make<v::v0::Clamp>(p, epsilon(), 1 - epsilon()); }

/// The logarithms of the classes' probabilities along `axis`.
Tensor log_probabilities(const Tensor& output, bool from_logits, int64_t axis) {
  if (from_logits) return make<v::v5::LogSoftmax>(output, axis);
  return log(clipped(output / make<v::v1::ReduceSum>(output, std::vector<int64_t>{axis}, true)));
}

/// The cross-entropy by a kernel, for labels (..., 1) and logits (..., C) of a graph that trains.
Tensor cross_entropy(const Tensor& labels, const Tensor& logits) {
  const std::vector<int64_t> flat{-1};
  const Tensor classes = make<v::v8::Gather>(shape_tensor(logits), std::vector<int64_t>{-1}, Tensor(0));
  const Tensor rows = make<v::v0::Concat>(std::vector<Tensor>{ints({-1}), classes}, int64_t{0});
  const std::vector<Tensor> inputs{make<v::v1::Reshape>(logits, rows, false), reshape_to(labels, flat)};
  const auto vjp = [](const auto& xs, const auto& ys, const auto& gs) {
    return std::vector<Tensor>{make<kernels::CrossEntropyGradient>(std::vector<Tensor>{xs[0], xs[1], gs[0], ys[1]}),
                               {}};
  };
  const Tensor losses = with_gradient(make_all<kernels::CrossEntropy>(inputs), inputs, vjp)[0];
  return reshape(losses, dims(make<v::v0::Squeeze>(labels, std::vector<int64_t>{labels.rank() - 1})));
}

}  // namespace

Tensor categorical_crossentropy(Tensor target, Tensor output, bool from_logits, int64_t axis) {
  output = to_float(output);
  target = as(target, output.dtype());
  if (output.rank() < 1) throw Error("target and output must have at least one dimension");
  check_same_shape(target, output);
  axis = normalize_axis(axis, output.rank());
  const Tensor logs = log_probabilities(output, from_logits, axis);
  return -make<v::v1::ReduceSum>(target * logs, std::vector<int64_t>{axis}, false);
}

Tensor sparse_categorical_crossentropy(Tensor target, Tensor output, bool from_logits, int64_t axis) {
  output = to_float(output);
  target = as(target, DType::int32);
  const int64_t rank = output.rank();
  if (rank < 1) throw Error("output must have at least one dimension");
  axis = normalize_axis(axis, rank);
  const std::vector<int64_t> along{axis};
  if (target.rank() != rank) target = make<v::v0::Unsqueeze>(target, along);
  ov::PartialShape wanted = output.shape();
  wanted[static_cast<size_t>(axis)] = 1;
  if (!target.shape().compatible(wanted))
    throw Error("target must have the shape of output without the axis of classes");
  if (from_logits && axis == rank - 1 && rank > 1 && takes_kernels(output)) return cross_entropy(target, output);
  const Tensor classes = as(make<v::v8::Gather>(shape_tensor(output), along, Tensor(0)), DType::int32);
  const Tensor known = make<v::v1::LogicalAnd>(target >= 0, target < classes);
  const Tensor logs = log_probabilities(output, from_logits, axis);
  const Tensor picked = make<v::v6::GatherElements>(logs, select(known, target, 0), axis);
  // A factor, so that the gradient of a label that is no class is NaN as well.
  return make<v::v0::Squeeze>(picked * select(known, as(-1, picked.dtype()), std::numeric_limits<double>::quiet_NaN()),
                              along);
}

Tensor binary_crossentropy(Tensor target, Tensor output, bool from_logits) {
  output = to_float(output);
  target = as(target, output.dtype());
  check_same_shape(target, output);
  if (from_logits) {
    const Tensor magnitude = make<v::v0::Abs>(output);
    return make<v::v0::Relu>(output) - output * target + log1p(make<v::v0::Exp>(-magnitude));
  }
  const Tensor p = clipped(output);
  return -(target * log(p) + (1 - target) * log1p(-p));
}

Tensor psnr(Tensor x1, Tensor x2, Tensor max_val) {
  promote_float(x1, x2);
  if (!x1.shape().compatible(x2.shape())) throw Error("both images must have the same shape");
  const Tensor difference = x1 - x2;
  const Tensor mean = make<v::v1::ReduceMean>(difference * difference, normalize_axes(std::nullopt, x1.rank()), false);
  return (20 * log(as(max_val, x1.dtype())) - 10 * log(mean)) * std::numbers::log10e;
}

namespace {
constexpr OpDef kOps[] = {
    op<&categorical_crossentropy>("nn.categorical_crossentropy(target, output, from_logits=False, axis=-1)",
                                  "Cross-entropy of class probabilities."),
    op<&sparse_categorical_crossentropy>(
        "nn.sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1)",
        "Cross-entropy of classes given by number."),
    op<&binary_crossentropy>("nn.binary_crossentropy(target, output, from_logits=False)",
                             "Cross-entropy of independent yes-or-no answers."),
    op<&psnr>("nn.psnr(x1, x2, max_val)", "Peak signal-to-noise ratio in decibels."),
};
}  // namespace
std::span<const OpDef> loss_ops() { return kOps; }

}  // namespace keravino::ops
