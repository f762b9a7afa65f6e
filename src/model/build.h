// From a file's config and weights to a graph.
#pragma once

#include "keravino/model.h"
#include "passes/passes.h"
#include "saving/archive.h"

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

/// Builds and optimises the graph of a model.
Built build_model(const saving::Archive& archive);

}  // namespace keravino
