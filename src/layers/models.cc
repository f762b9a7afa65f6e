// Models as layers: Sequential and Functional, also nested in each other.
#include "layers/models.h"

#include <unordered_set>

#include "layers/families.h"
#include "layers/masks.h"
#include "layers/operation.h"

namespace keravino::layers {
namespace {

/// True if the tensor is computed from one of the others.
bool hangs_on(const Tensor& tensor, const Tensors& others) {
  std::set<const ov::Node*> nodes;
  for (const Tensor& other : others) nodes.insert(other.output().get_node());
  std::vector<const ov::Node*> stack{tensor.output().get_node()};
  std::unordered_set<const ov::Node*> seen(stack.begin(), stack.end());
  while (!stack.empty()) {
    const ov::Node* node = stack.back();
    stack.pop_back();
    if (nodes.contains(node)) return true;
    for (const auto& input : node->input_values()) {
      if (seen.insert(input.get_node()).second) stack.push_back(input.get_node());
    }
  }
  return false;
}

bool is_functional(std::string_view class_name) { return class_name == "Functional" || class_name == "Model"; }

/// The members of a Functional model, and the tensors of their calls, each computed when it is first wanted.
class Graph {
 public:
  Graph(const Layer& model, const Tensors& inputs) : model_(model) {
    const json& layers = model.value("layers");
    if (!layers.is_array()) throw model.error("\"layers\" is no list");
    for (size_t i = 0; i < layers.size(); ++i) {
      Layer layer = model.sub(fmt::format("layers/{}", i));
      const std::string name = layer.node().value("name", layer.name());
      Member member{std::move(layer), {}};
      const auto calls = member.layer.node().find("inbound_nodes");
      member.calls.resize(calls != member.layer.node().end() && calls->is_array() ? calls->size() : 0);
      if (!members_.emplace(name, std::move(member)).second)
        throw model.error(fmt::format("has two layers named \"{}\"", name));
    }
    const std::vector<History> starts = histories("input_layers");
    for (size_t i = 0; i < starts.size(); ++i) {
      find(starts[i]).calls.assign(1, Call{State::done, {inputs.at(i)}});
    }
  }

  Tensors outputs() {
    Tensors out;
    for (History h : histories("output_layers")) {
      // A nested Functional model counts the call that made it as its first.
      if (is_functional(find(h).layer.class_name()) && h.call > 0) --h.call;
      compute(h);
      out.push_back(tensor(h));
    }
    return out;
  }

 private:
  enum class State { fresh, open, done };
  struct Call {
    State state = State::fresh;
    Tensors outputs;
  };
  struct Member {
    Layer layer;
    std::vector<Call> calls;
  };

  std::vector<History> histories(const char* key) const { return model_tensors(model_, key); }

  Member& find(const History& h) {
    const auto found = members_.find(h.layer);
    if (found == members_.end())
      throw model_.error(fmt::format("refers to a layer \"{}\" that it does not have", h.layer));
    return found->second;
  }

  Call& call(const History& h) {
    Member& member = find(h);
    if (h.call < member.calls.size()) return member.calls[h.call];
    throw member.layer.error(fmt::format("call {} is wanted, but there are {}", h.call, member.calls.size()));
  }

  const json& arguments_of(const History& h) { return find(h).layer.node()["inbound_nodes"][h.call]; }

  Tensor tensor(const History& h) {
    const Tensors& outputs = call(h).outputs;
    if (h.output < outputs.size()) return outputs[h.output];
    throw find(h).layer.error(fmt::format("output {} is wanted, but there are {}", h.output, outputs.size()));
  }

  /// Computes a call after all that it needs; without recursion, since a model may be thousands of layers deep.
  void compute(const History& wanted) {
    std::vector<History> stack{wanted};
    while (!stack.empty()) {
      const History h = stack.back();
      if (call(h).state == State::done) {
        stack.pop_back();
        continue;
      }
      call(h).state = State::open;
      const size_t before = stack.size();
      each_history(find(h).layer, arguments_of(h), [&](const History& need, const json&) {
        if (call(need).state == State::open) throw find(need).layer.error("is part of a loop");
        if (call(need).state == State::fresh) stack.push_back(need);
      });
      if (stack.size() > before) continue;
      call(h).outputs = run(h);
      call(h).state = State::done;
      stack.pop_back();
    }
  }

  Tensors run(const History& h) {
    Layer layer = find(h).layer;
    const Arguments args = arguments(layer, arguments_of(h), [&](const History& need, const json& node) {
      return checked(layer, tensor(need), node);
    });
    if (!is_operation(layer)) return build(layer, layer_inputs(layer, args));
    Tensors outputs = call_operation(layer, args);
    for (Tensor& y : outputs) y = with_mask(layer, y, {});
    record(layer, outputs);
    return outputs;
  }

  /// The file says what shape a tensor has: a difference means that we do not compute what Keras did, unless Keras
  /// misjudged the shape.
  static Tensor checked(const Layer& layer, Tensor tensor, const json& node) {
    const auto config = node.is_object() ? node.find("config") : node.end();
    if (!node.is_object() || config == node.end() || !config->contains("shape") || !(*config)["shape"].is_array())
      return tensor;
    const ov::PartialShape said = partial_shape(layer, (*config)["shape"]);
    if (tensor.shape().compatible(said) || hangs_on(tensor, layer.source().misjudged)) return tensor;
    throw layer.error(
        fmt::format("its input is {} here, but {} in the file", ops::to_string(tensor.shape()), ops::to_string(said)));
  }

