#include "engine/evaluate.h"

#include "engine/evaluators/evaluators.h"
#include "engine/memory.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

using ov::element::Type;

/// The type that an op is computed in where it cannot be in `type`; dynamic if there is none wider.
Type wider(const Type& type) {
  using namespace ov::element;
  if (type == bf16 || type == f16 || type == f8e4m3 || type == f8e5m2) return f32;
  if (type == i8 || type == i16 || type == u8 || type == u16) return i32;
  if (type == u32 || type == boolean) return i64;
  if (type == i32) return i64;
  return dynamic;
}

ov::TensorVector allocate(const ov::Node& node) {
  ov::TensorVector outputs;
  for (size_t i = 0; i < node.get_output_size(); ++i) {
    const auto& shape = node.get_output_partial_shape(i);
    outputs.push_back(
        recycled_tensor(node.get_output_element_type(i), shape.is_static() ? shape.to_shape() : ov::Shape{0}));
  }
  return outputs;
}

/// Whether all results are empty: there is nothing to compute, and OpenVINO's own ops may divide by zero over it.
bool is_empty(const ov::Node& node) {
  for (size_t i = 0; i < node.get_output_size(); ++i) {
    const auto& shape = node.get_output_partial_shape(i);
    if (shape.is_dynamic() || std::find(shape.begin(), shape.end(), 0) == shape.end()) return false;
  }
  return true;
}

bool try_evaluate(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  try {
    return node.evaluate(outputs, inputs);
  } catch (const ov::Exception&) {
    return false;  // an op without an implementation for this element type
  }
}

/// The type of a node's data: that of the result, or (comparisons) of the first input. Shapes, axes and conditions have
/// their own.
Type data_type(const ov::Node& node, const ov::TensorVector& inputs) {
  const Type out = node.get_output_element_type(0);
  const bool has_it =
      std::any_of(inputs.begin(), inputs.end(), [&](const auto& in) { return in.get_element_type() == out; });
  return has_it ? out : inputs[0].get_element_type();
}

/// Whether OpenVINO's own `evaluate` would cut off the digits of a bfloat16 result.
bool cuts_digits(const ov::Node& node) {
  if (node.get_output_element_type(0) != ov::element::bf16) return false;
  return ov::is_type<ov::op::util::BinaryElementwiseArithmetic>(&node) || ov::is_type<ov::op::v0::MatMul>(&node) ||
         ov::is_type<ov::op::util::ArithmeticReductionKeepDims>(&node);
}

/// float32 as the nearest bfloat16, ties to even: OpenVINO's own conversion cuts the digits off.
ov::Tensor to_bfloat16(const ov::Tensor& tensor) {
  ov::Tensor rounded(ov::element::bf16, tensor.get_shape());
  const auto* from = static_cast<const uint32_t*>(tensor.data());
  auto* to = static_cast<uint16_t*>(rounded.data());
  for (size_t i = 0, n = tensor.get_size(); i < n; ++i) {
    const uint32_t bits = from[i];
    const bool nan = (bits & 0x7fffffff) > 0x7f800000;
    to[i] = static_cast<uint16_t>(nan ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }
  return rounded;
}

/// The whole part of floats. What lies beyond the integer type is its nearest end and NaN is 0, as XLA and the plugin's
/// int8 have it: C++ defines nothing here, and processors differ.
template <class To, class From>
void to_integers(const From* from, To* to, size_t n) {
  constexpr From kLeast = std::numeric_limits<To>::min();
  constexpr From kPast = static_cast<From>(std::numeric_limits<To>::max() / 2 + 1) * 2;  // max() + 1, exactly
  for (size_t i = 0; i < n; ++i) {
    const From x = from[i];
    to[i] = x < kPast ? static_cast<To>(x > kLeast ? x : kLeast) : x != x ? To{0} : std::numeric_limits<To>::max();
  }
}

ov::Tensor to_integers(const ov::Tensor& tensor, const Type& type) {
  ov::Tensor whole(type, tensor.get_shape());
  const bool known = dispatch_floats(tensor.get_element_type(), [&]<class From>(From) {
    dispatch_integers(
        type, [&]<class To>(To) { to_integers(tensor.data<const From>(), whole.data<To>(), tensor.get_size()); });
  });
  return known ? whole : to_integers(convert(tensor, ov::element::f32), type);
}

}  // namespace

std::shared_ptr<ov::Node> on_numbers(const ov::Node& node, const ov::TensorVector& inputs) {
  ov::OutputVector leaves;
  for (const ov::Tensor& input : inputs) leaves.push_back(constant(input));
  return node.clone_with_new_inputs(leaves);
}

ov::Tensor convert(const ov::Tensor& tensor, const Type& type) {
  if (tensor.get_element_type() == type) return tensor;
  if (type == ov::element::bf16) return to_bfloat16(convert(tensor, ov::element::f32));
  if (tensor.get_element_type().is_real() && dispatch_integers(type, [](auto) {})) return to_integers(tensor, type);
  const ov::op::v0::Convert node(constant(tensor), type);
  ov::TensorVector outputs{ov::Tensor(type, tensor.get_shape())};
  OPENVINO_ASSERT(node.evaluate(outputs, {tensor}), "no conversion from ", tensor.get_element_type(), " to ", type);
  return outputs[0];
}

bool evaluate_as(const Type& to, const std::shared_ptr<ov::Node>& node, ov::TensorVector& outputs,
                 const ov::TensorVector& inputs) {
  const Type from = data_type(*node, inputs);
  ov::TensorVector wide_inputs;
  bool widened = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool data = inputs[i].get_element_type() == from;
    wide_inputs.push_back(data ? convert(inputs[i], to) : inputs[i]);
    widened = widened || data;
  }
  if (!widened) return false;
  const auto wide_node = on_numbers(*node, wide_inputs);
  ov::TensorVector wide_outputs;
  if (!evaluate(wide_node, wide_outputs, wide_inputs)) return false;
  outputs.clear();
  for (size_t i = 0; i < wide_outputs.size(); ++i) {
    outputs.push_back(convert(wide_outputs[i], node->get_output_element_type(i)));
  }
  return true;
}

bool evaluate(const std::shared_ptr<ov::Node>& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  outputs.clear();
  if (const EvaluatorRow* own = find_row(*node); own && own->evaluate(*node, outputs, inputs)) return true;
  const bool is_open = node->get_output_partial_shape(0).is_dynamic();
  if (is_open && !inputs.empty() && !ov::is_type<ov::op::util::MultiSubGraphOp>(node)) {
    const auto known = on_numbers(*node, inputs);  // its shape, now that its inputs are
    if (known->get_output_partial_shape(0).is_static()) return evaluate(known, outputs, inputs);
  }
  if (is_empty(*node)) {
    outputs = allocate(*node);
    return true;
  }
  if (node->has_evaluate() && !cuts_digits(*node)) {
    outputs = allocate(*node);
    if (try_evaluate(*node, outputs, inputs)) return true;
  }
  if (inputs.empty() || ov::is_type<ov::op::v0::Convert>(node)) return false;
  const Type type = wider(data_type(*node, inputs));
  return type != ov::element::dynamic && evaluate_as(type, node, outputs, inputs);
}

}  // namespace keravino::engine
