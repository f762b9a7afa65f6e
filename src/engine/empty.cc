#include "engine/empty.h"

#include "engine/attributes.h"

namespace keravino::engine {
namespace {

bool may_be_empty(const ov::PartialShape& shape) {
  if (shape.rank().is_dynamic()) return true;
  return std::any_of(shape.begin(), shape.end(), [](const ov::Dimension& dim) { return dim.get_min_length() == 0; });
}

bool may_hold_empty(const ov::Model& model) {
  const auto nodes = model.get_ops();
  return std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return engine::may_be_empty(*node); });
}

/// A copy of the model with parameters of these shapes.
std::shared_ptr<ov::Model> reshaped(const ov::Model& model, const std::vector<ov::PartialShape>& shapes) {
  const auto copy = model.clone();
  for (size_t i = 0; i < shapes.size(); ++i) copy->get_parameters()[i]->set_partial_shape(shapes[i]);
  copy->validate_nodes_and_infer_types();
  return copy;
}

/// The shapes of inputs that are not empty.
std::vector<ov::PartialShape> filled_shapes(const ov::Model& model) {
  std::vector<ov::PartialShape> shapes;
  for (const auto& parameter : model.get_parameters()) {
    ov::PartialShape shape = parameter->get_partial_shape();
    if (shape.rank().is_static()) {
      for (auto& dim : shape) dim = ov::Dimension(std::max<int64_t>(dim.get_min_length(), 1), dim.get_max_length());
    }
    shapes.push_back(shape);
  }
  return shapes;
}

bool never_empty(const ov::Model& model) {
  try {
    return !may_hold_empty(*reshaped(model, filled_shapes(model)));
  } catch (const ov::Exception&) {
    return false;  // a window that fits into no dimension of 1, say
  }
}

}  // namespace

bool may_be_empty(const ov::Node& node) {
  if (ov::is_type<ov::op::v0::Constant>(&node) || ov::is_type<ov::op::v3::ShapeOf>(&node)) return false;
  if (const auto* outer = dynamic_cast<const ov::op::util::MultiSubGraphOp*>(&node)) {
    const auto& bodies = outer->get_functions();
    if (std::any_of(bodies.begin(), bodies.end(), [](const auto& body) { return may_hold_empty(*body); })) return true;
  }
  const auto outputs = node.outputs();
  return std::any_of(outputs.begin(), outputs.end(),
                     [](const auto& output) { return may_be_empty(output.get_partial_shape()); });
}

EmptyGuard::EmptyGuard(std::shared_ptr<const ov::Model> model)
    : model_(std::move(model)), never_(never_empty(*model_)) {}

bool EmptyGuard::may_be_empty(const std::vector<ov::Shape>& inputs) {
  const bool filled = std::all_of(inputs.begin(), inputs.end(), [](const auto& s) { return ov::shape_size(s) > 0; });
  if (!filled) return true;
  if (never_) return false;
  std::string key;
  for (const ov::Shape& shape : inputs) {
    for (const size_t dim : shape) append_bytes(key, dim);
  }
  const std::lock_guard lock(mutex_);
  if (const bool* known = known_.find(key)) return *known;
  return known_.insert(key, may_hold_empty(*reshaped(*model_, {inputs.begin(), inputs.end()})));
}

}  // namespace keravino::engine
