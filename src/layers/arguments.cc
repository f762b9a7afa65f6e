#include "layers/arguments.h"

#include <sstream>

#include "layers/masks.h"
#include "tensor/value.h"

namespace keravino::layers {
namespace {

using ops::Arg;
using ops::List;

std::string class_name(const json& node) {
  const auto found = node.is_object() ? node.find("class_name") : node.end();
  return node.is_object() && found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

const json& config(const Layer& owner, const json& node, const char* key) {
  const auto found = node.find("config");
  if (found == node.end() || !found->is_object() || !found->contains(key)) {
    throw owner.error(fmt::format("a {} has no \"{}\"", class_name(node), key));
  }
  return (*found)[key];
}

// Keras 2 wrote a call as a list of tensors: [["dense", 0, 0, {}], ...].
bool is_old_call(const json& node) { return node.is_array(); }

void each_tensor(const Layer& owner, const json& node, const std::function<void(const History&, const json&)>& visit) {
  if (class_name(node) == "__keras_tensor__") {
    visit(history(owner, config(owner, node, "keras_history")), node);
  } else if (node.is_structured()) {
    for (const auto& item : node) each_tensor(owner, item, visit);
  }
}

void append_numbers(const Layer& owner, const json& node, std::vector<double>& numbers, ov::Shape& shape,
                    size_t depth) {
  if (!node.is_array()) {
    if (depth != shape.size() || !(node.is_number() || node.is_boolean()))
      throw owner.error("a constant tensor is not regular");
    numbers.push_back(node.is_boolean() ? node.get<bool>() : node.get<double>());
    return;
  }
  if (depth == shape.size() && numbers.empty()) shape.push_back(node.size());
  if (depth >= shape.size() || shape[depth] != node.size()) throw owner.error("a constant tensor is not regular");
  for (const json& item : node) append_numbers(owner, item, numbers, shape, depth + 1);
}

Tensor constant_tensor(const Layer& owner, const json& node) {
  const json& dtype = config(owner, node, "dtype");
  std::vector<double> numbers;
  ov::Shape shape;
  append_numbers(owner, config(owner, node, "value"), numbers, shape, 0);
  const auto type = element_type(dtype_from_name(dtype.is_string() ? dtype.get<std::string>() : dtype.dump()));
  return Tensor(std::make_shared<ov::op::v0::Constant>(type, shape, numbers)->output(0));
}

void flatten(const Arg& arg, Tensors& tensors, bool& others) {
  if (arg.is<Tensor>()) {
    tensors.push_back(arg.as<Tensor>());
  } else if (arg.is<List>()) {
    for (const Arg& item : arg.as<List>()) flatten(item, tensors, others);
  } else if (!arg.is<ops::None>() && !(arg.is<bool>() && !arg.as<bool>())) {
    others = true;
  }
}

}  // namespace

bool is_history(const json& node) { return node.is_array() && node.size() >= 3 && node[0].is_string(); }

History history(const Layer& owner, const json& node) {
  if (!is_history(node) || !node[1].is_number_unsigned() || !node[2].is_number_unsigned()) {
    throw owner.error(fmt::format("wanted a tensor as [layer, call, output], got {}", node.dump()));
  }
  return {node[0].get<std::string>(), node[1].get<size_t>(), node[2].get<size_t>()};
}

void each_history(const Layer& owner, const json& node, const std::function<void(const History&, const json&)>& visit) {
  if (is_old_call(node)) {
    for (const json& item : node) visit(history(owner, item), item);
  } else {
    each_tensor(owner, node, visit);
  }
}

Arg argument(const Layer& owner, const json& node, const Lookup& lookup) {
  if (node.is_null()) return ops::None{};
  if (node.is_boolean()) return node.get<bool>();
  if (node.is_number_integer()) return node.get<int64_t>();
  if (node.is_number()) return node.get<double>();
  if (node.is_string()) return node.get<std::string>();
  if (node.is_array()) {
    List list;
    for (const json& item : node) list.push_back(argument(owner, item, lookup));
    return list;
  }
  const std::string kind = class_name(node);
  if (kind == "__keras_tensor__") return lookup(history(owner, config(owner, node, "keras_history")), node);
  if (kind == "__tensor__" || kind == "__numpy__") return constant_tensor(owner, node);
  if (kind == "__ellipsis__") return ops::Ellipsis{};
  if (kind == "DTypePolicy") return config(owner, node, "name").get<std::string>();
  if (kind == "__slice__") {
    const auto part = [&](const char* key) {
      return std::make_shared<Arg>(argument(owner, config(owner, node, key), lookup));
    };
    return ops::Slice{part("start"), part("stop"), part("step")};
  }
  if (!kind.empty())
    throw owner.error(fmt::format("an argument of class \"{}\" is not supported", kind), Error::Kind::unsupported);
  List list;  // a dict of tensors: what it is given to takes them in the order of the keys
  for (const auto& item : node) list.push_back(argument(owner, item, lookup));
  return list;
}

Arguments arguments(const Layer& owner, const json& node, const Lookup& lookup) {
  Arguments out;
  if (is_old_call(node)) {
    List tensors;
    each_history(owner, node, [&](const History& h, const json& where) {
      if (where.size() > 3 && !where[3].empty())
        throw owner.error("call arguments in Keras 2's form are not supported: " + where[3].dump());
      tensors.emplace_back(lookup(h, where));
    });
    out.args.emplace_back(std::move(tensors));
    return out;
  }
  if (!node.is_object() || !node.contains("args") || !node["args"].is_array() || !node.contains("kwargs") ||
      !node["kwargs"].is_object()) {
    throw owner.error("a call has no \"args\" and \"kwargs\"");
  }
  for (const json& item : node["args"]) out.args.push_back(argument(owner, item, lookup));
  for (const auto& [key, item] : node["kwargs"].items()) out.kwargs.emplace_back(key, argument(owner, item, lookup));
  return out;
}

namespace {

/// The inputs with the masks that the call gives them: one, or a list with nulls.
void set_masks(const Layer& layer, Tensors& inputs) {
  const Arg& masks = layer.argument("mask");
  if (masks.is<ops::None>()) return;
  const List list = masks.is<List>() ? masks.as<List>() : List{masks};
  if (list.size() != inputs.size())
    throw layer.error(fmt::format("is called with {} masks for {} tensors", list.size(), inputs.size()));
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].is<ops::None>()) continue;
    if (!list[i].is<Tensor>()) throw layer.error("is called with a mask that is no tensor", Error::Kind::unsupported);
    inputs[i] = with_mask(layer, inputs[i], list[i].as<Tensor>());
  }
}

