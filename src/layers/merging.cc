// Layers of several inputs.
#include "layers/families.h"
#include "layers/masks.h"

namespace keravino::layers {
namespace {

/// Inputs of one rank: the shorter ones get axes of size 1 after the batch, as Keras does it.
Tensors aligned(const Layer& layer, Tensors inputs) {
  if (inputs.empty()) throw layer.error("is called with no tensors");
  int64_t rank = 0;
  for (const Tensor& x : inputs) rank = std::max(rank, x.rank());
  for (Tensor& x : inputs) {
    while (x.rank() < rank) x = ops::expand_dims(x, {1});
  }
  return inputs;
}

/// The result with the "or" of the inputs' masks, if all have one.
Tensor with_union(const Layer& layer, const Tensors& inputs, const Tensor& y) {
  Tensor mask = mask_of(layer, inputs[0]);
  for (const Tensor& x : inputs) {
    const Tensor next = mask_of(layer, x);
    mask = mask && next ? ops::logical_or(mask, next) : Tensor();
  }
  return with_mask(layer, y, mask);
}

template <auto F>
Tensor folded(const Layer& layer, const Tensors& inputs) {
  const Tensors xs = aligned(layer, inputs);
  return std::accumulate(xs.begin() + 1, xs.end(), xs[0], [](const Tensor& a, const Tensor& b) { return F(a, b); });
}

template <auto F>
Tensor fold(Layer& layer, const Tensors& inputs) {
  return with_union(layer, inputs, folded<F>(layer, inputs));
}

Tensor average(Layer& layer, const Tensors& inputs) {
  return with_union(layer, inputs, folded<&ops::add>(layer, inputs) / static_cast<int64_t>(inputs.size()));
}

/// Of keras.applications' InceptionResNetV2: the first input, and `scale` times the second.
Tensor custom_scale(Layer& layer, const Tensors& inputs) {
  if (inputs.size() != 2) throw layer.error(fmt::format("is called with {} tensors, wanted 2", inputs.size()));
  return inputs[0] + inputs[1] * layer.get<double>("scale");
}

Tensor subtract(Layer& layer, const Tensors& inputs) {
  if (inputs.size() != 2) throw layer.error(fmt::format("is called with {} tensors, wanted 2", inputs.size()));
  return fold<&ops::subtract>(layer, inputs);
}

Tensor concatenate(Layer& layer, const Tensors& inputs) {
  if (inputs.empty()) throw layer.error("is called with no tensors");
  const int64_t axis = layer.get_or<int64_t>("axis", -1);
  const Tensor y = ops::concatenate(inputs, axis);
  if (!any_masked(layer, inputs)) return y;
  Tensors masks;  // each as large as its input
  for (const Tensor& x : inputs) {
    const Tensor mask = mask_of(layer, x);
    masks.push_back(mask ? ops::logical_or(up_to_rank(mask, x.rank()), ops::zeros_like(x, DType::boolean))
                         : ops::ones_like(x, DType::boolean));
  }
  return with_mask(layer, y, ops::any(ops::concatenate(masks, axis), {{-1}}, false));
}

/// The product over one axis of each input, for every row of the batch.
Tensor dot(Layer& layer, const Tensors& inputs) {
  if (inputs.size() != 2) throw layer.error(fmt::format("is called with {} tensors, wanted 2", inputs.size()));
  Tensor x = inputs[0], y = inputs[1];
  const int64_t x_rank = x.rank(), y_rank = y.rank();
  if (x_rank < 2 || y_rank < 2) throw layer.error("expected inputs of rank 2 or more");
  const std::vector<int64_t> axes = layer.sizes("axes", 2);
  const int64_t x_axis = ops::normalize_axis(axes[0], x_rank), y_axis = ops::normalize_axis(axes[1], y_rank);
  if (x_axis == 0 || y_axis == 0) throw layer.error("\"axes\" must not be 0, the batch");
  if (layer.get_or("normalize", false)) {
    const auto unit = [](const Tensor& t, int64_t axis) {
      return t * ops::rsqrt(ops::maximum(ops::sum(ops::square(t), {{axis}}, true), 1e-14));
    };
    x = unit(x, x_axis);
    y = unit(y, y_axis);
  }
  // "a..k,a.k.->a...": one letter per axis, the batch and the product's shared.
  std::string x_labels, y_labels;
  for (int64_t i = 0; i < x_rank; ++i) x_labels += static_cast<char>('a' + i);
  for (int64_t i = 0; i < y_rank; ++i) y_labels += static_cast<char>('A' + i);
  y_labels[0] = x_labels[0];
  y_labels[static_cast<size_t>(y_axis)] = x_labels[static_cast<size_t>(x_axis)];
  std::string out = x_labels + y_labels.substr(1);
  std::erase(out, x_labels[static_cast<size_t>(x_axis)]);
  const Tensor product = ops::einsum(fmt::format("{},{}->{}", x_labels, y_labels, out), {x, y});
  return x_rank == 2 && y_rank == 2 ? ops::expand_dims(product, {1}) : product;
}

constexpr Row kRows[] = {
    row<&fold<&ops::add>>("Add", Masks::own),
    row<&average>("Average", Masks::own),
    row<&concatenate>("Concatenate", Masks::own),
    row<&dot>("Dot"),
    row<&fold<&ops::maximum>>("Maximum", Masks::own),
    row<&fold<&ops::minimum>>("Minimum", Masks::own),
    row<&fold<&ops::multiply>>("Multiply", Masks::own),
    row<&subtract>("Subtract", Masks::own),
    row<&concatenate>("TFDConcat", Masks::own),  // of a FeatureSpace, as TFDIdentity
    row<&custom_scale>("CustomScaleLayer"),
};

}  // namespace

std::span<const Row> merging_layers() { return kRows; }

}  // namespace keravino::layers
