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

std::vector<LayerTensors> read_layers(Contents& contents, hid_t group, const std::string& path) {
  std::vector<LayerTensors> layers;
  std::set<std::string> seen;
  for (const std::string& name : list_of(contents, group, kLayers, path)) {
    const std::string here = join(path, name);
    if (!seen.insert(name).second) throw contents.error(here, "is named twice");
    const Handle layer = contents.open(group, name, path);
    if (H5Iget_type(layer) != H5I_GROUP) throw contents.error(here, "is not a group");
    LayerTensors& out = layers.emplace_back(LayerTensors{name, {}});
    std::set<std::string> weights;
    for (const std::string& weight : list_of(contents, layer, kWeights, here)) {
      if (!weights.insert(weight).second) throw contents.error(join(here, weight), "is named twice");
      const Handle dataset = contents.open(layer, weight, here);
      out.tensors.push_back(contents.tensor(dataset, weight, join(here, weight)));
    }
  }
  return layers;
}

/// Keras 3 has no name for what the optimizer of Keras 2 knows besides its arguments.
json optimizer(json object) {
  if (!object.is_object()) return object;
  if (const auto name = object.find("class_name"); name != object.end() && name->is_string()) {
    const auto text = name->get<std::string>();
    if (text.starts_with("Custom>")) *name = text.substr(7);
  }
  object.emplace("module", "keras.optimizers");
  object.emplace("registered_name", nullptr);
  return object;
}

json compile_config(const json& training) {
  json out = {{"optimizer", optimizer(training.value("optimizer_config", json()))}};
  for (const char* key : {"loss", "loss_weights", "metrics", "weighted_metrics"})
    out[key] = training.value(key, json());
  return out;
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
                  .config = current_config(where, parse_json_object(where, config), !version.starts_with("3.")),
                  .metadata = {{"keras_version", version}},
                  .weights = {path, image, budget},
                  .others = {}};
  if (!training.empty())
    archive.config["compile_config"] = compile_config(parse_json_object(path + ": training_config", training));
  return archive;
}

}  // namespace keravino::saving
