#include "layers/registry.h"

#include "layers/families.h"
#include "layers/masks.h"
#include "layers/regularizers.h"
#include "ops/registry.h"
#include "saving/suggest.h"
#include "tensor/value.h"

namespace keravino::layers {
namespace {

const std::map<std::string_view, const Row*>& rows() {
  static const auto* table = [] {
    auto* map = new std::map<std::string_view, const Row*>();
    for (const Family family : kFamilies) {
      for (const Row& row : family()) {
        if (!map->emplace(row.class_name, &row).second) {
          throw std::logic_error("layer registered twice: " + std::string(row.class_name));
        }
      }
    }
    return map;
  }();
  return *table;
}

Error unknown_class(const Layer& layer) {
  const std::string& name = layer.class_name();
  if (name == "Lambda") {
    return layer.error("a Lambda layer holds Python code, which cannot be run here; use keras.ops functions or a layer",
                       Error::Kind::unsupported);
  }
  std::vector<std::string_view> names;
  for (const auto& [known, row] : rows()) names.push_back(known);
  return layer.error(fmt::format("unknown layer class \"{}\"{}", name, did_you_mean(name, names)),
                     Error::Kind::unsupported);
}

}  // namespace

const Tensor& only(const Layer& layer, const Tensors& inputs) {
  if (inputs.size() != 1) throw layer.error(fmt::format("is called with {} tensors, wanted 1", inputs.size()));
  return inputs[0];
}

int64_t dimension(const Layer& layer, const Tensor& x, int64_t axis) {
  const ov::Dimension dim = x.shape()[static_cast<size_t>(ops::normalize_axis(axis, x.rank()))];
  if (dim.is_static()) return dim.get_length();
  throw layer.error(fmt::format("dimension {} of its input {} must be known", axis, ops::to_string(x.shape())));
}

std::vector<int64_t> inner_shape(const Layer& layer, const Tensor& x) {
  std::vector<int64_t> shape;
  for (int64_t axis = 1; axis < x.rank(); ++axis) shape.push_back(dimension(layer, x, axis));
  return shape;
}

bool acts_in_training(std::string_view class_name) {
  const auto in = [&](std::span<const Row> family) {
    return std::any_of(family.begin(), family.end(), [&](const Row& row) { return row.class_name == class_name; });
  };
  return class_name == "BatchNormalization" || in(regularization_layers()) || in(models());
}

/// Adds the penalty for a layer's outputs, per sample, to the loss.
static void regularize_activity(const Layer& layer, const Tensors& outputs) {
  // ActivityRegularization has the numbers in its own config.
  if (layer.source().purpose == Purpose::predict || !layer.has("activity_regularizer") ||
      layer.class_name() == "ActivityRegularization")
    return;
  for (const Tensor& y : outputs) {
    const Tensor penalty = regularizer(layer.sub("activity_regularizer"), y);
    layer.source().losses.push_back(penalty / static_cast<double>(dimension(layer, y, 0)));
  }
}

void record(const Layer& layer, const Tensors& outputs) {
  std::vector<ov::Node*> stack;
  std::vector<ov::PartialShape> shapes;
  for (const Tensor& output : outputs) {
    stack.push_back(output.output().get_node());
    shapes.push_back(output.shape());
  }
  layer.source().output_shapes.try_emplace(layer.pointer(), std::move(shapes));
  while (!stack.empty()) {
    ov::Node* node = stack.back();
    stack.pop_back();
    if (ov::is_type<ov::op::v0::Parameter>(node) || !node->get_rt_info().emplace(kLayerTag, layer.path()).second)
      continue;
    node->set_friendly_name(layer.path() + "/" + node->get_type_name());
    for (size_t i = 0; i < node->get_input_size(); ++i) stack.push_back(node->get_input_node_ptr(i));
  }
}

Tensors build(Layer& layer, const Tensors& inputs) {
  const auto row = rows().find(layer.class_name());
  if (row == rows().end()) throw unknown_class(layer);
  check_masks(layer, inputs);
  Tensors cast = inputs;
  if (layer.autocast() && is_float(layer.compute_dtype())) {
    for (Tensor& x : cast) {
      if (is_float(x.dtype())) x = ops::cast(x, layer.compute_dtype());
    }
  }
  try {
    const Tensors outputs = row->second->build(layer, cast);
    layer.all_weights_taken();
    pass_masks(layer, inputs, outputs);
    regularize_activity(layer, outputs);
    record(layer, outputs);
    return outputs;
  } catch (const Error& error) {
    // What an op or OpenVINO refuses gets the layer's place; an error that has one keeps it.
    if (std::string_view(error.what()).starts_with(layer.source().archive.path + ": ")) throw;
    throw layer.error(error.what(), error.kind());
  } catch (const ov::Exception& error) {
    throw layer.error(ops::reason(error.what()), Error::Kind::value);
  }
}

Tensor build(Layer layer, const Tensor& input) {
  const Tensors outputs = build(layer, Tensors{input});
  if (outputs.size() != 1) throw layer.error(fmt::format("gives {} tensors, wanted 1", outputs.size()));
  return outputs[0];
}

}  // namespace keravino::layers
