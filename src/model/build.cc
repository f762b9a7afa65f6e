#include "model/build.h"

#include "layers/families.h"
#include "layers/models.h"
#include "layers/operation.h"
#include "model/summary.h"
#include "tensor/value.h"

namespace keravino {
namespace {

using layers::Layer;

/// Tells how each layer of a built model looks from outside.
class Describer {
 public:
  explicit Describer(const layers::Source& source)
      : source_(source), groups_(source.groups.begin(), source.groups.end()) {}

  LayerInfo operator()(const Layer& layer) const {
    LayerInfo info{layer.node().value("name", layer.name()), layer.class_name(), {}, {}, 0, 0, 0};
    const auto shapes = source_.output_shapes.find(layer.pointer());
    if (shapes != source_.output_shapes.end()) info.output_shapes = shapes->second;
    if (layer.class_name() == "InputLayer") info.output_shapes = {layers::input_of(layer).shape};
    if (const auto calls = layer.node().find("inbound_nodes"); calls != layer.node().end()) {
      for (const auto& call : *calls) {
        layers::each_history(layer, call, [&](const layers::History& h, const auto&) {
          info.inbound.push_back(fmt::format("{}[{}][{}]", h.layer, h.call, h.output));
        });
      }
    }
    count_parameters(layer.pointer(), info);
    return info;
  }

 private:
  /// Counts every variable once that the object at this place or one within it uses.
  void count_parameters(const std::string& pointer, LayerInfo& info) const {
    std::set<std::string_view> seen;
    for (auto at = groups_.lower_bound(pointer); at != groups_.end() && at->first.starts_with(pointer); ++at) {
      const auto& [place, group] = *at;
      if (place.size() > pointer.size() && place[pointer.size()] != '/')
        continue;  // "/layers/1" is no start of "/layers/10"
      if (!seen.insert(group).second) continue;
      for (auto v = source_.variables.lower_bound({group, 0}); v != source_.variables.end() && v->first.first == group;
           ++v) {
        const layers::Variable& variable = v->second;
        info.parameters += variable.elements;
        info.bytes += variable.bytes;
        if (variable.trainable) info.trainable_parameters += variable.elements;
      }
    }
  }

  const layers::Source& source_;
  std::map<std::string, std::string> groups_;  // by JSON pointer, sorted: what is within an object follows it
};

/// The precision that all layers with weights ask for; f32 when they differ, which no single precision would honour.
std::string precision_of(const std::set<DType>& dtypes) {
  if (dtypes == std::set{DType::bfloat16}) return "bf16";
  if (dtypes == std::set{DType::float16}) return "f16";
  return "f32";
}

/// A name for each of so many outputs; the last layer of a Sequential may have several.
std::vector<std::string> output_names(const Layer& model, size_t count) {
  if (model.class_name() != "Sequential") return layers::tensor_names(model, "output_layers");
  return std::vector(count, model.sub(fmt::format("layers/{}", model.value("layers").size() - 1)).name());
}

}  // namespace

bool is_model(const std::string& class_name) {
  const auto rows = layers::models();
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.class_name == class_name; });
}

static Built built_model(const saving::Archive& archive) {
  const std::lock_guard lock(graph_mutex());
  layers::Source source(archive);
  Layer model(source, archive.config, "");
  if (!is_model(model.class_name())) {
    throw model.error(
        "a model class with Python code of its own cannot be run; wanted Sequential or Functional. Where its "
        "class is known, model.export(\"model.xml\", format=\"openvino\") writes what OpenVINO runs",
        Error::Kind::unsupported);
  }
  Built built;
  built.name = model.name();
  layers::Tensors inputs;
  ov::ParameterVector parameters;
  for (const layers::Input& input : layers::model_inputs(model)) {
    const auto node = std::make_shared<ov::op::v0::Parameter>(element_type(input.dtype), input.shape);
    node->set_friendly_name(input.name);
    node->get_output_tensor(0).set_names({input.name});
    parameters.push_back(node);
    inputs.emplace_back(std::make_shared<Value>(node->output(0), true, 0));
    built.inputs.push_back({input.name, input.dtype, input.shape});
  }
  const layers::Tensors outputs = layers::build(model, inputs);
  std::vector<std::string> names = output_names(model, outputs.size());
  std::map<std::string, size_t> used;
  for (std::string& each : names) {  // a layer may be called more than once, or have several outputs
    if (const size_t before = used[each]++) each += fmt::format("_{}", before);
  }
  ov::ResultVector results;
  for (size_t i = 0; i < outputs.size(); ++i) {
    results.push_back(std::make_shared<ov::op::v0::Result>(outputs[i].output()));
    results.back()->set_friendly_name(names.at(i));
    built.outputs.push_back({names[i], outputs[i].dtype(), outputs[i].shape()});
  }
  for (const auto& [pointer, states] : source.states) {
    for (const layers::State& state : states) {
      const auto node = ov::as_type_ptr<ov::op::v0::Parameter>(state.start.output().get_node_shared_ptr());
      parameters.push_back(node);
      results.push_back(std::make_shared<ov::op::v0::Result>(state.value.output()));
      built.states.push_back({node->get_friendly_name(), state.start.dtype(), state.start.shape()});
    }
  }
  const Describer describe(source);
  const auto& members = model.value("layers");
  for (size_t i = 0; i < members.size(); ++i) {
    const Layer layer = model.sub(fmt::format("layers/{}", i));
    if (i > 0 || model.class_name() != "Sequential" || layer.class_name() != "InputLayer")
      built.layers.push_back(describe(layer));
  }
  built.summary = summary(built.name, model.class_name(), built.layers, describe(model));
  built.precision = precision_of(source.compute_dtypes);
  built.graph = std::make_shared<ov::Model>(results, parameters, built.name);
  const passes::LayoutReport report = passes::optimize(built.graph).layout;
  built.transposes = {report.before, report.after, {}};
  for (const auto& r : report.remaining) built.transposes.remaining.push_back({r.name, r.between, r.reason});
  return built;
}

Built build_model(const saving::Archive& archive) {
  return with_config_errors(archive, [&] { return built_model(archive); });
}

}  // namespace keravino
