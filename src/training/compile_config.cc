#include "training/compile_config.h"

#include "saving/json.h"
#include "training/loss_scale.h"

namespace keravino::training {
namespace {

bool is_object(const json& node) { return node.is_object() && node.contains("class_name"); }
bool is_one(const json& node) { return node.is_string() || is_object(node); }

/// An option as Keras would have saved it: a name, or an object with the module that its class is in.
json of_option(const std::string& option, const char* name, const char* module) {
  if (!option.starts_with('{')) return option;
  json object = saving::parse_json_object(fmt::format("[model.fit] {}", name), option);
  object.emplace("module", module);
  object.emplace("registered_name", nullptr);
  return object;
}

/// An optimizer as Keras saves it: always an object, under the name of its class.
json optimizer_of_option(const std::string& where, const std::string& option) {
  json object = of_option(option, "optimizer", "keras.optimizers");
  if (object.is_string())
    object = {
        {"module", "keras.optimizers"}, {"class_name", object}, {"config", json::object()}, {"registered_name", {}}};
  const json checked = as_object(where, object);
  if (const auto* row = find_row(optimizer_rows(), checked["class_name"].get<std::string>()))
    object["class_name"] = row->class_name;
  return object;
}

/// Splits what is given for the outputs of a model, a list in their order or a dict by their names.
std::vector<json> per_output(const std::string& where, const json& node, const std::vector<std::string>& outputs) {
  std::vector<json> parts(outputs.size());
  if (node.is_array() && node.size() == outputs.size()) return node;
  if (!node.is_object())
    throw saving::file_error(where,
                             fmt::format("wanted one for each of {} outputs, got {}", outputs.size(), node.dump()));
  for (const auto& [name, item] : node.items()) {
    const auto found = std::ranges::find(outputs, name);
    if (found == outputs.end()) {
      throw saving::file_error(where,
                               fmt::format("the model has no output \"{}\"{}", name, did_you_mean(name, outputs)));
    }
    parts[static_cast<size_t>(found - outputs.begin())] = item;
  }
  return parts;
}

std::vector<std::vector<json>> read_metrics(const std::string& where, const json& node,
                                            const std::vector<std::string>& outputs) {
  std::vector<std::vector<json>> all(outputs.size());
  if (node.is_null()) return all;
  // A model with one output takes all metrics for it, in whatever form they come.
  const std::vector<json> parts = outputs.size() == 1 ? std::vector<json>{node} : per_output(where, node, outputs);
  const std::function<void(size_t, const json&)> add = [&](size_t output, const json& part) {
    if (part.is_structured() && !is_object(part)) {
      for (const json& item : part) add(output, item);
    } else if (!part.is_null()) {
      all[output].push_back(as_object(where, part));
    }
  };
  for (size_t i = 0; i < parts.size(); ++i) add(i, parts[i]);
  return all;
}

/// The name of the model's own dtype policy.
std::string policy_of(const json& model) {
  const json policy = model.value("config", json::object()).value("dtype", json());
  if (policy.is_string()) return policy;
  return policy.is_object() ? policy.value("config", json::object()).value("name", "") : "";
}

void set_learning_rate(CompileConfig& config, double rate, const std::string& where) {
  json* optimizer = &config.saved["optimizer"];
  if (same_name((*optimizer)["class_name"].get<std::string>(), kLossScale)) {
    optimizer = &(*optimizer)["config"]["inner_optimizer"];
    if (!is_object(*optimizer)) throw saving::file_error(where, "has no object as its inner_optimizer");
    as_object(where, *optimizer);
  }
  json& saved = (*optimizer)["config"];
  if (saved.contains("learning_rate") && saved["learning_rate"].is_object()) {
    throw saving::file_error(where, fmt::format("the learning rate is a schedule ({}), which a number cannot replace; "
                                                "give an optimizer too",
                                                saved["learning_rate"].value("class_name", "")));
  }
  saved["learning_rate"] = rate;
  config.new_rate = true;
}

}  // namespace

CompileConfig read_compile_config(const saving::Archive& archive, const std::vector<std::string>& outputs,
                                  const FitOptions& options) {
  CompileConfig config;
  config.saved = archive.config.value("compile_config", json());
  if (!config.saved.is_object()) config.saved = json::object();
  const std::string where = archive.path + ": config.json /compile_config/";
  config.fresh_optimizer = !options.optimizer.empty();
  if (config.fresh_optimizer) config.saved["optimizer"] = optimizer_of_option(where + "optimizer", options.optimizer);
  if (!options.loss.empty()) config.saved["loss"] = of_option(options.loss, "loss", "keras.losses");
  if (!options.metrics.empty()) {
    config.saved["metrics"] = json::array();
    for (const std::string& metric : options.metrics)
      config.saved["metrics"].push_back(of_option(metric, "metrics", "keras.metrics"));
  }
  const auto given = [&](const char* key) { return config.saved.value(key, json()); };
  for (const char* key : {"optimizer", "loss"}) {
    if (!given(key).is_null()) continue;
    throw saving::file_error(archive.path, fmt::format("was saved without {0} {1}; give the {1} to train with",
                                                       *key == 'o' ? "an" : "a", key));
  }
  if (config.saved["optimizer"].is_string())
    config.saved["optimizer"] = {{"class_name", given("optimizer")}, {"config", json::object()}};
  as_object(where + "optimizer", config.saved["optimizer"]);
  if (options.learning_rate) set_learning_rate(config, *options.learning_rate, where + "optimizer");
  config.optimizer = as_object(where + "optimizer", config.saved["optimizer"]);
  // A model of mixed_float16 has its optimizer wrapped, and the file names the one that is within.
  if (policy_of(archive.config) == "mixed_float16" &&
      !same_name(config.optimizer["class_name"].get<std::string>(), kLossScale))
    config.optimizer = {{"class_name", kLossScale}, {"config", {{"inner_optimizer", config.optimizer}}}};

  // One loss holds for every output.
  const json loss = given("loss"), weights = given("loss_weights");
  std::vector<json> losses(outputs.size(), loss);
  if (!is_one(loss)) losses = per_output(where + "loss", loss, outputs);
  for (const json& each : losses) config.losses.push_back(each.is_null() ? each : as_object(where + "loss", each));
  std::vector<json> factors(outputs.size(), weights);
  if (weights.is_structured()) factors = per_output(where + "loss_weights", weights, outputs);
  for (const json& each : factors) {
    if (!each.is_null() && !each.is_number())
      throw saving::file_error(where + "loss_weights", fmt::format("wanted a number, got {}", each.dump()));
    config.loss_weights.push_back(each.is_null() ? 1 : each.get<double>());
  }
  config.metrics = read_metrics(where + "metrics", given("metrics"), outputs);
  config.weighted_metrics = read_metrics(where + "weighted_metrics", given("weighted_metrics"), outputs);
  return config;
}

}  // namespace keravino::training
