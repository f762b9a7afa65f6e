// How far the numbers of a model are from those of another form of it.
#pragma once

#include "keravino/model.h"

namespace keravino {

/// The largest difference of a tensor beside its largest number, infinity where a number is finite on one side only.
struct Difference {
  std::string name;
  bool is_layer = false;  // what a layer gives; else an output of the model
  double relative = 0, largest = 0;
};

Difference difference(const std::string& name, const ov::Tensor& got, const ov::Tensor& wanted);

/// The results of a graph for the CPU at float32, as OpenVINO compiles it without passes of ours.
std::vector<ov::Tensor> run_plain(const std::shared_ptr<ov::Model>& graph, const std::vector<ov::Tensor>& inputs);

/// `predict` against given outputs.
std::vector<Difference> compare_outputs(const Model& model, const std::vector<Tensor>& inputs,
                                        const std::vector<Tensor>& wanted);

/// The compiled graph against the same graph node by node on OpenVINO's reference code.
std::vector<Difference> compare_interpreted(const Model& model, const std::vector<Tensor>& inputs, bool layers);

/// An OpenVINO IR file against the model. Layers are those whose last node has the same name in both. Errors: a file
/// that cannot be read, inputs or outputs that are others than the model's.
std::vector<Difference> compare_ir(const Model& model, const std::string& path, const std::vector<Tensor>& inputs,
                                   bool layers);

}  // namespace keravino
