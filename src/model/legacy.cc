#include "model/legacy.h"

#include <algorithm>

#include "layers/arguments.h"
#include "layers/models.h"
#include "layers/registry.h"
#include "model/build.h"
#include "saving/cudnn.h"
#include "tensor/value.h"

namespace keravino {
namespace {

using layers::Layer;
using nlohmann::json;
using saving::LayerTensors;
using Key = std::pair<std::string, size_t>;  // of a variable: its group, and its number there

/// What the layers of a model want, known from building it with weights that are open.
class Wanted {
 public:
  explicit Wanted(const saving::Archive& archive) : source_(archive), model_(source_, archive.config, "") {
    source_.learns = true;
    layers::Tensors inputs;
    for (const layers::Input& input : layers::model_inputs(model_)) {
      const auto node = std::make_shared<ov::op::v0::Parameter>(element_type(input.dtype), input.shape);
      inputs.emplace_back(std::make_shared<Value>(node->output(0), true, 0));
    }
    layers::build(model_, inputs);
  }

  /// The variables of each layer of the model that has any, in Keras's order.
  std::vector<std::pair<std::string, std::vector<Key>>> layers() const {
    std::vector<std::pair<std::string, std::vector<Key>>> out;
    for (size_t i = 0; i < model_.value("layers").size(); ++i) {
      const Layer layer = model_.sub(fmt::format("layers/{}", i));
      std::vector<Key> keys = variables(layer);
      std::ranges::stable_partition(keys, [&](const Key& key) { return source_.variables.at(key).trainable; });
      if (!keys.empty()) out.emplace_back(layer.node().value("name", layer.name()), std::move(keys));
    }
    return out;
  }

  const Layer& model() const { return model_; }
  const layers::Source& source() const { return source_; }
  std::vector<size_t> shape(const Key& key) const {
    const auto copied = source_.copies.find(key);
    return source_.variables.at(copied == source_.copies.end() ? key : copied->second).start.shape().to_shape();
  }

 private:
  std::vector<Key> variables(const Layer& layer) const {
    std::vector<Key> keys;
    const auto add = [&](const Layer& inner) {
      for (Key& key : variables(inner)) {
        if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
      }
    };
    if (is_model(layer.class_name())) {
      for (size_t i = 0; i < layer.value("layers").size(); ++i) add(layer.sub(fmt::format("layers/{}", i)));
    } else if (layer.has("layer") && !layer.has("backward_layer")) {
      add(layer.sub("layer"));  // it may be a model
    }
    std::vector<std::pair<size_t, Key>> own;
    const auto known = source_.groups.find(layer.pointer());
    if (known == source_.groups.end()) return keys;  // an op, or an InputLayer
    const std::string& group = known->second;
    for (auto at = source_.variables.lower_bound({group, 0}); at != source_.variables.end(); ++at) {
      const std::string& other = at->first.first;
      if (!other.starts_with(group)) break;
      const bool within = other.size() == group.size() || other[group.size()] == '/';
      if (within && std::ranges::find(keys, at->first) == keys.end()) own.emplace_back(at->second.order, at->first);
    }
    std::ranges::sort(own);
    for (auto& [order, key] : own) keys.push_back(std::move(key));
    return keys;
  }

  mutable layers::Source source_;
  Layer model_;
};

/// Keras 3 writes shape and dtype of a tensor beside its history, and opens no file without. Keras 2 wrote neither. How
/// many axes there are is enough for both: Keras computes the tensors anew, and calls of a layer may differ in the
/// rest.
class TensorShapes {
 public:
  explicit TensorShapes(const std::map<std::string, std::vector<ov::PartialShape>>& shapes) : shapes_(shapes) {}

