// What OpenVINO recognises by itself from what our layers and users' ops emit.
#include "passes/recognise_rule.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

/// A form by its last node, and the nodes of the executed graph that stand for it.
struct DeviceRow {
  std::string_view what, into;
  bool (*is_last)(const ov::Node& node);
  std::vector<std::string_view> types;
};

const std::vector<std::string_view> kProducts{"FullyConnected", "Convolution", "Deconvolution", "MatMul"};

bool is_constant(const Value& value) { return as<v0::Constant>(value) != nullptr; }

/// For Op(value, constant): the value.
template <class Op>
std::optional<Value> with_constant(const Value& value) {
  const auto node = as<Op>(value);
  const auto parts = node ? split_inputs(*node, is_constant) : std::nullopt;
  return parts ? std::optional(parts->second) : std::nullopt;
}

bool is_attention(const ov::Node& node) {
  return ov::is_type<v13::ScaledDotProductAttention>(&node) ||
         (ov::is_type<v0::MatMul>(&node) && ov::is_type_any_of<v1::Softmax, v8::Softmax>(node.get_input_node_ptr(0)));
}

/// MVN, or (x - mean) / sqrt(...).
bool is_layer_normalization(const ov::Node& node) {
  if (ov::is_type<v6::MVN>(&node)) return true;
  if (!ov::is_type<v1::Divide>(&node) || !as<v0::Sqrt>(node.input_value(1))) return false;
  const auto centred = as<v1::Subtract>(node.input_value(0));
  return centred && as<v1::ReduceMean>(centred->input_value(1));
}

/// x (1 / sqrt(mean(x^2) + e)) w.
bool is_rms_normalization(const ov::Node& node) {
  const auto is_factor = [](const Value& value) {
    const auto inverse = as<v1::Divide>(value);
    const auto root = inverse ? as<v0::Sqrt>(inverse->input_value(1)) : nullptr;
    const auto mean = root ? with_constant<v1::Add>(root->input_value(0)) : std::nullopt;
    return mean && as<v1::ReduceMean>(*mean);
  };
  return ov::is_type<v1::Multiply>(&node) && split_inputs(node, [&](const Value& value) {
           return as<v1::Multiply>(value) && split_inputs(*value.get_node(), is_factor);
         });
}

/// (x - mean) factor + offset, all of them known.
bool is_batch_normalization(const ov::Node& node) {
  const auto sum = ov::is_type<v1::Add>(&node) ? split_inputs(node, is_constant) : std::nullopt;
  const auto product = sum ? with_constant<v1::Multiply>(sum->second) : std::nullopt;
  const auto centred = product ? as<v1::Subtract>(*product) : nullptr;
  return centred && is_constant(centred->input_value(1));
}

bool is_activation(const ov::Node& node) {
  return ov::is_type_any_of<v0::Relu, v7::Gelu, v4::Swish, v4::Mish, v0::Sigmoid, v0::Tanh, v0::Clamp, v0::Elu,
                            v4::HSwish, v5::HSigmoid>(&node);
}

bool is_swiglu(const ov::Node& node) {
  return ov::is_type<v1::Multiply>(&node) &&
         split_inputs(node, [](const Value& value) { return as<v4::Swish>(value) != nullptr; });
}

const DeviceRow kRows[] = {
    {"attention", "one kernel", &is_attention, {"ScaledDotProductAttention", "Subgraph"}},
    {"layer normalization", "MVN", &is_layer_normalization, {"MVN"}},
    {"RMS normalization", "RMS", &is_rms_normalization, {"RMS"}},
    {"batch normalization", "part of the product before it", &is_batch_normalization, kProducts},
    {"activation", "part of the product before it", &is_activation, kProducts},
    {"SwiGLU", "GLU", &is_swiglu, {"GLU", "LLMMLP"}},
};

/// The types of the executed nodes by the names of the nodes that they stand for.
std::map<std::string, std::string, std::less<>> types_by_name(const ov::Model& executed) {
  std::map<std::string, std::string, std::less<>> types;
  for (const ExecutedNode& node : executed_nodes(executed)) {
    for (const std::string& name : node.names) types.emplace(name, node.type);
  }
  return types;
}

}  // namespace

std::vector<ExecutedNode> executed_nodes(const ov::Model& executed) {
  std::vector<ExecutedNode> nodes;
  std::set<std::string> seen;
  for (const auto& node : executed.get_ordered_ops()) {
    const auto text = [&](const char* key) {
      const auto found = node->get_rt_info().find(key);
      return found == node->get_rt_info().end() ? std::string() : found->second.as<std::string>();
    };
    ExecutedNode made{node->get_friendly_name(), text("layerType"), text("primitiveType"), {node->get_friendly_name()}};
    seen.insert(made.name);
    const std::string names = text("originalLayersNames");
    for (size_t begin = 0; begin < names.size();) {
      const size_t end = std::min(names.find(',', begin), names.size());
      const std::string name = names.substr(begin, end - begin);
      // A product by compressed weights (2026.4.1) lists the names of the node above it as well.
      if (end > begin && seen.insert(name).second) made.names.push_back(name);
      begin = end + 1;
    }
    nodes.push_back(std::move(made));
  }
  return nodes;
}

std::vector<Recognised> recognised_by_device(const ov::Model& graph, const ov::Model& executed) {
  const auto types = types_by_name(executed);
  std::vector<Recognised> found;
  for (const auto& node : graph.get_ordered_ops()) {
    for (const DeviceRow& row : kRows) {
      if (!row.is_last(*node)) continue;
      const auto type = types.find(node->get_friendly_name());
      std::string reason;
      if (type == types.end()) {
        reason = "the device's graph does not name it";
      } else if (std::ranges::find(row.types, type->second) == row.types.end()) {
        reason = "the device runs it as " + type->second;
      }
      found.push_back({std::string(row.what), std::string(row.into), node->get_friendly_name(), reason});
    }
  }
  return found;
}

}  // namespace keravino::passes
