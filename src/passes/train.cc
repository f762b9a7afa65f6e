#include "passes/train.h"

#include "kernels/convolution.h"
#include "kernels/max_pool.h"
#include "kernels/product.h"
#include "ops/make.h"
#include "ops/spatial.h"
#include "passes/exact_rules.h"

namespace keravino::passes {
namespace {

namespace v = ov::op;
using kernels::Convolution;
using kernels::ConvWindow;
using Role = Convolution::Role;

Tensor as_traced(const ov::Output<ov::Node>& output) { return Tensor(std::make_shared<Value>(output, true, 0)); }

Tensor channels_last(const Tensor& x) { return ops::from_channels_first(x, true); }
Tensor channels_first(const Tensor& x) { return ops::to_channels_first(x, true); }

/// The last dimensions of a static shape.
ov::Shape last(const ov::Shape& shape, size_t count) {
  return {shape.end() - static_cast<std::ptrdiff_t>(count), shape.end()};
}

/// Weights (O, I, spatial...) as Keras has them, (spatial..., I, O), which cancels a Transpose; grouped ones as they
/// are.
Tensor kernel_weights(const Tensor& weights, size_t rank) {
  if (static_cast<size_t>(weights.rank()) == rank + 3) return weights;
  std::vector<int64_t> order;
  for (size_t i = 0; i < rank; ++i) order.push_back(static_cast<int64_t>(i + 2));
  order.insert(order.end(), {1, 0});
  return ops::permute(weights, order);
}

template <class Op>
Tensor convolution(const ov::Node& node, Role role) {
  const auto& op = static_cast<const Op&>(node);
  const size_t rank = op.get_strides().size();
  const Tensor x = as_traced(node.input_value(0)), weights = as_traced(node.input_value(1));
  const ConvWindow window{last(node.get_input_shape(1), rank), op.get_strides(), op.get_dilations(),
                          op.get_pads_begin(), op.get_pads_end()};
  const std::vector<Tensor> inputs{channels_last(x), kernel_weights(weights, rank)};
  const ov::Shape spatial = role == Role::data ? last(node.get_output_shape(0), rank) : ov::Shape{};
  return channels_first(ops::make<Convolution>(inputs, role, window, spatial));
}

Tensor max_pool(const ov::Node& node) {
  const Tensor x = channels_last(as_traced(node.input_value(0)));
  return channels_first(
      as_traced(std::make_shared<kernels::MaxPool>(x.output(), static_cast<const v::v1::MaxPool&>(node))));
}

/// From so many products of two numbers on; below, a call of a node of ours costs as much as it saves.
constexpr size_t kLargeProduct = 4'000'000;

/// x times a matrix, both of which change from step to step.
Tensor product(const ov::Node& node) {
  const auto& op = static_cast<const v::v0::MatMul&>(node);
  const ov::Shape &x = node.get_input_shape(0), &y = node.get_output_shape(0);
  if (x.size() < 2 || node.get_input_shape(1).size() != 2 || (x.size() > 2 && op.get_transpose_a())) return {};
  if (is_folded(*node.get_input_node_ptr(0)) || ov::shape_size(x) * y.back() < kLargeProduct) return {};
  return as_traced(std::make_shared<kernels::Product>(node.input_values(), op.get_transpose_a(), op.get_transpose_b()));
}

/// What a kernel computes instead of a node; none if it is not of f32 and static shape, or of constant weights.
Tensor replacement(const ov::Node& node, bool trains) {
  if (node.is_dynamic() || node.get_output_size() != 1 || node.get_output_element_type(0) != ov::element::f32)
    return {};
  if (trains && ov::is_type<v::v1::MaxPool>(&node)) return max_pool(node);
  if (node.get_input_size() != 2 || is_folded(*node.get_input_node_ptr(1))) return {};
  if (ov::is_type<v::v0::MatMul>(&node)) return product(node);
  if (ov::is_type<v::v1::Convolution>(&node)) return convolution<v::v1::Convolution>(node, Role::forward);
  if (ov::is_type<v::v1::GroupConvolution>(&node)) return convolution<v::v1::GroupConvolution>(node, Role::forward);
  if (ov::is_type<v::v1::ConvolutionBackpropData>(&node))
    return convolution<v::v1::ConvolutionBackpropData>(node, Role::data);
  if (ov::is_type<v::v1::GroupConvolutionBackpropData>(&node))
    return convolution<v::v1::GroupConvolutionBackpropData>(node, Role::data);
  return {};
}

}  // namespace

size_t use_training_kernels(const std::shared_ptr<ov::Model>& model) {
  if (!Convolution::available()) return 0;
  const std::lock_guard lock(graph_mutex());
  const auto nodes = model->get_ordered_ops();
  const bool trains = std::any_of(nodes.begin(), nodes.end(),
                                  [](const auto& node) { return ov::is_type<kernels::MaxPoolGradient>(node); });
  size_t replaced = 0;
  for (const auto& node : nodes) {
    const Tensor kernel = replacement(*node, trains);
    if (!kernel) continue;
    node->output(0).replace(kernel.output());
    ++replaced;
  }
  return replaced;
}

}  // namespace keravino::passes
