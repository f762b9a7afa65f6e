#include "engine/empty.h"

#include "engine/any_node.h"
#include "engine/attributes.h"

namespace keravino::engine {
namespace {

bool is_vector_of_int64(const ov::Node& node) {
  return node.get_output_element_type(0) == ov::element::i64 && node.get_output_partial_shape(0).size() == 1;
}

}  // namespace

bool may_be_empty(const ov::Node& node) {
  if (ov::is_type<ov::op::v3::ShapeOf>(&node)) return false;
  if (ov::is_type<ov::op::v0::Constant>(&node) && is_vector_of_int64(node)) return false;
  for (size_t i = 0; i < node.get_output_size(); ++i) {
    const auto& shape = node.get_output_partial_shape(i);
    if (shape.rank().is_dynamic()) return true;
    if (std::any_of(shape.begin(), shape.end(), [](const auto& dim) { return dim.get_min_length() == 0; })) return true;
  }
  return false;
}

namespace {

bool may_hold_empty(const ov::Model& model) {
  return any_node(model, [](const ov::Node& node) { return may_be_empty(node); });
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

bool is_static(const ov::Model& model) {
  const auto& parameters = model.get_parameters();
  return std::all_of(parameters.begin(), parameters.end(),
                     [](const auto& parameter) { return parameter->get_partial_shape().is_static(); });
}

}  // namespace

EmptyGuard::EmptyGuard(std::shared_ptr<const ov::Model> model)
    : model_(std::move(model)), always_(is_static(*model_) && may_hold_empty(*model_)), never_(never_empty(*model_)) {}

bool EmptyGuard::may_be_empty(const std::vector<ov::Tensor>& inputs) {
  if (std::any_of(inputs.begin(), inputs.end(), [](const auto& input) { return input.get_size() == 0; })) return true;
  if (never_) return false;
  std::string key;
  std::vector<ov::PartialShape> shapes;
  for (const ov::Tensor& input : inputs) {
    shapes.emplace_back(input.get_shape());
    append_bytes(key, input.get_shape().size());
    for (const size_t dim : input.get_shape()) append_bytes(key, dim);
  }
  const std::lock_guard lock(mutex_);
  if (const bool* known = known_.find(key)) return *known;
  return known_.insert(key, may_hold_empty(*reshaped(*model_, shapes)));
}

}  // namespace keravino::engine
