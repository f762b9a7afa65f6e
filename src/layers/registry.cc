#include "layers/registry.h"

#include "layers/custom.h"
#include "layers/families.h"
#include "layers/masks.h"
#include "layers/regularizers.h"
#include "ops/registry.h"
#include "ops/tables.h"
#include "saving/json.h"
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
  constexpr std::string_view kFunction =
      "it calls a function of TensorFlow by name, which Keras 3 does not load either; use a layer in its place";
  // What cannot be run here, and why.
  constexpr std::pair<std::string_view, std::string_view> kRefused[] = {
      {"FlaxLayer", "a FlaxLayer holds a Python module of JAX, which cannot be run here"},
      {"JaxLayer", "a JaxLayer holds Python functions of JAX, which cannot be run here"},
      {"Lambda", "a Lambda layer holds Python code, which cannot be run here; use keras.ops functions or a layer"},
      {"Merge", "a Merge layer of Keras 1 is not read; Keras 2 has Add, Concatenate and others in its place"},
      {"SlicingOpLambda", kFunction},
      {"TFOpLambda", kFunction},
      {"TFSMLayer", "a TFSMLayer is a SavedModel of TensorFlow in another folder, which cannot be run here"},
      {"TensorFlowOpLayer", kFunction},
      {"TorchModuleWrapper", "a TorchModuleWrapper holds a pickled Python object, which cannot be run here"},
  };
  for (const auto& [refused, why] : kRefused) {
    if (name == refused) return layer.error(std::string(why), Error::Kind::unsupported);
  }
  std::vector<std::string_view> names;
  for (const auto& [known, row] : rows()) names.push_back(known);
  return layer.error(fmt::format("unknown layer class \"{}\"{}", name, did_you_mean(name, names)),
                     Error::Kind::unsupported);
}

/// Floats as the layer computes them; a tensor keeps its mask.
void cast_floats(const Layer& layer, ops::Arg& arg) {
  if (arg.is<ops::List>()) {
    ops::List items = arg.as<ops::List>();
    for (ops::Arg& item : items) cast_floats(layer, item);
    arg = std::move(items);
  } else if (arg.is<Tensor>()) {
    const Tensor& x = arg.as<Tensor>();
    if (is_float(x.dtype())) arg = with_mask(layer, ops::cast(x, layer.compute_dtype()), mask_of(layer, x));
  }
}

/// The outputs with the mask that Keras gives them.
Tensors with_masks(const Layer& layer, Masks masks, const Tensors& inputs, Tensors outputs) {
  if (masks == Masks::own) return outputs;
  const Tensor mask = masks == Masks::passed && !inputs.empty() ? mask_of(layer, inputs[0]) : Tensor();
  for (Tensor& y : outputs) y = with_mask(layer, y, mask);
  return outputs;
}

}  // namespace

const Row* find_row(std::string_view class_name) {
  const auto found = rows().find(class_name);
  return found == rows().end() ? nullptr : found->second;
}

const Tensor& only(const Layer& layer, const Tensors& inputs) {
  if (inputs.size() != 1) throw layer.error(fmt::format("is called with {} tensors, wanted 1", inputs.size()));
  return inputs[0];
}

int64_t dimension(const Layer& layer, const Tensor& x, int64_t axis) {
  const ov::Dimension dim = x.shape()[static_cast<size_t>(ops::normalize_axis(axis, x.rank()))];
  if (dim.is_static()) return dim.get_length();
  throw layer.error(fmt::format("dimension {} of its input {} must be known", axis, ops::to_string(x.shape())));
}

std::string layer_of(const ov::Node& node) {
  const auto tag = node.get_rt_info().find(kLayerTag);
  return tag == node.get_rt_info().end() ? "" : tag->second.as<std::string>();
}

std::string outer_layer_of(const ov::Node& node) {
  const std::string path = layer_of(node);
  return path.substr(0, path.find('/'));
}

std::vector<int64_t> inner_shape(const Layer& layer, const Tensor& x) {
  std::vector<int64_t> shape;
  for (int64_t axis = 1; axis < x.rank(); ++axis) shape.push_back(dimension(layer, x, axis));
  return shape;
}

bool acts_in_training(const Layer& layer) {
  const auto in = [&](std::span<const Row> family) {
    return std::any_of(family.begin(), family.end(),
                       [&](const Row& row) { return row.class_name == layer.class_name(); });
  };
  return layer.class_name() == "BatchNormalization" || layer.get_or("dropout", 0.0) > 0 ||
         in(regularization_layers()) || in(models());
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
    layer.take_memory(std::ssize(layer.path()), 2);
    node->set_friendly_name(layer.path() + "/" + node->get_type_name());
    for (size_t i = 0; i < node->get_input_size(); ++i) stack.push_back(node->get_input_node_ptr(i));
  }
}

/// The layer's outputs: of a class of ours, or of one that the program registered.
static Tensors called(Layer& layer, const Tensors& inputs) {
  if (const Row* row = find_row(layer.class_name()))
    return with_masks(layer, row->masks, inputs, row->build(layer, inputs));
  LayerCall call(layer);
  return with_masks(layer, Masks::dropped, inputs, registered(layer.class_name())(call, inputs));
}

Tensors build(Layer& layer, const Tensors& inputs) {
  if (!find_row(layer.class_name()) && !registered(layer.class_name())) throw unknown_class(layer);
  layer.take_call();
  Tensors cast = inputs;
  if (layer.autocast() && is_float(layer.compute_dtype())) {
    ops::Arg all = ops::to_arg(inputs);
    cast_floats(layer, all);
    for (size_t i = 0; i < cast.size(); ++i) cast[i] = all.as<ops::List>()[i].as<Tensor>();
    for (auto& [name, argument] : layer.arguments()) cast_floats(layer, argument);
  }
  const ops::TableWatch watch([&](int64_t bytes) { layer.take_memory(bytes, 1); });
  try {
    const Tensors outputs = called(layer, cast);
    layer.all_weights_taken();
    regularize_activity(layer, outputs);
    record(layer, outputs);
    return outputs;
  } catch (const Error& error) {
    // What an op or OpenVINO refuses gets the layer's place; an error that has one keeps it.
    if (std::string_view(error.what()).starts_with(layer.source().archive.path + ": ")) throw;
    throw layer.error(error.what(), error.kind());
  } catch (const ov::Exception& error) {
    throw layer.error(ops::reason(error.what()), Error::Kind::value);
  } catch (const json::exception& error) {
    throw layer.error(saving::json_reason(error));
  }
}

Tensor build(Layer layer, const Tensor& input) {
  const Tensors outputs = build(layer, Tensors{input});
  if (outputs.size() != 1) throw layer.error(fmt::format("gives {} tensors, wanted 1", outputs.size()));
  return outputs[0];
}

}  // namespace keravino::layers
