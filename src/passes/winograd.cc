#include "passes/winograd.h"

#include <openvino/opsets/opset15.hpp>

#include "kernels/max_pool.h"
#include "kernels/winograd.h"
#include "kernels/winograd_tiles.h"
#include "passes/layout_rule.h"
#include "passes/recognise_rule.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using kernels::Winograd;
using Numbers = std::vector<double>;

/// With fewer tiles, reading four times as many weights takes longer than what is saved.
size_t fewest_tiles(size_t inputs, size_t outputs) { return std::max(std::max(inputs, outputs) / 16, size_t{16}); }

/// A constant with one number, or one for each of the channels of (N, C, H, W): that many numbers.
std::optional<Numbers> for_each_channel(const Value& value, size_t channels) {
  const auto constant = as<v0::Constant>(value);
  if (!constant) return {};
  const ov::Shape& shape = constant->get_shape();
  if (ov::shape_size(shape) == 1 && shape.size() <= 4) return Numbers(channels, constant->cast_vector<double>()[0]);
  if (shape.size() < 3 || shape.size() > 4 || shape[shape.size() - 3] != channels || ov::shape_size(shape) != channels)
    return {};
  return constant->cast_vector<double>();
}

/// The convolution and what follows it, as scale * convolution + bias within limits.
struct Chain {
  std::shared_ptr<ov::Node> last;
  Numbers scale, bias;
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();

  Chain(const std::shared_ptr<ov::Node>& convolution, size_t channels)
      : last(convolution), scale(channels, 1), bias(channels, 0) {
    while (take_next(channels)) {
    }
  }

 private:
  bool take_next(size_t channels) {
    const auto users = last->output(0).get_target_inputs();
    if (users.size() != 1) return false;
    const auto next = users.begin()->get_node()->shared_from_this();
    if (ov::is_type<v0::Relu>(next)) {
      low = 0;
    } else if (const auto clamp = ov::as_type_ptr<v0::Clamp>(next)) {
      low = static_cast<float>(clamp->get_min());
      high = static_cast<float>(clamp->get_max());
    } else {
      return take_numbers(next, channels);
    }
    last = next;
    return false;
  }

  bool take_numbers(const std::shared_ptr<ov::Node>& next, size_t channels) {
    const bool adds = ov::is_type<v1::Add>(next), subtracts = ov::is_type<v1::Subtract>(next);
    const bool multiplies = ov::is_type<v1::Multiply>(next), divides = ov::is_type<v1::Divide>(next);
    if (!adds && !subtracts && !multiplies && !divides) return false;
    const bool is_first = next->get_input_node_ptr(0) == last.get();
    if (!is_first && !adds && !multiplies) return false;
    const auto numbers = for_each_channel(next->input_value(is_first ? 1 : 0), channels);
    if (!numbers || next->get_output_partial_shape(0) != last->get_output_partial_shape(0)) return false;
    for (size_t i = 0; i < channels; ++i) {
      const double number = (*numbers)[i];
      if (adds) bias[i] += number;
      if (subtracts) bias[i] -= number;
      if (multiplies) scale[i] *= number, bias[i] *= number;
      if (divides) scale[i] /= number, bias[i] /= number;
    }
    last = next;
    return true;
  }
};

/// Whether a convolution is one of those, and has so many tiles that it pays.
bool pays(const v1::Convolution& convolution) {
  const ov::PartialShape &x = convolution.get_input_partial_shape(0), &y = convolution.get_output_partial_shape(0);
  const auto weights = as<v0::Constant>(convolution.input_value(1));
  if (!weights || weights->get_element_type() != ov::element::f32 || y.rank() != 4) return false;
  const ov::Shape& shape = weights->get_shape();
  const auto is_one = [](size_t number) { return number == 1; };
  if (shape[2] != 3 || shape[3] != 3 || !kernels::winograd::takes(shape[1], shape[0]) ||
      !std::ranges::all_of(convolution.get_strides(), is_one) ||
      !std::ranges::all_of(convolution.get_dilations(), is_one))
    return false;
  if (x[2].is_dynamic() || x[3].is_dynamic()) return false;
  const auto tiles = [&](size_t axis) {
    return kernels::winograd::tiles_along(static_cast<size_t>(y[axis].get_length()));
  };
  const auto images = static_cast<size_t>(y[0].is_static() ? y[0].get_length() : 1);
  return images * tiles(2) * tiles(3) >= fewest_tiles(shape[1], shape[0]);
}

