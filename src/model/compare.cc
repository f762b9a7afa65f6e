#include "model/compare.h"

#include <openvino/frontend/manager.hpp>

#include "engine/device.h"
#include "engine/evaluate.h"
#include "engine/interpreter.h"
#include "layers/registry.h"
#include "model/checks.h"
#include "saving/file.h"
#include "tensor/value.h"

namespace keravino {
namespace {

/// The name of the last node of each layer, and the layer.
using Taps = std::vector<std::pair<std::string, std::string>>;

Taps last_nodes(const ov::Model& graph) {
  Taps taps;
  for (const auto& node : graph.get_ordered_ops()) {
    const std::string layer = layers::outer_layer_of(*node);
    if (layer.empty() || ov::is_type<ov::op::v0::Constant>(node) || node->get_output_size() != 1) continue;
    const auto known = std::ranges::find(taps, layer, &Taps::value_type::second);
    if (known == taps.end()) {
      taps.emplace_back(node->get_friendly_name(), layer);
    } else {
      known->first = node->get_friendly_name();
    }
  }
  return taps;
}

/// Makes the nodes of these names results, behind those that are there; which of them there are.
std::vector<bool> tap(ov::Model& graph, const Taps& taps) {
  std::map<std::string, std::shared_ptr<ov::Node>> nodes;
  for (const auto& node : graph.get_ordered_ops()) nodes.emplace(node->get_friendly_name(), node);
  std::vector<bool> found;
  for (const auto& [name, layer] : taps) {
    const auto node = nodes.find(name);
    found.push_back(node != nodes.end() && node->second->get_output_size() == 1);
    if (found.back()) graph.add_results({std::make_shared<ov::op::v0::Result>(node->second->output(0))});
  }
  return found;
}

std::vector<ov::Tensor> run(ov::CompiledModel compiled, const std::vector<ov::Tensor>& inputs) {
  auto request = compiled.create_infer_request();
  for (size_t i = 0; i < inputs.size(); ++i) request.set_input_tensor(i, inputs[i]);
  request.infer();
  std::vector<ov::Tensor> out;
  for (size_t i = 0; i < compiled.outputs().size(); ++i) out.push_back(request.get_output_tensor(i));
  return out;
}

std::vector<Difference> differences(const Model& model, const Taps& taps, const std::vector<ov::Tensor>& got,
                                    const std::vector<ov::Tensor>& wanted) {
  std::vector<Difference> out;
  const size_t outputs = model.outputs().size();
  for (size_t i = 0; i < got.size(); ++i) {
    out.push_back(difference(i < outputs ? model.outputs()[i].name : taps[i - outputs].second, got[i], wanted[i]));
    out.back().is_layer = i >= outputs;
  }
  return out;
}

std::shared_ptr<ov::Model> read_ir(const Model& model, const std::string& path) {
  saving::file_size(path);
  std::shared_ptr<ov::Model> graph;
  try {  // by the reader of IR alone: asked for any, OpenVINO tries those of all other kinds of file as well
    const auto reader = ov::frontend::FrontEndManager().load_by_framework("ir");
    graph = reader->convert(reader->load(path));
  } catch (const ov::Exception&) {
    throw saving::file_error(path, "is no OpenVINO IR, or has no .bin beside it");
  }
  if (graph->inputs().size() != model.inputs().size() || graph->outputs().size() != model.outputs().size())
    throw saving::file_error(path,
                             fmt::format("has {} inputs and {} outputs, the model {} and {}", graph->inputs().size(),
                                         graph->outputs().size(), model.inputs().size(), model.outputs().size()));
  return graph;
}

}  // namespace

std::vector<ov::Tensor> run_plain(const std::shared_ptr<ov::Model>& graph, const std::vector<ov::Tensor>& inputs) {
  return run(engine::core().compile_model(graph, "CPU", ov::hint::inference_precision(ov::element::f32)), inputs);
}

Difference difference(const std::string& name, const ov::Tensor& got, const ov::Tensor& wanted) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (got.get_shape() != wanted.get_shape()) return {name, false, kInfinity, 0};
  const ov::Tensor a = engine::convert(got, ov::element::f64), b = engine::convert(wanted, ov::element::f64);
  double most = 0, largest = 0;
  for (size_t i = 0; i < a.get_size(); ++i) {
    const double x = a.data<double>()[i], y = b.data<double>()[i];
    if (std::isfinite(y)) largest = std::max(largest, std::abs(y));
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    most = std::isfinite(x) && std::isfinite(y) ? std::max(most, std::abs(x - y)) : kInfinity;
    if (most == kInfinity) break;
  }
  return {name, false, most == 0 ? 0 : most / std::max(largest, std::numeric_limits<double>::min()), largest};
}

std::vector<Difference> compare_outputs(const Model& model, const std::vector<Tensor>& inputs,
                                        const std::vector<Tensor>& wanted) {
  const std::vector<Tensor> got = model.predict(inputs);
  std::vector<Difference> out;
  for (size_t i = 0; i < got.size(); ++i)
    out.push_back(difference(model.outputs()[i].name, got[i].numbers(), wanted.at(i).numbers()));
  return out;
}

std::vector<Difference> compare_interpreted(const Model& model, const std::vector<Tensor>& inputs, bool layers) {
  const std::lock_guard lock(graph_mutex());
  const auto graph = model.graph()->clone();
  const Taps taps = layers ? last_nodes(*graph) : Taps{};
  tap(*graph, taps);
  const std::vector<ov::Tensor> numbers = checked_inputs(model.inputs(), inputs, "verify");
  const std::vector<ov::Tensor> wanted = engine::interpret_model(*graph, numbers);
  return differences(model, taps, run(engine::compile(graph, {}), numbers), wanted);
}

std::vector<Difference> compare_ir(const Model& model, const std::string& path, const std::vector<Tensor>& inputs,
                                   bool layers) {
  const std::lock_guard lock(graph_mutex());
  const auto own = model.graph()->clone(), other = read_ir(model, path);
  Taps taps = layers ? last_nodes(*own) : Taps{};
  const std::vector<bool> found = tap(*other, taps);
  Taps both;
  for (size_t i = 0; i < taps.size(); ++i) {
    if (found[i]) both.push_back(taps[i]);
  }
  tap(*own, both);
  const std::vector<ov::Tensor> numbers = checked_inputs(model.inputs(), inputs, "verify");
  const std::vector<ov::Tensor> wanted = run(engine::compile(own, {}), numbers);
  try {
    return differences(model, both, run_plain(other, numbers), wanted);
  } catch (const ov::Exception& error) {
    throw saving::file_error(path, std::string("cannot be run on these inputs: ") + error.what());
  }
}

}  // namespace keravino