/// The names of a call's arguments: the inputs, the row's others, and the mask that every layer may be given.
std::vector<std::string> parameters_of(const Layer& layer) {
  const Row* row = find_row(layer.class_name());
  std::istringstream words{fmt::format("{} mask", row && !row->call.empty() ? row->call : "inputs")};
  return {std::istream_iterator<std::string>(words), {}};
}

}  // namespace

Tensors layer_inputs(Layer& layer, const Arguments& arguments) {
  const std::vector<std::string> names = parameters_of(layer);
  Tensors tensors;
  bool others = false;
  for (size_t i = 0; i < arguments.args.size(); ++i) {
    if (i > 0 && i + 1 < names.size()) {
      layer.set_argument(names[i], arguments.args[i]);
    } else {
      flatten(arguments.args[i], tensors, others);
    }
  }
  if (others)
    throw layer.error("is called with an argument that is no tensor, which is not supported", Error::Kind::unsupported);
  for (const auto& [key, arg] : arguments.kwargs) {
    // What fit and predict say holds, and not `training=False` of a call: so Keras 3.15 has it.
    const bool off = arg.is<bool>() && !arg.as<bool>();
    if (key == "training" && (off || !acts_in_training(layer))) continue;
    if (std::find(names.begin() + 1, names.end(), key) != names.end()) {
      layer.set_argument(key, arg);
      continue;
    }
    Tensors named;
    flatten(arg, named, others);
    const bool input = tensors.empty() && (key == "inputs" || key == "x" || key == names[0]);
    if (others || (!named.empty() && !input)) {
      throw layer.error(fmt::format("call argument \"{}\" is not supported", key), Error::Kind::unsupported);
    }
    if (input) tensors = named;
  }
  set_masks(layer, tensors);
  return tensors;
}

}  // namespace keravino::layers
