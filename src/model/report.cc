#include "model/report.h"

#include <openvino/runtime/properties.hpp>

#include "engine/device.h"
#include "layers/registry.h"
#include "model/random_numbers.h"
#include "passes/recognise.h"
#include "tensor/value.h"

namespace keravino {
namespace {

constexpr int kRuns = 9;

std::vector<ov::Tensor> random_inputs(const ov::Model& graph) {
  std::mt19937 generator;
  std::vector<ov::Tensor> inputs;
  for (const auto& input : graph.inputs())
    inputs.push_back(
        random_input(generator, input.get_any_name(), input.get_partial_shape(), input.get_element_type(), 1));
  return inputs;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

/// Milliseconds of each of the device's nodes, and of a run under "".
std::map<std::string, double> measure(ov::CompiledModel& compiled, const std::vector<ov::Tensor>& inputs) {
  auto request = compiled.create_infer_request();
  for (size_t i = 0; i < inputs.size(); ++i) request.set_input_tensor(i, inputs[i]);
  request.infer();
  std::map<std::string, std::vector<double>> runs;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = std::chrono::steady_clock::now();
    request.infer();
    runs[""].push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    for (const ov::ProfilingInfo& info : request.get_profiling_info())
      runs[info.node_name].push_back(static_cast<double>(info.real_time.count()) / 1e3);
  }
  std::map<std::string, double> medians;
  for (const auto& [name, times] : runs) medians[name] = median(times);
  return medians;
}

/// Gives each layer its ops, and the device's nodes with their times. A node that stands for several layers counts as
/// the first one's, and the others name it.
class Assigner {
 public:
  Assigner(const Model& model, const ov::Model& graph, std::vector<LayerReport>& layers) : layers_(layers) {
    for (const LayerInfo& info : model.layers()) add(info);
    for (const auto& node : graph.get_ordered_ops())
      layer_of_[node->get_friendly_name()] = layers::outer_layer_of(*node);
    for (auto& [layer, ops] : ops_by_layer(graph)) at(layer).ops = ops;
  }

  void assign(const passes::ExecutedNode& node, double milliseconds) {
    if (node.type == "Input" || node.type == "Output" || node.type == "Const") return;
    std::vector<std::string> owners;
    for (const std::string& name : node.names) {
      const auto owner = owner_of(name);
      if (owner && std::ranges::find(owners, *owner) == owners.end()) owners.push_back(*owner);
    }
    if (owners.size() > 1) std::erase(owners, "");
    if (owners.empty()) owners.push_back(before_);
    before_ = owners[0];
    const std::string what = fmt::format("{} ({})", node.type, node.primitive);
    const std::vector<std::string> others(owners.begin() + 1, owners.end());
    LayerReport& first = at(owners[0]);
    first.milliseconds += milliseconds;
    first.runs_as.push_back(others.empty() ? what : fmt::format("{} with {}", what, fmt::join(others, ", ")));
    for (const std::string& other : others)
      at(other).runs_as.push_back(fmt::format("within {} of {}", node.type, owners[0]));
  }

 private:
  /// The layer of the node of this name, or of that from whose name the device made this one: "conv/Add_abcd".
  std::optional<std::string> owner_of(const std::string& name) const {
    for (size_t size = name.size(); size != std::string::npos && size > 0; size = name.find_last_of("/_", size - 1)) {
      const auto known = layer_of_.find(name.substr(0, size));
      if (known != layer_of_.end()) return known->second;
    }
    return {};
  }
  void add(const LayerInfo& info) {
    place_.emplace(info.name, layers_.size());
    layers_.push_back({info, {}, {}, 0});
  }
  LayerReport& at(const std::string& layer) {
    const auto found = place_.find(layer);
    if (found != place_.end()) return layers_[found->second];
    add({layer.empty() ? "(between)" : layer, "", {}, {}, 0, 0, 0});
    if (layer.empty()) place_[""] = layers_.size() - 1;
    return layers_.back();
  }

  std::vector<LayerReport>& layers_;
  std::map<std::string, size_t> place_;
  std::map<std::string, std::string> layer_of_;
  std::string before_;  // the device's own nodes, Reorders, belong to the layer before them
};

std::vector<RecognisedReport> recognised(const Conversion& conversion, const ov::Model& executed) {
  std::map<std::string, std::string> layers;
  for (const auto& node : conversion.graph->get_ordered_ops())
    layers[node->get_friendly_name()] = layers::outer_layer_of(*node);
  std::vector<RecognisedReport> all;
  for (const Recognised& form : conversion.recognised) all.push_back({form, layers[form.node], "keravino"});
  for (const Recognised& form : passes::recognised_by_device(*conversion.graph, executed))
    all.push_back({form, layers[form.node], "OpenVINO"});
  return all;
}

}  // namespace

std::map<std::string, std::map<std::string, size_t>> ops_by_layer(const ov::Model& graph) {
  std::map<std::string, std::map<std::string, size_t>> out;
  for (const auto& node : graph.get_ordered_ops()) {
    if (ov::is_type_any_of<ov::op::v0::Constant, ov::op::v0::Parameter, ov::op::v0::Result>(node)) continue;
    ++out[layers::outer_layer_of(*node)][node->get_type_name()];
  }
  return out;
}

Report report(const Model& model, const Conversion& conversion, const LoadOptions& options) {
  const std::lock_guard lock(graph_mutex());
  Report made;
  made.device = options.device;
  made.precision = model.precision();
  engine::check_device(options.device);
  const auto precision = engine::precision_type(made.precision);
  auto compiled = engine::core().compile_model(conversion.graph->clone(), options.device,
                                               ov::hint::inference_precision(precision), ov::enable_profiling(true));
  const auto executed = compiled.get_runtime_model();
  std::map<std::string, double> times;
  try {
    times = measure(compiled, random_inputs(*conversion.graph));
  } catch (const Error& error) {
    made.unmeasured = error.what();
  }
  made.milliseconds = times[""];
  Assigner assigner(model, *conversion.graph, made.layers);
  for (const auto& node : passes::executed_nodes(*executed)) assigner.assign(node, times[node.name]);
  made.recognised = recognised(conversion, *executed);
  return made;
}

}  // namespace keravino