using layout::Layout;
const Layout kFirst = layout::natural(4), kLast{0, 2, 3, 1};

/// Lets nodes run channels-last, and knows which values there are so.
class Rewrite {
 public:
  /// Replaces the node, or what begins with it, if it can run channels-last and should. True for a convolution.
  bool visit(const std::shared_ptr<ov::Node>& node) {
    if (const auto convolution = ov::as_type_ptr<v1::Convolution>(node)) {
      if (!pays(*convolution)) return false;
      use_winograd(*convolution);
      return true;
    }
    if (node->get_output_size() != 1 || node->get_output_partial_shape(0).rank() != 4) return false;
    if (const auto pool = ov::as_type_ptr<v1::MaxPool>(node)) {
      take_maxima(*pool);
    } else {
      move(node);
    }
    return false;
  }

 private:
  Value last(const Value& value) {
    const auto known = last_.find(value);
    if (known != last_.end()) return known->second;
    const std::string name = value.get_node()->get_friendly_name() + "/transpose";
    return layout::relayout(value, value.get_partial_shape(), kFirst, kLast, name);
  }

  void replace(const std::shared_ptr<ov::Node>& node, const Value& made) {
    const std::string& name = node->get_friendly_name();
    const Value result = layout::relayout(made, node->get_output_partial_shape(0), kLast, kFirst, name);
    ov::copy_runtime_info(node, {made.get_node_shared_ptr(), result.get_node_shared_ptr()});
    made.get_node()->set_friendly_name(name + "/channels_last");
    node->output(0).replace(result);
    last_[result] = made;
  }

  void use_winograd(v1::Convolution& convolution) {
    const auto weights = as<v0::Constant>(convolution.input_value(1));
    const ov::Shape& shape = weights->get_shape();
    const Chain chain(convolution.shared_from_this(), shape[0]);
    replace(chain.last, std::make_shared<Winograd>(
                            last(convolution.input_value(0)),
                            Winograd::operands(weights->get_data_ptr<float>(), shape, chain.scale, chain.bias),
                            convolution.get_pads_begin(), convolution.get_pads_end(), chain.low, chain.high));
  }

  /// By a kernel of ours: the plugin would put what it reads in another order.
  void take_maxima(v1::MaxPool& pool) {
    const ov::PartialShape& shape = pool.get_output_partial_shape(0);
    if (!last_.contains(pool.input_value(0)) || shape[2].is_dynamic() || shape[3].is_dynamic()) return;
    replace(pool.shared_from_this(), std::make_shared<kernels::MaxPool>(last(pool.input_value(0)), pool));
  }

  /// Runs a node channels-last by its rule of the layout pass, if all of its inputs are so but for constants.
  void move(const std::shared_ptr<ov::Node>& node) {
    const auto* rule = layout::find_rule(*node);
    const auto frame = rule ? (*rule)(*node) : std::nullopt;
    const auto order = frame ? layout::order_for(*frame, frame->out[0], kLast) : std::nullopt;
    if (!order || !frame->accepts(*order)) return;
    std::map<size_t, Value> inputs;
    bool any = false;
    for (size_t i = 0; i < node->get_input_size(); ++i) {
      if (frame->in[i].kind != layout::Port::Kind::moves) continue;
      const Value input = node->input_value(i);
      const bool is_constant = ov::is_type<v0::Constant>(input.get_node());
      if (layout::port_layout(frame->in[i], 4, *order) != kLast || (!is_constant && !last_.contains(input))) return;
      inputs[i] = last(input);
      any |= !is_constant;
    }
    if (!any) return;
    const auto copy = node->copy_with_new_inputs(node->input_values());
    for (const auto& [i, value] : inputs) copy->input(i).replace_source_output(value);
    const Value made = frame->rewrite(copy, *order)[0];
    if (made == copy->output(0)) copy->revalidate_and_infer_types();
    replace(node, made);
  }

  std::map<Value, Value> last_;  // of values channels-first, the same ones channels-last
};

}  // namespace

size_t use_winograd(const std::shared_ptr<ov::Model>& model) {
  if (!Winograd::available()) return 0;
  size_t made = 0;
  Rewrite rewrite;
  for (const auto& node : model->get_ordered_ops()) made += rewrite.visit(node) ? 1 : 0;
  return made;
}

}  // namespace keravino::passes
