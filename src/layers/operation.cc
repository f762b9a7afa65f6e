#include "layers/operation.h"

#include "layers/activation.h"
#include "ops/tables.h"
#include "saving/names.h"
#include "saving/suggest.h"

namespace keravino::layers {
namespace {

// Operation classes whose name in snake case is not their function's.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"math.c_dist", "math.cdist"},
    {"nn.batch_norm", "nn.batch_normalization"},
    {"nn.layer_norm", "nn.layer_normalization"},
    {"nn.rms_norm", "nn.rms_normalization"},
    {"numpy.all_close", "numpy.allclose"},
    {"numpy.histogram", "math.histogram"},
    {"numpy.is_in", "numpy.isin"},
    {"numpy.search_sorted", "numpy.searchsorted"},
};

constexpr std::string_view kActivations = "keras.src.activations.activations";

std::string module_of(const Layer& node) {
  const auto found = node.node().find("module");
  return found != node.node().end() && found->is_string() ? found->get<std::string>() : "";
}

Tensors tensors_of(const Layer& node, const ops::Arg& result) {
  if (result.is<Tensor>()) return {result.as<Tensor>()};
  const ops::List* items = result.is<ops::List>() ? &result.as<ops::List>() : nullptr;
  if (result.is<ops::Tuple>()) items = &result.as<ops::Tuple>().items;
  if (!items) throw node.error("gives no tensor");
  Tensors out;
  for (const ops::Arg& item : *items) {
    for (const Tensor& tensor : tensors_of(node, item)) out.push_back(tensor);
  }
  return out;
}

/// The arguments of a call and of the config, by the names of the op's parameters.
std::vector<std::pair<std::string, ops::Arg>> named_arguments(const Layer& node, const ops::Op& op, Arguments call) {
  const auto none = [&](const History&, const json&) -> Tensor {
    throw node.error("its config holds a tensor of the model");
  };
  auto named = std::move(call.kwargs);
  const json& config = node.node()["config"];
  for (const auto& [key, value] : config.items()) {
    if (key != "name") named.emplace_back(key, argument(node, value, none));
  }
  auto next = call.args.begin();
  for (const ops::Param* param : call_parameters(op, config)) {
    if (next == call.args.end()) break;
    named.emplace_back(param->name, param->variadic ? ops::Arg(ops::List(next, call.args.end())) : *next);
    next = param->variadic ? call.args.end() : next + 1;
  }
  if (next == call.args.end()) return named;
  throw node.error(fmt::format("is called with {} arguments, more than its config leaves of keras.ops.{}{}",
                               call.args.size(), op.name, op.signature));
}

// Functions of keras.activations that are no function of keras.ops.
Tensors call_activation(const Layer& node, const Tensor& x) {
  if (node.class_name() == "Mish") return {ops::multiply(x, ops::tanh(ops::softplus(x)))};
  if (node.class_name() == "ReLU") return {relu_of_config(node, x)};
  throw node.error(fmt::format("the function keras.activations {} is not supported", node.class_name()),
                   Error::Kind::unsupported);
}

}  // namespace

bool is_operation(const Layer& node) {
  const std::string module = module_of(node);
  return module.starts_with("keras.src.ops.") || module == kActivations;
}

std::string operation_function(std::string_view module, std::string_view class_name) {
  const std::string name = fmt::format("{}.{}", module.substr(module.rfind('.') + 1), saving::snake_case(class_name));
  for (const auto& [rule, function] : kOtherNames) {
    if (name == rule) return std::string(function);
  }
  return name;
}

std::vector<const ops::Param*> call_parameters(const ops::Op& op, const json& config) {
  std::vector<const ops::Param*> left;
  for (const ops::Param& param : op.params) {
    if (!config.contains(param.name)) left.push_back(&param);
  }
  return left;
}

Tensors call_operation(const Layer& node, const Arguments& call) {
  node.take_call();
  if (node.class_name() == "ConvertToTensor") {  // no function of the registry: it takes what is no tensor yet
    Layer own = node;
    const Tensor x = only(node, layer_inputs(own, call));
    return {node.has("dtype") ? ops::cast(x, node.get<DType>("dtype")) : x};
  }
  if (module_of(node) == kActivations) {
    Layer own = node;
    return call_activation(node, only(node, layer_inputs(own, call)));
  }
  const std::string function = operation_function(module_of(node), node.class_name());
  const auto op = ops::registry().find(function);
  if (op == ops::registry().end()) {
    throw node.error(fmt::format("the op keras.ops.{} is not supported{}", function,
                                 did_you_mean(function, std::views::keys(ops::registry()))),
                     Error::Kind::unsupported);
  }
  const auto named = named_arguments(node, op->second, call);
  const ops::TableWatch watch([&](int64_t bytes) { node.take_memory(bytes, 1); });
  try {
    return tensors_of(node, ops::call(function, {}, named));
  } catch (const Error& error) {
    throw node.error(error.what(), error.kind());
  }
}

}  // namespace keravino::layers
