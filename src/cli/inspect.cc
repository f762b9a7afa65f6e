// keravino inspect: what is in a model file, and what became of it.
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/load_options.h"
#include "cli/page.h"
#include "keravino/model.h"
#include "ops/make.h"
#include "passes/recognise.h"

namespace keravino::cli {
namespace {

std::string text_of(const std::map<std::string, size_t>& ops) {
  std::string text;
  for (const auto& [type, count] : ops) {
    text += (text.empty() ? "" : ", ") + type + (count > 1 ? fmt::format(" x{}", count) : "");
  }
  return text.empty() ? "-" : text;
}

nlohmann::json shapes_json(const std::vector<ov::PartialShape>& shapes) {
  nlohmann::json out = nlohmann::json::array();
  for (const ov::PartialShape& shape : shapes) {
    nlohmann::json dims = nlohmann::json::array();
    for (const ov::Dimension& dim : shape)
      dims.push_back(dim.is_static() ? nlohmann::json(dim.get_length()) : nlohmann::json());
    out.push_back(dims);
  }
  return out;
}

nlohmann::json tensors_json(const std::vector<TensorInfo>& tensors) {
  nlohmann::json out = nlohmann::json::array();
  for (const TensorInfo& t : tensors)
    out.push_back({{"name", t.name}, {"dtype", name(t.dtype)}, {"shape", shapes_json({t.shape})[0]}});
  return out;
}

void print_json(const Model& model) {
  const auto ops = ops_by_layer(*model.graph());
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerInfo& layer : model.layers()) {
    const auto found = ops.find(layer.name);
    layers.push_back({{"name", layer.name},
                      {"class_name", layer.class_name},
                      {"output_shapes", shapes_json(layer.output_shapes)},
                      {"inbound", layer.inbound},
                      {"parameters", layer.parameters},
                      {"trainable_parameters", layer.trainable_parameters},
                      {"ops", found == ops.end() ? nlohmann::json::object() : nlohmann::json(found->second)}});
  }
  nlohmann::json remaining = nlohmann::json::array();
  for (const auto& t : model.transposes().remaining)
    remaining.push_back({{"name", t.name}, {"between", t.between}, {"reason", t.reason}});
  const nlohmann::json out = {
      {"name", model.name()},
      {"precision", model.precision()},
      {"inputs", tensors_json(model.inputs())},
      {"outputs", tensors_json(model.outputs())},
      {"layers", layers},
      {"transposes",
       {{"before", model.transposes().before}, {"after", model.transposes().after}, {"remaining", remaining}}}};
  fmt::print("{}\n", out.dump(1));
}

void print_text(const Model& model) {
  fmt::print("{}\n", model.summary());
  for (const auto& [title, tensors] : {std::pair{"Inputs", model.inputs()}, {"Outputs", model.outputs()}}) {
    fmt::print("{}:\n", title);
    for (const TensorInfo& t : tensors) fmt::print("  {} {} {}\n", t.name, ops::to_string(t.shape), name(t.dtype));
  }
  fmt::print("Precision: {}\n\nOpenVINO ops of each layer:\n", model.precision());
  auto ops = ops_by_layer(*model.graph());
  size_t width = 0;
  for (const LayerInfo& layer : model.layers()) width = std::max(width, layer.name.size());
  for (const LayerInfo& layer : model.layers())
    fmt::print("  {:<{}}  {}\n", layer.name, width, text_of(ops[layer.name]));
  if (ops.contains("")) fmt::print("  {:<{}}  {}\n", "(between)", width, text_of(ops[""]));
  fmt::print("\nTransposes: {} as built, {} left\n", model.transposes().before, model.transposes().after);
  for (const auto& t : model.transposes().remaining) fmt::print("  {}: {}; {}\n", t.name, t.between, t.reason);
}

/// The graph as it is, without what converting does to it.
Conversion unconverted(const Model& model) {
  Conversion plain;
  plain.graph = model.graph()->clone();
  plain.recognised = passes::recognise(plain.graph);
  return plain;
}

}  // namespace

void add_inspect(CLI::App& app) {
  auto* command = app.add_subcommand("inspect", "Show a model's layers, shapes, parameters and OpenVINO ops.");
  auto path = std::make_shared<std::string>();
  auto load = std::make_shared<LoadOptions>();
  auto json = std::make_shared<bool>(false);
  auto html = std::make_shared<std::string>();
  add_model(*command, *path, *load);
  command->add_flag("--json", *json, "As JSON");
  command->add_option("--html", *html, "Write a page: each layer, what was recognised, times")->type_name("FILE.html");
  command->footer(
      "Examples:\n  keravino inspect model.keras\n  keravino inspect model.keras --json | jq .transposes\n"
      "  keravino inspect model.keras --html model.html");
  command->callback([path, load, json, html] {
    const Model model = Model::load(*path, *load);
    if (!html->empty()) return write_page(*html, model, unconverted(model), *load);
    *json ? print_json(model) : print_text(model);
  });
}

}  // namespace keravino::cli