  const Layer& model_;
  std::map<std::string, Member> members_;
};

Tensors as_inputs(const Layer& model, Tensors inputs) {
  const std::vector<Input> wanted = model_inputs(model);
  if (inputs.size() != wanted.size()) {
    throw model.error(fmt::format("is called with {} tensors, wanted {}", inputs.size(), wanted.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] = with_mask(model, ops::cast(inputs[i], wanted[i].dtype), mask_of(model, inputs[i]));
  }
  return inputs;
}

Tensors functional(Layer& model, const Tensors& inputs) { return Graph(model, as_inputs(model, inputs)).outputs(); }

Tensors sequential(Layer& model, const Tensors& inputs) {
  const json& layers = model.value("layers");
  Tensors x = inputs;
  for (size_t i = 0; i < layers.size(); ++i) {
    Layer layer = model.sub(fmt::format("layers/{}", i));
    if (i == 0 && layer.class_name() == "InputLayer") {
      x = as_inputs(model, x);
    } else {
      x = build(layer, x);
    }
  }
  return x;
}

constexpr Row kRows[] = {
    row<&functional>("Functional", Masks::own),
    row<&functional>("Model", Masks::own),
    row<&sequential>("Sequential", Masks::own),
};

}  // namespace

std::span<const Row> models() { return kRows; }

Input input_of(const Layer& layer) {
  if (layer.class_name() != "InputLayer") throw layer.error("wanted an InputLayer");
  for (const char* kind : {"sparse", "ragged"}) {
    if (layer.get_or<bool>(kind, false))
      throw layer.error(fmt::format("{} inputs are not supported", kind), Error::Kind::unsupported);
  }
  // Keras 2 wrote this key in its first .keras files.
  const char* key = layer.has("batch_shape") ? "batch_shape" : "batch_input_shape";
  return {layer.name(), partial_shape(layer, layer.value(key)), layer.compute_dtype()};
}

ov::PartialShape partial_shape(const Layer& layer, const json& shape) {
  std::vector<ov::Dimension> dims;
  const auto wrong = [&] { return layer.error(fmt::format("{} is no shape", shape.dump())); };
  if (!shape.is_array() || shape.size() > 16) throw wrong();
  for (const json& dim : shape) {
    if (!dim.is_null() && (!dim.is_number_unsigned() || dim.get<uint64_t>() > INT32_MAX)) throw wrong();
    dims.push_back(dim.is_null() ? ov::Dimension::dynamic() : ov::Dimension(dim.get<int64_t>()));
  }
  return dims;
}

std::vector<History> model_tensors(const Layer& model, const char* key) {
  std::vector<History> out;
  const std::function<void(const json&)> visit = [&](const json& node) {
    if (is_history(node)) {
      out.push_back(history(model, node));
    } else if (node.is_structured() && !node.empty()) {
      for (const auto& item : node) visit(item);
    } else {
      throw model.error(fmt::format("\"{}\" holds {}, wanted tensors as [layer, call, output]", key, node.dump()));
    }
  };
  visit(model.value(key));
  return out;
}

std::vector<std::string> tensor_names(const Layer& model, const char* key) {
  const json& node = model.value(key);
  std::vector<std::string> names;
  if (node.is_object() && std::all_of(node.begin(), node.end(), is_history)) {
    for (const auto& [name, item] : node.items()) names.push_back(name);
  } else {
    for (const History& h : model_tensors(model, key)) names.push_back(h.layer);
  }
  return names;
}

std::vector<Input> model_inputs(const Layer& model) {
  std::vector<Input> out;
  const json& layers = model.value("layers");
  if (!layers.is_array() || layers.empty()) throw model.error("has no layers");
  if (!is_functional(model.class_name())) {
    const Layer first = model.sub("layers/0");
    if (first.class_name() == "InputLayer") return {input_of(first)};
    json shape = model.has("build_input_shape") ? model.value("build_input_shape") : json();
    if (shape.is_null() && model.node().contains("build_config"))
      shape = model.node()["build_config"].value("input_shape", json());
    if (shape.is_null()) throw model.error("was saved before it was built: its input shape is not known");
    return {{model.name(), partial_shape(model, shape), first.compute_dtype()}};
  }
  std::map<std::string, size_t> index;
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer layer = model.sub(fmt::format("layers/{}", i));
    index.emplace(layer.node().value("name", layer.name()), i);
  }
  for (const History& h : model_tensors(model, "input_layers")) {
    const auto found = index.find(h.layer);
    if (found == index.end()) throw model.error(fmt::format("refers to a layer \"{}\" that it does not have", h.layer));
    out.push_back(input_of(model.sub(fmt::format("layers/{}", found->second))));
  }
  const std::vector<std::string> names = tensor_names(model, "input_layers");
  for (size_t i = 0; i < out.size(); ++i) out[i].name = names[i];
  return out;
}

}  // namespace keravino::layers
