#include "training/compile_config.h"

#include "saving/json.h"

namespace keravino::training {
namespace {

bool is_object(const json& node) { return node.is_object() && node.contains("class_name"); }
bool is_one(const json& node) { return node.is_string() || is_object(node); }

/// An option as compile_config would have it: JSON, or a name.
json of_option(const std::string& option, const char* name) {
  return option.starts_with('{') ? saving::parse_json_object(fmt::format("[model.fit] {}", name), option)
                                 : json(option);
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

void set_learning_rate(CompileConfig& config, double rate, const std::string& where) {
  json& saved = config.saved["optimizer"]["config"];
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
  if (config.fresh_optimizer) {
    json object = as_object(where + "optimizer", of_option(options.optimizer, "optimizer"));
    object.erase("label");
    object["module"] = "keras.optimizers";
    object["registered_name"] = nullptr;
    config.saved["optimizer"] = object;
  }
  if (!options.loss.empty()) config.saved["loss"] = of_option(options.loss, "loss");
  if (!options.metrics.empty()) {
    config.saved["metrics"] = json::array();
    for (const std::string& metric : options.metrics) config.saved["metrics"].push_back(of_option(metric, "metrics"));
  }
  const auto given = [&](const char* key) { return config.saved.value(key, json()); };
  for (const char* key : {"optimizer", "loss"}) {
    if (!given(key).is_null()) continue;
    throw saving::file_error(archive.path, fmt::format("was saved without {0} {1}; give the {1} to train with",
                                                       *key == 'o' ? "an" : "a", key));
  }
  if (config.saved["optimizer"].is_string())
    config.saved["optimizer"] = {{"class_name", given("optimizer")}, {"config", json::object()}};
  if (options.learning_rate) set_learning_rate(config, *options.learning_rate, where + "optimizer");
  config.optimizer = as_object(where + "optimizer", config.saved["optimizer"]);

  // One loss holds for every output.
  const json loss = given("loss"), weights = given("loss_weights");
  std::vector<json> losses(outputs.size(), loss);
  if (!is_one(loss)) losses = per_output(where + "loss", loss, outputs);
  for (const json& each : losses) config.losses.push_back(each.is_null() ? each : as_object(where + "loss", each));
  std::vector<json> factors(outputs.size(), weights);
  if (weights.is_structured()) factors = per_output(where + "loss_weights", weights, outputs);
  for (const json& each : factors) config.loss_weights.push_back(each.is_number() ? each.get<double>() : 1);
  config.metrics = read_metrics(where + "metrics", given("metrics"), outputs);
  config.weighted_metrics = read_metrics(where + "weighted_metrics", given("weighted_metrics"), outputs);
  return config;
}

}  // namespace keravino::training
