#include "engine/pending.h"

#include <unordered_set>

#include "engine/any_node.h"
#include "keravino/error.h"
#include "kernels/convolution.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

double elements(const ov::PartialShape& shape) {
  return shape.is_static() ? static_cast<double>(ov::shape_size(shape.to_shape())) : 1e3;
}

/// Elements of the largest input, and one for a node without inputs.
double widest_input(const ov::Node& node) {
  double most = 1;
  for (size_t i = 0; i < node.get_input_size(); ++i) most = std::max(most, elements(node.get_input_partial_shape(i)));
  return most;
}

/// Nanoseconds that a compiled graph saves on an element, where they are far from one; a sort takes longer there.
double nanoseconds_per_element(const ov::Node& node) {
  static const auto* table = new std::map<ov::DiscreteTypeInfo, double>{
      {ov::op::v0::Log::get_type_info_static(), 3},          {ov::op::v0::Erf::get_type_info_static(), 10},
      {ov::op::v1::Power::get_type_info_static(), 10},       {ov::op::v5::LogSoftmax::get_type_info_static(), 6},
      {ov::op::v8::Softmax::get_type_info_static(), 0.05},   {ov::op::v11::TopK::get_type_info_static(), -100},
      {ov::op::v7::Gelu::get_type_info_static(), 10},        {ov::op::v4::SoftPlus::get_type_info_static(), 10},
      {ov::op::v11::Interpolate::get_type_info_static(), 5}, {ov::op::v4::Interpolate::get_type_info_static(), 100},
      {ov::op::v14::MaxPool::get_type_info_static(), 40},    {ov::op::v8::MaxPool::get_type_info_static(), 40},
  };
  const auto found = table->find(node.get_type_info());
  return found == table->end() ? 1 : found->second;
}

double length(const ov::PartialShape& shape, size_t axis) {
  return shape[axis].is_static() ? static_cast<double>(shape[axis].get_length()) : 100;
}

/// Elements of the weights that one output (of one group) takes: all axes but the first ones.
double filter(const ov::Node& node, size_t skipped) {
  const auto& weights = node.get_input_partial_shape(1);
  double count = 1;
  for (size_t i = skipped; i < weights.size(); ++i) count *= length(weights, i);
  return count;
}

/// Products of a MatMul or a convolution; none of other nodes.
double products(const ov::Node& node) {
  if (node.get_input_size() == 0 || node.get_output_size() == 0) return 0;
  const auto& x = node.get_input_partial_shape(0);
  if (x.rank().is_dynamic()) return 0;
  const double out = elements(node.get_output_partial_shape(0));
  if (ov::is_type<v::v0::MatMul>(&node)) {
    const bool transposed = x.size() > 1 && static_cast<const v::v0::MatMul&>(node).get_transpose_a();
    return out * length(x, x.size() - (transposed ? 2 : 1));
  }
  // Each element of the smaller side, y of a convolution and x of a transposed one, meets the weights of one output.
  if (ov::is_type<v::v1::Convolution>(&node)) return out * filter(node, 1);
  if (ov::is_type<v::v1::GroupConvolution>(&node)) return out * filter(node, 2);
  if (ov::is_type<v::v1::ConvolutionBackpropData>(&node)) return elements(x) * filter(node, 1);
  if (ov::is_type<v::v1::GroupConvolutionBackpropData>(&node)) return elements(x) * filter(node, 2);
  if (const auto* convolution = ov::as_type<const kernels::Convolution>(&node)) return convolution->products();
  return 0;
}

double work(const ov::Node& node) {
  constexpr double kProduct = 0.02;  // nanoseconds
  double out = 0;
  for (size_t i = 0; i < node.get_output_size(); ++i) out += elements(node.get_output_partial_shape(i));
  if (const double count = products(node); count > 0) return kProduct * count;
  return std::max(out, widest_input(node)) * nanoseconds_per_element(node);
}

/// Whether a node's numbers are nothing but a shape for others, and so small ones, whatever their type.
bool is_shape(const ov::Node& node) {
  const auto is_end = [](const ov::Input<ov::Node>& use) {
    return ov::is_type_any_of<v::v1::Reshape, v::v3::Broadcast>(use.get_node()) && use.get_index() == 1;
  };
  return leads_only_to(node, is_end,
                       [](const ov::Node& user) { return ov::is_type_any_of<v::v0::Concat, v::v8::Gather>(&user); });
}

/// Whether a node reads float64 other than to make narrower floats of it.
bool reads_doubles(const ov::Node& node) {
  if (ov::is_type<v::v0::Convert>(&node) && node.get_output_element_type(0).is_real()) return false;
  const auto inputs = node.inputs();
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const auto& input) { return input.get_element_type() == ov::element::f64; });
}

}  // namespace

std::vector<std::shared_ptr<ov::Node>> pending_nodes(const Outputs& targets) {
  std::vector<std::shared_ptr<ov::Node>> order;
  std::unordered_set<const ov::Node*> done;
  std::vector<std::pair<std::shared_ptr<ov::Node>, size_t>> stack;  // a node and its next input to visit
  for (const auto& target : targets) stack.emplace_back(target.get_node_shared_ptr(), 0);
  while (!stack.empty()) {
    auto& [node, next] = stack.back();
    if (done.contains(node.get()) || ov::is_type<ov::op::v0::Constant>(node)) {
      stack.pop_back();
    } else if (ov::is_type<ov::op::v0::Parameter>(node)) {
      throw Error(Error::Kind::runtime,
                  "a tensor of a graph that is being traced has no numbers; they exist only when the graph runs");
    } else if (next < node->get_input_size()) {
      auto input = node->get_input_node_shared_ptr(next++);
      stack.emplace_back(std::move(input), 0);
    } else {
      done.insert(node.get());
      order.push_back(std::move(node));
      stack.pop_back();
    }
  }
  return order;
}

double work(const std::vector<std::shared_ptr<ov::Node>>& nodes) {
  double sum = 0;
  for (const auto& node : nodes) sum += work(*node);
  return sum;
}

bool needs_width(const std::vector<std::shared_ptr<ov::Node>>& nodes) {
  const auto wide = [](const ov::element::Type& type) {
    return type == ov::element::i64 || type == ov::element::u64 || type == ov::element::f64 || type == ov::element::u32;
  };
  for (const auto& node : nodes) {
    if (reads_doubles(*node)) return true;
    for (size_t i = 0; i < node->get_output_size(); ++i) {
      if (wide(node->get_output_element_type(i)) && !is_shape(*node)) return true;
    }
  }
  return false;
}

}  // namespace keravino::engine
