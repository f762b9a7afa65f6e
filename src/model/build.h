// From a file's config and weights to a graph.
#pragma once

#include "keravino/model.h"
#include "passes/passes.h"
#include "saving/archive.h"
#include "saving/json.h"

namespace keravino {

/// A graph with an open batch, and what the file says about it.
struct Built {
  std::string name;
  std::vector<TensorInfo> inputs, outputs;
  std::vector<TensorInfo> states;  // of stateful layers: further parameters and results of the graph
  std::vector<LayerInfo> layers;
  std::string precision;  // what the dtype policies ask for
  std::string summary;
  TransposeReport transposes;
  std::shared_ptr<ov::Model> graph;
};

/// True for the classes of models: Sequential, Functional.
bool is_model(const std::string& class_name);

/// Calls a function that reads the config: what is of a wrong type there, outside of a layer, is an error of the file.
template <class Function>
auto with_config_errors(const saving::Archive& archive, Function function) {
  try {
    return function();
  } catch (const nlohmann::json::exception& error) {
    throw saving::file_error(archive.path + ": config.json", saving::json_reason(error));
  }
}

/// Builds and optimises the graph of a model.
Built build_model(const saving::Archive& archive);

}  // namespace keravino
