#include "model/legacy.h"

#include <algorithm>

#include "layers/models.h"
#include "layers/registry.h"
#include "model/build.h"
#include "saving/cudnn.h"
#include "tensor/value.h"

namespace keravino {
namespace {

using layers::Layer;
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
  std::vector<size_t> shape(const Key& key) const {
    const auto copied = source_.copies.find(key);
    return source_.variables.at(copied == source_.copies.end() ? key : copied->second).start.shape().to_shape();
  }
  const std::map<Key, Key>& copies() const { return source_.copies; }

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

/// False for a class with code of its own, which `build_model` refuses.
bool holds_model(const nlohmann::json& config) {
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
  for (const auto& [copy, key] : wanted.copies()) placed[copy] = placed.at(key);
  std::map<std::string, std::vector<saving::SavedTensor>> groups;
  std::map<std::string, std::vector<std::vector<size_t>>> shapes;
  for (auto& [key, tensor] : placed) {
    groups[key.first].push_back(std::move(tensor));
    shapes[key.first].push_back(wanted.shape(key));
  }
  for (auto& [group, tensors] : groups)
    archive.weights.set(group, saving::from_cudnn(std::move(tensors), shapes[group]));
}

void place_legacy_weights(saving::Archive& archive) {
  with_config_errors(archive, [&] { place(archive); });
}

}  // namespace keravino
