#include "saving/legacy.h"

#include <cstring>

#include "saving/archive.h"
#include "saving/json.h"
#include "saving/names.h"

namespace keravino::saving {
namespace {

using hdf5::Contents;
using hdf5::Handle;
using nlohmann::json;

constexpr const char *kLayers = "layer_names", *kWeights = "weight_names";

// A list in an attribute, or in several with numbers behind the name where it is too long for one.
std::vector<std::string> list_of(Contents& contents, hid_t group, const std::string& name, const std::string& path) {
  if (H5Aexists(group, name.c_str()) > 0) return contents.texts(group, name, path);
  std::vector<std::string> all;
  for (size_t part = 0; H5Aexists(group, fmt::format("{}{}", name, part).c_str()) > 0; ++part) {
    for (std::string& text : contents.texts(group, fmt::format("{}{}", name, part), path))
      all.push_back(std::move(text));
  }
  return all;
}

bool has_list(hid_t group, const std::string& name) {
  return H5Aexists(group, name.c_str()) > 0 || H5Aexists(group, (name + "0").c_str()) > 0;
}

/// The tensors that a group names, in the order of the names.
std::vector<SavedTensor> read_tensors(Contents& contents, hid_t group, const std::string& path) {
  std::vector<SavedTensor> tensors;
  std::set<std::string> seen;
  for (const std::string& name : list_of(contents, group, kWeights, path)) {
    if (!seen.insert(name).second) throw contents.error(join(path, name), "is named twice");
    const Handle dataset = contents.open(group, name, path);
    tensors.push_back(contents.tensor(dataset, name, join(path, name)));
  }
  return tensors;
}

std::vector<LayerTensors> read_layers(Contents& contents, hid_t group, const std::string& path) {
  std::vector<LayerTensors> layers;
  std::set<std::string> seen;
  for (const std::string& name : list_of(contents, group, kLayers, path)) {
    const std::string here = join(path, name);
    if (!seen.insert(name).second) throw contents.error(here, "is named twice");
    const Handle layer = contents.open(group, name, path);
    if (H5Iget_type(layer) != H5I_GROUP) throw contents.error(here, "is not a group");
    layers.push_back({name, read_tensors(contents, layer, here)});
  }
  return layers;
}

/// Names the module of an object's class where it has none; Keras 3 finds no class without.
void name_module(json& node, const char* module) {
  if (node.is_object() && node.contains("class_name")) {
    node.emplace("module", module);
    node.emplace("registered_name", nullptr);
  } else if (node.is_structured()) {
    for (json& item : node) name_module(item, module);
  }
}

/// An optimizer as Keras 3 has it. Keras 2 called the learning rate "lr", and let it decay without a schedule.
json optimizer(json object) {
  if (!object.is_object()) return object;
  if (const auto name = object.find("class_name"); name != object.end() && name->is_string()) {
    const auto text = name->get<std::string>();
    if (text.starts_with("Custom>")) *name = text.substr(7);
  }
  name_module(object, "keras.optimizers");
  json config = object.value("config", json());
  if (!config.is_object()) return object;
  if (config.contains("lr")) config.emplace("learning_rate", config["lr"]);
  config.erase("lr");
  if (const json decay = config.value("decay", json()); decay.is_number() && decay != 0) {
    const json rate = {
        {"initial_learning_rate", config.value("learning_rate", json())}, {"decay_steps", 1}, {"decay_rate", decay}};
    config["learning_rate"] = {{"class_name", "InverseTimeDecay"}, {"config", rate}};
  }
  config.erase("decay");
  if (config.contains("learning_rate")) name_module(config["learning_rate"], "keras.optimizers.schedules");
  object["config"] = std::move(config);
  return object;
}

/// Keras 2 saved a function among the metrics as what takes its mean.
void unwrap_means(json& node) {
  const bool wrapper = node.is_object() && node.value("class_name", json()) == "MeanMetricWrapper";
  if (wrapper && node.contains("config") && node["config"].is_object() && node["config"].contains("fn")) {
    const json config = node["config"];
    node = {{"class_name", config["fn"]}, {"config", {{"name", config.value("name", json())}}}};
  } else if (node.is_structured()) {
    for (json& item : node) unwrap_means(item);
  }
}

json compile_config(const json& training) {
  json out = {{"optimizer", optimizer(training.value("optimizer_config", json()))}};
  for (const char* key : {"loss", "loss_weights", "metrics", "weighted_metrics"})
    out[key] = training.value(key, json());
  name_module(out["loss"], "keras.losses");
  for (const char* key : {"metrics", "weighted_metrics"}) {
    unwrap_means(out[key]);
    name_module(out[key], "keras.metrics");
  }
  return out;
}

/// The model itself as Keras 3 finds its class; it looks for those of layers without being told where.
json named_model(json model) {
  const bool sequential = model["class_name"] == "Sequential";
  if (model["class_name"] == "Model") model["class_name"] = "Functional";
  model["module"] = sequential ? "keras" : "keras.src.models.functional";
  model["registered_name"] = model["class_name"];
  return model;
}

}  // namespace

std::optional<std::vector<LayerTensors>> legacy_layers(Contents& contents, hid_t root) {
  if (has_list(root, kLayers)) return read_layers(contents, root, "");
  constexpr const char* kGroup = "model_weights";
  if (H5Lexists(root, kGroup, H5P_DEFAULT) <= 0) return std::nullopt;
  const Handle group = contents.open(root, kGroup, "");
  if (H5Iget_type(group) != H5I_GROUP || !has_list(group, kLayers)) return std::nullopt;
  return read_layers(contents, group, kGroup);
}

std::optional<std::vector<SavedTensor>> legacy_optimizer(Contents& contents, hid_t root) {
  constexpr const char* kGroup = "optimizer_weights";
  if (H5Lexists(root, kGroup, H5P_DEFAULT) <= 0) return std::nullopt;
  const Handle group = contents.open(root, kGroup, "");
  if (H5Iget_type(group) != H5I_GROUP) throw contents.error(kGroup, "is not a group");
  return read_tensors(contents, group, kGroup);
}

bool is_hdf5(const std::string& path) {
  const Buffer start = read_file(path, 8);
  return start.size == 8 && std::memcmp(start.data.get(), "\x89HDF\r\n\x1a\n", 8) == 0;
}

Archive open_legacy(const std::string& path) {
  const Buffer image = read_file(path);
  Budget budget(image.size);
  const auto attribute = [&](const char* name) -> std::string {
    const hdf5::Session session;
    const Handle file = hdf5::open_image(path, image);
    Contents contents(path, image, budget);
    const auto texts = contents.texts(file, name, "");
    return texts.empty() ? "" : texts[0];
  };
  const std::string config = attribute("model_config"), training = attribute("training_config"),
                    version = attribute("keras_version"), where = path + ": model_config";
  if (config.empty()) {
    throw file_error(path, fmt::format("holds weights and no model (it has no model_config); give it with --weights to "
                                       "the .keras or .h5 file of its model"));
  }
  Archive archive{.path = path,
                  .config = named_model(
                      current_config(where, parse_json_object(where, config, budget), !version.starts_with("3."))),
                  .metadata = {{"keras_version", version}},
                  .weights = {path, image, budget},
                  .others = {}};
  if (!training.empty())
    archive.config["compile_config"] = compile_config(parse_json_object(path + ": training_config", training, budget));
  archive.budget = budget;
  return archive;
}

}  // namespace keravino::saving
