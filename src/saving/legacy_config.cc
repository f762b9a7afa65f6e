// Configs of Keras 2, tf.keras and Keras 3's .h5 files, put into the form of Keras 3's .keras files.
#include <map>

#include "saving/legacy.h"

namespace keravino::saving {
namespace {

using nlohmann::json;

/// A class by its name of before, and what it had then that today's takes from its config.
struct Renamed {
  std::string_view before, now;
  const char* config;
};
constexpr Renamed kRenamed[] = {
    {"BatchNormalizationV1", "BatchNormalization", "{}"},
    {"BatchNormalizationV2", "BatchNormalization", "{}"},
    {"CuDNNGRU", "GRU", R"({"reset_after": true, "activation": "tanh", "recurrent_activation": "sigmoid"})"},
    {"CuDNNLSTM", "LSTM", R"({"activation": "tanh", "recurrent_activation": "sigmoid"})"},
    {"SyncBatchNormalization", "BatchNormalization", "{}"},
};

/// Arguments that Keras 3 does not know, of which nothing is left but what it does without them.
constexpr std::string_view kGone[] = {"key_shape", "query_shape", "softmax_robust_masking", "time_major",
                                      "value_shape"};

std::string text(const json& node, const char* key) {
  const auto found = node.is_object() ? node.find(key) : node.end();
  return node.is_object() && found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_object(const json& node) {
  if (!node.is_object() || !node.contains("config")) return false;
  const std::string name = text(node, "class_name");
  return !name.empty() && !name.starts_with("__");
}

bool is_functional(const json& node) {
  const std::string name = text(node, "class_name");
  return name == "Functional" || name == "Model";
}

/// A tensor as [layer, call, output], with the arguments of the call behind it or not.
bool is_history(const json& node) {
  return node.is_array() && (node.size() == 3 || node.size() == 4) && node[0].is_string() &&
         node[1].is_number_unsigned() && node[2].is_number_unsigned();
}

void each_history(json& node, const std::function<void(json&)>& visit) {
  if (is_history(node)) visit(node);
  if (node.is_structured()) {
    for (json& item : node) each_history(item, visit);
  }
}

/// The calls in one Functional model. Keras 2 counts the calls of a model from 1, since 0 is what made it.
class Calls {
 public:
  explicit Calls(json& config) : config_(config) {
    for (json& layer : config["layers"]) {
      const auto calls = layer.is_object() ? layer.find("inbound_nodes") : layer.end();
      if (layer.is_object() && calls != layer.end() && calls->is_array()) layers_[text(layer, "name")] = &layer;
    }
    const auto seen = [&](const json& history) {
      size_t& last = last_[history[0].get_ref<const std::string&>()];
      last = std::max(last, history[1].get<size_t>());
    };
    for (auto& [name, layer] : layers_) each_history((*layer)["inbound_nodes"], seen);
    if (config.contains("output_layers")) each_history(config["output_layers"], seen);
  }

  void convert() {
    for (auto& [name, layer] : layers_) {
      for (json& call : (*layer)["inbound_nodes"]) {
        if (call.is_array()) call = converted(*layer, call);
      }
    }
    // Keras 3 counts a nested Functional model's calls from 1 here, and here alone.
    if (!config_.contains("output_layers")) return;
    each_history(config_["output_layers"], [&](json& history) {
      const auto name = history[0].get<std::string>();
      const bool functional = layers_.contains(name) && is_functional(*layers_[name]);
      history[1] = history[1].get<size_t>() - from(name) + (functional ? 1 : 0);
    });
  }

 private:
  size_t from(const std::string& name) const {
    const auto layer = layers_.find(name);
    if (layer == layers_.end()) return 0;
    const bool model = is_functional(*layer->second) || text(*layer->second, "class_name") == "Sequential";
    return model && last_.contains(name) && last_.at(name) == (*layer->second)["inbound_nodes"].size() ? 1 : 0;
  }

  json tensor(const json& history) const {
    const auto name = history[0].get<std::string>();
    const size_t call = history[1].get<size_t>(), first = from(name);
    // A call before the first is none: the number is left for the error that tells of it.
    const json place = {name, call >= first ? call - first : SIZE_MAX >> 1, history[2]};
    return {{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", place}}}};
  }

  /// Tensors in the place of what names them; all else as it is.
  json value(const json& node) const {
    if (is_history(node) && layers_.contains(node[0].get<std::string>())) return tensor(node);
    json out = node;
    if (node.is_structured()) {
      for (auto item = out.begin(); item != out.end(); ++item) *item = value(*item);
    }
    return out;
  }

  json converted(const json& layer, json call) const {
    json kwargs = json::object(), inputs = json::array();
    each_history(call, [&](const json& history) {
      if (history.size() == 4 && history[3].is_object()) kwargs.update(history[3]);
    });
    if (is_history(call)) call = json::array({call});
    kwargs = value(kwargs);
    for (json& item : call) inputs.push_back(is_history(item) ? tensor(item) : value(item));
    // A recurrent layer is called with its states behind its input.
    const auto has = [&](const char* key) { return layer.contains("config") && layer["config"].contains(key); };
    if (inputs.size() > 1 && (has("return_state") || has("merge_mode")) && !kwargs.contains("initial_state")) {
      kwargs["initial_state"] = json(inputs.begin() + 1, inputs.end());
      inputs.erase(inputs.begin() + 1, inputs.end());
    }
    return {{"args", inputs.size() == 1 ? inputs : json::array({inputs})}, {"kwargs", kwargs}};
  }

  json& config_;
  std::map<std::string, json*> layers_;
  std::map<std::string, size_t> last_;  // the highest call of a layer that is named
};

class Converter {
 public:
  Converter(const std::string& where, bool keras2) : where_(where), keras2_(keras2) {}

  void object(json& node) {
    const std::string name = text(node, "class_name");
    if (node["config"].is_array()) node["config"] = {{"name", "sequential"}, {"layers", node["config"]}};
    json& config = node["config"];
    if (!config.is_object()) throw file_error(where_, fmt::format("the config of a {} is no object", name));
    for (const Renamed& row : kRenamed) {
      if (name != row.before) continue;
      node["class_name"] = row.now;
      config.update(json::parse(row.config));
    }
    arguments(node, config);
    // Each makes a copy of what it holds, which would double with each that is within another.
    const bool twice = name == "Bidirectional" && !config.contains("backward_layer");
    if (twice && std::exchange(in_bidirectional_, true)) refuse(name, config, "is within another Bidirectional");
    for (auto& [key, item] : config.items()) {
      if (is_object(item)) object(item);
      if (!item.is_array()) continue;
      for (json& each : item) {
        if (is_object(each)) object(each);
      }
    }
    if (twice) {
      backward(config);
      in_bidirectional_ = false;
    }
    if (name == "Sequential") input_layer(config);
    if (is_functional(node) && config.contains("layers") && config["layers"].is_array()) Calls(config).convert();
  }

 private:
  void arguments(json& node, json& config) const {
    const std::string name = text(node, "class_name");
    for (const char* key : {"axis", "attention_axes"}) {
      if (config.contains(key) && config[key].is_array() && config[key].size() == 1) config[key] = json(config[key][0]);
    }
    const json::json_pointer policy("/dtype/config/name");
    if (config.contains(policy) && text(config["dtype"], "class_name").starts_with("Policy"))
      config["dtype"] = json(config[policy]);
    if (config.value("time_major", json(false)) == true) refuse(name, config, "time_major is no argument of Keras 3");
    if (name.starts_with("DepthwiseConv") && config.value("groups", json(1)) != 1)
      refuse(name, config, "groups is no argument of it in Keras 3");
    if (config.value("softmax_robust_masking", json(false)) == true)
      refuse(name, config, "softmax_robust_masking is no argument of Keras 3");
    for (const std::string_view key : kGone) config.erase(key);
    if (name.starts_with("DepthwiseConv") || name.starts_with("SeparableConv")) config.erase("groups");
    if (name.starts_with("SeparableConv")) {  // it has two kernels, and arguments for each
      for (const char* key : {"kernel_constraint", "kernel_initializer", "kernel_regularizer"}) config.erase(key);
    }
    if (!config.value("num_constants", json()).is_null()) refuse(name, config, "constants of an RNN are not read");
    if (name == "InputLayer" && config.contains("batch_input_shape")) {
      config["batch_shape"] = config["batch_input_shape"];
      config.erase("batch_input_shape");
    }
    if (!keras2_) return;
    if ((name == "GRU" || name == "GRUCell") && !config.contains("reset_after")) config["reset_after"] = false;
    for (const char* key : {"activation", "recurrent_activation"}) {
      if (text(config, key) == "hard_sigmoid") config[key] = "keras2>hard_sigmoid";
    }
  }

  /// Keras 2 names the backward half only where it is not the forward one turned around.
  static void backward(json& config) {
    if (!config.contains("layer") || !is_object(config["layer"]) || config.contains("backward_layer")) return;
    json other = config["layer"];
    json& inner = other["config"];
    inner["name"] = "backward_" + text(inner, "name");
    inner["go_backwards"] = inner.value("go_backwards", json(false)) != true;
    config["backward_layer"] = std::move(other);
  }

  /// Keras 2 kept the shape of a Sequential's input in the first layer.
  static void input_layer(json& config) {
    if (!config.contains("layers") || !config["layers"].is_array() || config["layers"].empty()) return;
    const json* first = &config["layers"][0];
    if (text(*first, "class_name") == "InputLayer") return;
    // The first layer may be a model, whose own input it is then.
    while (is_object(*first) && !(*first)["config"].contains("batch_input_shape")) {
      const json& inner = (*first)["config"];
      if (text(*first, "class_name") == "InputLayer" && inner.contains("batch_shape")) break;
      if (!inner.contains("layers") || !inner["layers"].is_array() || inner["layers"].empty()) return;
      first = &inner["layers"][0];
    }
    if (!is_object(*first)) return;
    const json& inner = (*first)["config"];
    const json input = {
        {"name", text(inner, "name") + "_input"},
        {"batch_shape", inner.contains("batch_shape") ? inner["batch_shape"] : inner["batch_input_shape"]},
        {"dtype", inner.value("dtype", json("float32"))}};
    const json layer = {{"class_name", "InputLayer"}, {"config", input}};
    config["layers"].insert(config["layers"].begin(), layer);
  }

  [[noreturn]] void refuse(const std::string& name, const json& config, const std::string& why) const {
    throw Error(Error::Kind::unsupported, fmt::format("{}: ({} \"{}\"): {}", where_, name, text(config, "name"), why));
  }

  const std::string& where_;
  bool keras2_;
  bool in_bidirectional_ = false;
};

/// Tuples, which json has not, are written as objects.
void unpack_tuples(json& node) {
  if (text(node, "class_name") == "__tuple__" && node.contains("items")) node = json(node["items"]);
  if (node.is_structured()) {
    for (json& item : node) unpack_tuples(item);
  }
}

}  // namespace

json current_config(const std::string& where, json model, bool keras2) {
  for (const char* key : {"class_name", "config"}) {
    if (!model.contains(key)) throw file_error(where, fmt::format("has no \"{}\"", key));
  }
  unpack_tuples(model);
  if (is_object(model)) Converter(where, keras2).object(model);
  return model;
}

}  // namespace keravino::saving
