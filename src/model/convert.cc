#include "keravino/convert.h"

#include <filesystem>
#include <fstream>
#include <openvino/pass/manager.hpp>
#include <openvino/pass/serialize.hpp>

#include "engine/device.h"
#include "layers/registry.h"
#include "model/precision_search.h"
#include "ops/make.h"
#include "passes/compress.h"
#include "passes/fold.h"
#include "passes/recognise.h"
#include "saving/file.h"
#include "tensor/value.h"

namespace keravino {
namespace {

using passes::Storage;

constexpr std::array<std::pair<std::string_view, Storage>, 5> kStorages{{{"f32", Storage::f32},
                                                                         {"bf16", Storage::bf16},
                                                                         {"f16", Storage::f16},
                                                                         {"int8", Storage::int8},
                                                                         {"int4", Storage::int4}}};

Storage storage_of(const std::string& precision) {
  for (const auto& [name, storage] : kStorages) {
    if (name == precision) return storage;
  }
  throw Error(fmt::format("[convert] unknown precision \"{}\"; wanted f32, bf16, f16, int8, int4 or auto", precision));
}

std::string name_of(Storage storage) {
  return std::string(std::ranges::find(kStorages, storage, &std::pair<std::string_view, Storage>::second)->first);
}

/// Gives open dimensions their sizes.
void set_sizes(ov::Model& graph, const std::vector<int64_t>& sizes) {
  if (sizes.empty()) return;
  std::map<size_t, ov::PartialShape> shapes;
  size_t next = 1;
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    ov::PartialShape shape = graph.input(i).get_partial_shape();
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (shape[axis].is_static()) continue;
      if (axis > 0 && next == sizes.size())
        throw Error(fmt::format("[convert] input {} has more open dimensions than the {} sizes given",
                                graph.input(i).get_any_name(), sizes.size()));
      shape[axis] = axis == 0 ? sizes[0] : sizes[next++];
    }
    shapes[i] = shape;
  }
  if (next < sizes.size())
    throw Error(fmt::format("[convert] {} sizes are given, and only {} dimensions are open", sizes.size(), next));
  graph.reshape(shapes);
}

/// IR is for any program of OpenVINO's: it knows no ops of ours.
void check_standard(const ov::Model& graph) {
  for (const auto& node : graph.get_ordered_ops()) {
    if (engine::is_standard(*node)) continue;
    throw Error(Error::Kind::unsupported,
                fmt::format("[convert] layer \"{}\" is computed by {}, which is no op of OpenVINO's own",
                            layers::layer_of(*node), node->get_type_name()));
  }
}

void write_pair(const Conversion& conversion, const std::filesystem::path& xml) {
  saving::make_folder(xml.parent_path());
  auto bin = xml;
  bin.replace_extension(".bin");
  saving::replace_file(xml, [&](const std::string& text_path) {
    saving::replace_file(bin, [&](const std::string& numbers_path) {
      std::ofstream text(text_path), numbers(numbers_path, std::ios::binary);
      ov::pass::Serialize(text, numbers).run_on_model(conversion.graph->clone());
      if (!text.flush() || !numbers.flush()) throw saving::file_error(xml, "cannot be written");
    });
  });
}

/// Triton's words for a tensor.
std::string triton(const ov::Output<const ov::Node>& port) {
  std::string type = ov::element::Type(port.get_element_type()).get_type_name();
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return std::toupper(c); });
  if (type == "BOOLEAN") type = "BOOL";
  if (type.starts_with('F')) type = "FP" + type.substr(1);
  if (type.starts_with('I')) type = "INT" + type.substr(1);
  if (type.starts_with('U')) type = "UINT" + type.substr(1);
  std::vector<int64_t> dims;
  for (const auto& dim : port.get_partial_shape()) dims.push_back(dim.is_static() ? dim.get_length() : -1);
  return fmt::format("  {{ name: \"{}\" data_type: TYPE_{} dims: [ {} ] }}", port.get_any_name(), type,
                     fmt::join(dims, ", "));
}

template <class Ports>
std::string triton_list(const Ports& ports) {
  std::vector<std::string> out;
  for (const auto& port : ports) out.push_back(triton(port));
  return fmt::format("{}", fmt::join(out, ",\n"));
}

}  // namespace

Conversion convert(const Model& model, const ConvertOptions& options) {
  const std::lock_guard lock(graph_mutex());
  Conversion done;
  done.graph = model.graph()->clone();
  for (size_t i = 0; i < model.outputs().size(); ++i)
    done.graph->output(i).get_tensor().set_names({model.outputs()[i].name});
  passes::fold_constants(done.graph);
  set_sizes(*done.graph, options.sizes);
  check_standard(*done.graph);
  done.recognised = passes::recognise(done.graph);
  std::vector<passes::Weight> weights = passes::find_weights(*done.graph);
  std::vector<Storage> storages(weights.size());
  if (options.precision == "auto") {
    std::tie(storages, done.error) = search_storages(*done.graph, weights, model, options);
  } else {
    const Storage wanted = storage_of(options.precision);
    std::ranges::transform(weights, storages.begin(), [&](const auto& w) { return passes::possible(w, wanted); });
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    ConvertedWeight row{layers::layer_of(*weights[i].users[0].get_node()), name_of(storages[i]),
                        weights[i].constant->get_shape(), weights[i].constant->get_byte_size(), 0};
    row.bytes_after = passes::compress(weights[i], storages[i]);
    done.weights.push_back(std::move(row));
  }
  return done;
}

std::string write_ir(const Conversion& conversion, const std::string& folder, const std::string& name) {
  const auto xml = std::filesystem::path(folder) / (name + ".xml");
  write_pair(conversion, xml);
  return xml;
}

std::string write_repository(const Conversion& conversion, const std::string& folder, const std::string& name) {
  const auto root = std::filesystem::path(folder) / name;
  const auto xml = root / "1" / "model.xml";
  write_pair(conversion, xml);
  const std::string text = fmt::format(
      "name: \"{}\"\nbackend: \"openvino\"\nmax_batch_size: 0\ninput [\n{}\n]\noutput [\n{}\n]\n", name,
      triton_list(std::as_const(*conversion.graph).inputs()), triton_list(std::as_const(*conversion.graph).outputs()));
  saving::write_file(root / "config.pbtxt", {std::as_bytes(std::span<const char>(text))});
  return xml;
}

}  // namespace keravino