  /// Adds what is missing in this object and in all within it.
  void add(json& node, const std::string& pointer) const {
    if (!node.is_structured()) return;
    for (auto& [key, item] : node.items()) add(item, fmt::format("{}/{}", pointer, key));
    if (!node.is_object() || !node.contains("layers") || !node["layers"].is_array()) return;
    std::map<std::string, std::vector<size_t>> ranks;  // of the outputs of each layer
    for (size_t i = 0; i < node["layers"].size(); ++i) {
      const json& layer = node["layers"][i];
      const json name = layer.is_object() ? layer.value("name", json()) : json();
      if (!name.is_string()) continue;
      std::vector<size_t>& own = ranks[name];
      if (const json::json_pointer batch("/config/batch_shape"); layer.contains(batch)) own = {layer[batch].size()};
      const auto found = shapes_.find(fmt::format("{}/layers/{}", pointer, i));
      if (found == shapes_.end()) continue;
      own.clear();
      for (const ov::PartialShape& shape : found->second) own.push_back(shape.size());
    }
    for (json& layer : node["layers"]) {
      if (layer.is_object() && layer.contains("inbound_nodes")) describe(layer["inbound_nodes"], ranks);
    }
  }

 private:
  static void describe(json& node, const std::map<std::string, std::vector<size_t>>& ranks) {
    if (!node.is_structured()) return;
    const json::json_pointer place("/config/keras_history");
    const json history = node.is_object() && node.contains(place) ? node[place] : json();
    if (!layers::is_history(history) || !history[2].is_number_unsigned() || node["config"].contains("shape")) {
      for (json& item : node) describe(item, ranks);
      return;
    }
    const auto outputs = ranks.find(history[0]);
    const auto output = history[2].get<size_t>();
    if (outputs == ranks.end() || output >= outputs->second.size()) return;
    node["config"]["shape"] = std::vector<json>(outputs->second[output]);
    node["config"]["dtype"] = "float32";
  }

  const std::map<std::string, std::vector<ov::PartialShape>>& shapes_;
};

/// False for a class with code of its own, which `build_model` refuses.
bool holds_model(const json& config) {
  const auto name = config.find("class_name");
  return name != config.end() && name->is_string() && is_model(name->get<std::string>());
}

}  // namespace

static void place(saving::Archive& archive) {
  if (archive.weights.layers().empty() || !holds_model(archive.config)) return;
  std::vector<const LayerTensors*> found;
  for (const LayerTensors& layer : archive.weights.layers()) {
    if (!layer.tensors.empty()) found.push_back(&layer);
  }
  const std::lock_guard lock(graph_mutex());
  const Wanted wanted(archive);
  const auto layers = wanted.layers();
  if (layers.size() != found.size()) {
    throw wanted.model().error(
        fmt::format("has {} layers with weights, but the file has weights for {}", layers.size(), found.size()));
  }
  const bool by_name = std::ranges::all_of(layers, [&](const auto& layer) {
    return std::ranges::any_of(found, [&](const LayerTensors* f) { return f->layer == layer.first; });
  });
  std::map<Key, saving::SavedTensor> placed;
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto& [name, keys] = layers[i];
    const auto same = std::ranges::find_if(found, [&](const LayerTensors* f) { return f->layer == name; });
    const LayerTensors& from = **(by_name ? same : found.begin() + static_cast<std::ptrdiff_t>(i));
    if (keys.size() != from.tensors.size()) {
      throw wanted.model().error(fmt::format("layer \"{}\" has {} weights, but the file has {} for \"{}\"", name,
                                             keys.size(), from.tensors.size(), from.layer));
    }
    for (size_t k = 0; k < keys.size(); ++k) placed[keys[k]] = from.tensors[k];
  }
  for (const auto& [copy, key] : wanted.source().copies) placed[copy] = placed.at(key);
  std::map<std::string, std::vector<saving::SavedTensor>> groups;
  std::map<std::string, std::vector<std::vector<size_t>>> shapes;
  for (auto& [key, tensor] : placed) {
    groups[key.first].push_back(std::move(tensor));
    shapes[key.first].push_back(wanted.shape(key));
  }
  for (auto& [group, tensors] : groups)
    archive.weights.set(group, saving::from_cudnn(std::move(tensors), shapes[group]));
  TensorShapes(wanted.source().output_shapes).add(archive.config["config"], "/config");
}

void place_legacy_weights(saving::Archive& archive) {
  with_config_errors(archive, [&] { place(archive); });
}

}  // namespace keravino
