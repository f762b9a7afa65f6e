#include "passes/fold.h"

#include <openvino/op/util/avg_pool_base.hpp>
#include <openvino/op/util/convolution_base.hpp>
#include <openvino/op/util/max_pool_base.hpp>
#include <openvino/op/util/pad_base.hpp>
#include <openvino/pass/constant_folding.hpp>
#include <unordered_set>

#include "engine/evaluate.h"
#include "ops/custom_gradient.h"

namespace keravino::passes {

namespace {

using NodePtr = std::shared_ptr<ov::Node>;

// What is added in front of and behind each axis.
struct Padding {
  ov::CoordinateDiff begin, end;
};

// The spatial padding of a Pad by zeros that leaves batch and channels alone, and takes nothing away.
std::optional<Padding> spatial_zeros(const ov::Node& node) {
  const auto* pad = dynamic_cast<const ov::op::util::PadBase*>(&node);
  if (!pad || pad->get_pad_mode() != ov::op::PadMode::CONSTANT) return {};
  for (size_t input = 1; input < node.get_input_size(); ++input) {
    if (!ov::is_type<ov::op::v0::Constant>(node.get_input_node_ptr(input))) return {};
  }
  if (node.get_input_size() > 3) {
    const auto* value = ov::as_type<const ov::op::v0::Constant>(node.get_input_node_ptr(3));
    if (value->cast_vector<double>().at(0) != 0) return {};
  }
  Padding padding{pad->get_pads_begin(), pad->get_pads_end()};
  for (auto* pads : {&padding.begin, &padding.end}) {
    if (pads->size() < 3 || (*pads)[0] != 0 || (*pads)[1] != 0) return {};
    if (std::any_of(pads->begin(), pads->end(), [](auto p) { return p < 0; })) return {};
    pads->erase(pads->begin(), pads->begin() + 2);
  }
  return padding;
}

bool is_non_negative(const ov::Output<ov::Node>& value) {
  namespace v0 = ov::op::v0;
  const auto* node = value.get_node();
  if (const auto* clamp = ov::as_type<const v0::Clamp>(node)) return clamp->get_min() >= 0;
  return ov::is_type_any_of<v0::Relu, v0::Sigmoid, ov::op::v5::HSigmoid, v0::Abs, v0::Exp, v0::Sqrt,
                            ov::op::v1::Softmax, ov::op::v8::Softmax>(node);
}

// Explicit pads plus `more`; nothing where the op works its padding out from its input's size.
template <class Pads, class Op>
std::optional<std::pair<Pads, Pads>> padded(const Op& op, const Padding& more) {
  using Pad = typename Pads::value_type;
  Pads begin(more.begin.begin(), more.begin.end()), end(more.end.begin(), more.end.end());
  if (op.get_auto_pad() == ov::op::PadType::EXPLICIT) {
    const auto &own_begin = op.get_pads_begin(), &own_end = op.get_pads_end();
    if (own_begin.size() != begin.size() || own_end.size() != end.size()) return {};
    std::transform(begin.begin(), begin.end(), own_begin.begin(), begin.begin(), std::plus<Pad>());
    std::transform(end.begin(), end.end(), own_end.begin(), end.begin(), std::plus<Pad>());
  } else if (op.get_auto_pad() != ov::op::PadType::VALID) {
    return {};
  }
  return std::pair{begin, end};
}

template <class Op, class Pads>
void set_pads(Op& op, const std::pair<Pads, Pads>& pads) {
  op.set_auto_pad(ov::op::PadType::EXPLICIT);
  op.set_pads_begin(pads.first);
  op.set_pads_end(pads.second);
}

// A change to make once all consumers of a Pad are found to allow theirs.
using Change = std::function<void()>;

Change into_convolution(const NodePtr& node, const Padding& more) {
  const auto op = std::dynamic_pointer_cast<ov::op::util::ConvolutionFwdPropBase>(node);
  if (!op || !ov::is_type_any_of<ov::op::v1::Convolution, ov::op::v1::GroupConvolution>(node)) return {};
  const auto pads = padded<ov::CoordinateDiff>(*op, more);
  if (!pads) return {};
  return [=] { set_pads(*op, *pads); };
}

// Pooling: windows must not lie in the padding alone.
template <class Op>
std::optional<std::pair<ov::Shape, ov::Shape>> pool_pads(const Op& op, const Padding& more) {
  if (op.get_rounding_type() != ov::op::RoundingType::FLOOR) return {};
  const auto pads = padded<ov::Shape>(op, more);
  const auto& kernel = op.get_kernel();
  for (size_t i = 0; pads && i < kernel.size(); ++i) {
    if (pads->first[i] >= kernel[i] || pads->second[i] >= kernel[i]) return {};
  }
  return pads;
}

bool is_dilated(const ov::Node& node) {
  auto any = [](const ov::Strides& d) { return std::any_of(d.begin(), d.end(), [](size_t n) { return n != 1; }); };
  if (const auto* pool = ov::as_type<const ov::op::v8::MaxPool>(&node)) return any(pool->get_dilations());
  if (const auto* pool = ov::as_type<const ov::op::v14::MaxPool>(&node)) return any(pool->get_dilations());
  return false;
}

// The padding of a MaxPool never wins; a zero does not either where nothing is negative.
Change into_max_pool(const NodePtr& node, const Padding& more) {
  const auto op = std::dynamic_pointer_cast<ov::op::util::MaxPoolBase>(node);
  const bool wants_indices = node->get_output_size() > 1 && !node->output(1).get_target_inputs().empty();
  if (!op || wants_indices || is_dilated(*node) || !is_non_negative(node->get_input_node_ptr(0)->input_value(0))) {
    return {};
  }
  const auto pads = pool_pads(*op, more);
  if (!pads) return {};
  return [=] { set_pads(*op, *pads); };
}

// The zeros count in the mean: so must the padding, and what was padding before.
Change into_avg_pool(const NodePtr& node, const Padding& more) {
  const auto op = std::dynamic_pointer_cast<ov::op::util::AvgPoolBase>(node);
  if (!op) return {};
  const auto own = padded<ov::Shape>(*op, {ov::CoordinateDiff(more.begin.size()), ov::CoordinateDiff(more.end.size())});
  const auto pads = pool_pads(*op, more);
  if (!own || !pads) return {};
  auto any = [](const ov::Shape& s) { return std::any_of(s.begin(), s.end(), [](size_t n) { return n > 0; }); };
  if (op->get_exclude_pad() && (any(own->first) || any(own->second))) return {};
  return [=] {
    set_pads(*op, *pads);
    op->set_exclude_pad(false);
  };
}

// The changes that make `pad` needless; none if it has to stay.
std::vector<Change> changes_without(const NodePtr& pad) {
  const auto padding = spatial_zeros(*pad);
  if (!padding) return {};
  std::vector<Change> changes;
  for (const auto& input : pad->output(0).get_target_inputs()) {
    if (input.get_index() != 0) return {};
    const auto consumer = input.get_node()->shared_from_this();
    Change change;
    for (const auto into : {into_convolution, into_max_pool, into_avg_pool}) {
      if (!change) change = into(consumer, *padding);
    }
    if (!change) return {};
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace

size_t remove_no_op_converts(const std::shared_ptr<ov::Model>& model) {
  size_t removed = 0;
  for (const auto& node : model->get_ordered_ops()) {
    if (!ov::is_type<ov::op::v0::Convert>(node)) continue;
    if (node->get_input_element_type(0) != node->get_output_element_type(0)) continue;
    if (node->get_input_element_type(0).is_dynamic()) continue;
    removed += ov::replace_output_update_name(node->output(0), node->input_value(0)) ? 1 : 0;
  }
  return removed;
}

size_t remove_custom_gradients(const std::shared_ptr<ov::Model>& model) {
  size_t removed = 0;
  for (const auto& node : model->get_ordered_ops()) {
    if (const auto outer = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
      for (const auto& body : outer->get_functions()) removed += remove_custom_gradients(body);
    }
    if (!ov::is_type<ops::CustomGradient>(node)) continue;
    for (size_t i = 0; i < node->get_output_size(); ++i) node->output(i).replace(node->input_value(i));
    ++removed;
  }
  return removed;
}

size_t fold_pads(const std::shared_ptr<ov::Model>& model) {
  size_t removed = 0;
  for (const auto& node : model->get_ordered_ops()) {
    const auto changes = changes_without(node);
    if (changes.empty()) continue;
    for (const auto& change : changes) change();
    node->output(0).replace(node->input_value(0));
    ++removed;
  }
  model->validate_nodes_and_infer_types();
  return removed;
}

namespace {

double bytes(const ov::PartialShape& shape, const ov::element::Type& type) {
  double size = shape.is_static() ? static_cast<double>(type.bitwidth()) / 8 : 0;
  for (const ov::Dimension& dim : shape) size *= static_cast<double>(dim.get_max_length());
  return size;
}

double bytes_out(const ov::Node& node) {
  double size = 0;
  for (const auto& output : node.outputs()) size += bytes(output.get_partial_shape(), output.get_element_type());
  return size;
}

/// What folding the node would add to the graph.
double growth(const ov::Node& node) {
  double more = bytes_out(node);
  for (const auto& input : node.inputs()) more -= bytes(input.get_partial_shape(), input.get_element_type());
  return std::max(more, 0.0);
}

/// A Convert from a small type, as of stored weights.
bool widens(const ov::Node& node) {
  return ov::is_type<ov::op::v0::Convert>(&node) &&
         node.get_input_element_type(0).bitwidth() < node.get_output_element_type(0).bitwidth() &&
         node.get_output_element_type(0).is_real();
}

/// Division by zero is what OpenVINO's folding of integers ends the process with.
bool divides_integers(const ov::Node& node) {
  return ov::is_type_any_of<ov::op::v1::Divide, ov::op::v1::Mod, ov::op::v1::FloorMod>(&node) &&
         node.get_output_element_type(0).is_integral();
}

/// Computes a node of constants as the interpreter does; false if it has other inputs.
bool fold_interpreted(const std::shared_ptr<ov::Node>& node) {
  ov::TensorVector inputs, outputs;
  for (const auto& input : node->input_values()) {
    const auto constant = ov::as_type_ptr<ov::op::v0::Constant>(input.get_node_shared_ptr());
    if (!constant) return false;
    inputs.push_back(constant->get_tensor_view());
  }
  if (!engine::evaluate(node, outputs, inputs)) return false;
  const auto folded = std::make_shared<ov::op::v0::Constant>(outputs[0]);
  folded->set_friendly_name(node->get_friendly_name());
  node->output(0).replace(folded);
  return true;
}

/// One pass over the graph; true if another one may fold more. `grown`: bytes that folding has added so far.
bool fold_once(const std::shared_ptr<ov::Model>& model, double& grown) {
  constexpr double kMost = 1 << 28;  // bytes that folding may add in all
  std::unordered_set<const ov::Node*> constant;
  ov::NodeVector kept;
  for (const auto& node : model->get_ordered_ops()) {
    const bool source = ov::is_type<ov::op::v0::Constant>(node);
    const bool of_shape = ov::is_type_any_of<ov::op::v0::ShapeOf, ov::op::v3::ShapeOf>(node) &&
                          node->get_input_partial_shape(0).is_static();
    bool all = !source && !of_shape && node->get_input_size() > 0;
    for (size_t i = 0; i < node->get_input_size(); ++i) all = all && constant.contains(node->get_input_node_ptr(i));
    // OpenVINO makes room for the outputs of some nodes before it finds that their inputs are no constants.
    const double more = all ? growth(*node) : source ? 0 : bytes_out(*node);
    const bool stays = divides_integers(*node) || (all ? grown : 0) + more > kMost;
    if (!stays && (source || of_shape || all)) constant.insert(node.get());
    if (!stays && all) grown += more;
    if ((!stays && !(all && widens(*node))) || ov::pass::constant_folding_is_disabled(node)) continue;
    ov::pass::disable_constant_folding(node);
    kept.push_back(node);
  }
  ov::pass::ConstantFolding().run_on_model(model);
  bool again = false;
  for (const auto& node : kept) {
    ov::pass::enable_constant_folding(node);
    if (divides_integers(*node) && grown + growth(*node) <= kMost) again |= fold_interpreted(node);
  }
  return again;
}

}  // namespace

void fold_constants(const std::shared_ptr<ov::Model>& model) {
  double grown = 0;
  while (fold_once(model, grown)) {
  }
}

}  // namespace keravino::passes
