// Loops whose steps are those of an LSTM or a GRU.
#include <openvino/op/gru_sequence.hpp>
#include <openvino/op/loop.hpp>
#include <openvino/op/lstm_sequence.hpp>

#include "passes/layout_rule.h"
#include "passes/recognise_rule.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using Descriptions = ov::op::util::MultiSubGraphOp;
using ConstantPtr = std::shared_ptr<v0::Constant>;

ConstantPtr floats(const Value& value) {
  const auto constant = as<v0::Constant>(value);
  return constant && constant->get_element_type() == ov::element::f32 ? constant : nullptr;
}

std::vector<Value> terms(const Value& value) {
  const auto sum = as<v1::Add>(value);
  if (!sum) return {value};
  std::vector<Value> all = terms(sum->input_value(0));
  for (const Value& term : terms(sum->input_value(1))) all.push_back(term);
  return all;
}

/// x W + h R + b, where some may be missing.
struct Sum {
  Value x, h;
  ConstantPtr kernel, recurrent;
  std::vector<float> bias;
  bool step = false;  // x W is computed outside of the loop
};

/// The body of a loop over the steps of one tensor, and what it gets from outside.
class Steps {
 public:
  explicit Steps(const std::shared_ptr<v5::Loop>& loop) : loop_(loop) {
    const auto& parameters = loop->get_function()->get_parameters();
    for (const auto& description : loop->get_input_descriptions()) {
      const Value outer = loop->input_value(description->m_input_index);
      const Value inner = parameters[description->m_body_parameter_index]->output(0);
      if (const auto slice = ov::as_type_ptr<Descriptions::SliceInputDescription>(description)) {
        ++slices_;
        sliced_ = outer;
        slice_ = inner;
        backwards = slice->m_stride < 0;
        whole_ = slice->m_axis == 1 && slice->m_part_size == 1 && std::abs(slice->m_stride) == 1;
      } else if (const auto merged = ov::as_type_ptr<Descriptions::MergedInputDescription>(description)) {
        states_[inner] = {outer, merged->m_body_value_index};
      } else {
        outer_[inner] = outer;
      }
    }
  }

  /// Whether every step of one tensor is visited.
  bool is_plain() const {
    if (slices_ != 1 || !whole_ || sliced_.get_partial_shape().rank() != 3) return false;
    const auto steps = sliced_.get_partial_shape()[1];
    const auto trips = layout::constant_values(*loop_, 0);
    const auto goes_on = [](const Value& value) {
      const auto constant = as<v0::Constant>(value);
      return constant && constant->cast_vector<bool>() == std::vector{true};
    };
    const auto ports = loop_->get_special_body_ports();
    return steps.is_static() && trips && (trips->at(0) == steps.get_length() || trips->at(0) == -1) &&
           goes_on(loop_->input_value(1)) && ports.current_iteration_input_idx < 0 &&
           goes_on(result(static_cast<size_t>(ports.body_condition_output_idx)));
  }
  Value result(size_t index) const { return loop_->get_function()->get_results()[index]->input_value(0); }
  int64_t count() const { return sliced_.get_partial_shape()[1].get_length(); }
  const Value& initial(const Value& state) const { return states_.at(state).first; }
  std::vector<Value> states() const {
    std::vector<Value> all;
    for (const auto& [state, start] : states_) all.push_back(state);
    return all;
  }
  bool is_state(const Value& value) const { return states_.contains(value); }
  Value next(const Value& state) const { return result(states_.at(state).second); }

  /// A pre-activation as a sum, with the projection of x outside if it is there.
  std::optional<Sum> sum(const Value& value) const {
    Sum found;
    for (const Value& term : terms(value)) {
      if (!add(found, term)) return {};
    }
    if (found.step) {
      for (const Value& term : terms(sliced_)) {
        if (!add(found, term)) return {};
      }
    } else if (found.kernel) {
      found.x = sliced_;
    }
    if (found.step && !found.kernel) return {};
    return found;
  }

  bool backwards = false;

 private:
  bool is_step(const Value& value) const {
    return (as<v0::Squeeze>(value) || as<v1::Reshape>(value)) && value.get_node()->input_value(0) == slice_;
  }

  bool add(Sum& sum, const Value& term) const {
    if (is_step(term)) return !std::exchange(sum.step, true);
    const auto known = outer_.find(term);
    if (const auto constant = floats(known == outer_.end() ? term : known->second)) {
      const auto values = constant->cast_vector<float>();
      sum.bias.resize(std::max(sum.bias.size(), values.size()));
      if (values.size() != sum.bias.size()) return false;
      std::ranges::transform(values, sum.bias, sum.bias.begin(), std::plus<>());
      return true;
    }
    const auto product = as<v0::MatMul>(term);
    if (!product || product->get_transpose_a() || product->get_transpose_b()) return false;
    const Value x = product->input_value(0);
    const auto inside = outer_.find(product->input_value(1));
    const auto weights = floats(inside == outer_.end() ? product->input_value(1) : inside->second);
    if (!weights || weights->get_shape().size() != 2) return false;
    if (is_state(x)) {
      sum.h = x;
      return !std::exchange(sum.recurrent, weights);
    }
    sum.x = x;
    const bool is_input = is_step(x) || (sum.step && x.get_partial_shape().rank() == 3);
    return is_input && !std::exchange(sum.kernel, weights);
  }

  std::shared_ptr<v5::Loop> loop_;
  size_t slices_ = 0;
  bool whole_ = false;
  Value sliced_, slice_;
  std::map<Value, Value> outer_;
  std::map<Value, std::pair<Value, size_t>> states_;  // the value at first, and the result that is the next
};

template <class Op>
std::optional<Value> of(const Value& value) {
  const auto node = as<Op>(value);
  return node ? std::optional(node->input_value(0)) : std::nullopt;
}

/// The number of a gate among those that lie behind each other, if the value is one.
struct Gate {
  Value sum;
  int64_t place = -1;
};
Gate gate(const std::optional<Value>& value, int64_t units) {
  const auto part = value ? part_of(*value) : std::nullopt;
  if (!part || part->end - part->begin != units || part->begin % units != 0) return {};
  return {part->of, part->begin / units};
}

/// Weights (n, gates units) as OpenVINO wants them: (1, gates units, n), with the gates in another order.
ConstantPtr weights(const v0::Constant& constant, const std::vector<size_t>& gates) {
  const size_t rows = constant.get_shape()[0], columns = constant.get_shape()[1], units = columns / gates.size();
  const auto* values = constant.get_data_ptr<float>();
  std::vector<float> turned(rows * columns);
  for (size_t column = 0; column < columns; ++column) {
    const size_t from = gates[column / units] * units + column % units;
    for (size_t row = 0; row < rows; ++row) turned[column * rows + row] = values[row * columns + from];
  }
  return v0::Constant::create(ov::element::f32, {1, columns, rows}, turned);
}

/// What a layer of this kind is made of.
struct Found {
  Sum sum;
  Value h, c;
};

/// c' = f c + i tanh(g), h' = o tanh(c'), of the gates i, f, g, o.
std::optional<Found> lstm(const Steps& steps, const Value& h) {
  const int64_t units = h.get_partial_shape()[1].get_length();
  const Value next = steps.next(h);
  const auto is_tanh = [](const Value& v) { return as<v0::Tanh>(v) != nullptr; };
  const auto product = as<v1::Multiply>(next) ? split_inputs(*next.get_node(), is_tanh) : std::nullopt;
  if (!product) return {};
  const Value cell = *of<v0::Tanh>(product->first);
  const Gate output = gate(of<v0::Sigmoid>(product->second), units);
  const auto sum = as<v1::Add>(cell);
  if (!sum) return {};
  const auto keeps = split_inputs(*sum, [&](const Value& v) {
    return as<v1::Multiply>(v) && split_inputs(*v.get_node(), [&](const Value& s) { return steps.is_state(s); });
  });
  if (!keeps) return {};
  const auto kept = *split_inputs(*keeps->first.get_node(), [&](const Value& s) { return steps.is_state(s); });
  const auto added = as<v1::Multiply>(keeps->second) ? split_inputs(*keeps->second.get_node(), is_tanh) : std::nullopt;
  if (!added || steps.next(kept.first) != cell) return {};
  const Gate forget = gate(of<v0::Sigmoid>(kept.second), units), input = gate(of<v0::Sigmoid>(added->second), units);
  const Gate candidate = gate(of<v0::Tanh>(added->first), units);
  const std::array gates{input, forget, candidate, output};
  for (size_t i = 0; i < gates.size(); ++i) {
    if (gates[i].place != static_cast<int64_t>(i) || gates[i].sum != output.sum) return {};
  }
  const auto projected = steps.sum(output.sum);
  if (!projected || !projected->kernel || !projected->recurrent || projected->h != h) return {};
  return Found{*projected, h, kept.first};
}

/// h' = z h + (1 - z) tanh(x_g + r h_g), of the gates z, r, g, with the reset after the product.
struct GruFound : Found {
  Sum of_h;
};
std::optional<GruFound> gru(const Steps& steps, const Value& h) {
  const int64_t units = h.get_partial_shape()[1].get_length();
  const auto is_h = [&](const Value& v) { return v == h; };
  const auto is_tanh = [](const Value& v) { return as<v0::Tanh>(v) != nullptr; };
  const auto split = [](const Value& v, const std::function<bool(const Value&)>& test) {
    return as<v1::Multiply>(v) ? split_inputs(*v.get_node(), test) : std::nullopt;
  };
  const Value next = steps.next(h);
  const auto both = as<v1::Add>(next)
                        ? split_inputs(*next.get_node(), [&](const Value& v) { return split(v, is_h).has_value(); })
                        : std::nullopt;
  const auto fresh = both ? split(both->second, is_tanh) : std::nullopt;
  if (!fresh) return {};
  const Value update = split(both->first, is_h)->second;
  const auto rest = as<v1::Subtract>(fresh->second);
  if (!rest || !is_number(rest->input_value(0), 1) || rest->input_value(1) != update) return {};
  const auto is_sigmoid = [](const Value& v) { return as<v0::Sigmoid>(v) != nullptr; };
  const auto is_reset = [&](const Value& v) { return split(v, is_sigmoid).has_value(); };
  const auto candidate = as<v1::Add>(*of<v0::Tanh>(fresh->first));
  const auto parts = candidate ? split_inputs(*candidate, is_reset) : std::nullopt;
  if (!parts) return {};
  const auto reset = *split(parts->first, is_sigmoid);
  const Gate x = gate(parts->second, units), inner = gate(reset.second, units);
  if (x.place != 2 || inner.place != 2) return {};
  const auto adds = [&](const std::optional<Value>& sum, int64_t place) {
    const auto node = sum ? as<v1::Add>(*sum) : nullptr;
    if (!node) return false;
    const auto parts_of_x = split_inputs(*node, [&](const Value& v) { return gate(v, units).sum == x.sum; });
    if (!parts_of_x || gate(parts_of_x->second, units).sum != inner.sum) return false;
    return gate(parts_of_x->first, units).place == place && gate(parts_of_x->second, units).place == place;
  };
  if (!adds(of<v0::Sigmoid>(update), 0) || !adds(of<v0::Sigmoid>(reset.first), 1)) return {};
  const auto of_x = steps.sum(x.sum), of_h = steps.sum(inner.sum);
  if (!of_x || !of_h || !of_x->kernel || of_x->recurrent || !of_h->recurrent || of_h->kernel) return {};
  if (of_h->h != h) return {};
  return GruFound{{*of_x, h, {}}, *of_h};
}

/// What all sequences are made from: the batch's size, one number of steps for each row, and a state with a direction.
Value batch_of(const Value& x) {
  const auto axis = v0::Constant::create(ov::element::i64, {}, {0});
  const auto index = v0::Constant::create(ov::element::i64, {1}, {0});
  return std::make_shared<v8::Gather>(std::make_shared<v3::ShapeOf>(x), index, axis)->output(0);
}
Value lengths(const Steps& steps, const Value& x) {
  const auto count = v0::Constant::create(ov::element::i64, {}, {steps.count()});
  return std::make_shared<v3::Broadcast>(count, batch_of(x))->output(0);
}
Value one_direction(const Value& state) {
  return std::make_shared<v0::Unsqueeze>(state, v0::Constant::create(ov::element::i64, {1}, {1}))->output(0);
}

/// One bias for each gate: (1, size).
ConstantPtr bias(std::vector<float> values, size_t size) {
  values.resize(size);
  return v0::Constant::create(ov::element::f32, {1, size}, values);
}

std::shared_ptr<ov::Node> lstm_sequence(const Steps& steps, const Found& found) {
  const Sum& sum = found.sum;
  const std::vector<size_t> gates{1, 0, 2, 3};  // OpenVINO's order is f, i, g, o
  const size_t size = sum.recurrent->get_shape()[1], units = size / 4;
  std::vector<float> own = sum.bias, turned(size);
  own.resize(size);
  for (size_t i = 0; i < size; ++i) turned[i] = own[gates[i / units] * units + i % units];
  const auto direction = steps.backwards ? RecurrentSequenceDirection::REVERSE : RecurrentSequenceDirection::FORWARD;
  return std::make_shared<v5::LSTMSequence>(sum.x, one_direction(steps.initial(found.h)),
                                            one_direction(steps.initial(found.c)), lengths(steps, sum.x),
                                            weights(*sum.kernel, gates), weights(*sum.recurrent, gates),
                                            bias(turned, size), static_cast<int64_t>(units), direction);
}

std::shared_ptr<ov::Node> gru_sequence(const Steps& steps, const GruFound& found) {
  const std::vector<size_t> gates{0, 1, 2};  // z, r, g, as Keras has them
  const size_t size = found.of_h.recurrent->get_shape()[1], units = size / 3;
  std::vector<float> all = found.sum.bias, own = found.of_h.bias;  // z and r have one bias, g has two
  all.resize(size);
  own.resize(size);
  for (size_t i = 0; i < 2 * units; ++i) all[i] += own[i];
  all.insert(all.end(), own.begin() + static_cast<std::ptrdiff_t>(2 * units), own.end());
  const auto direction = steps.backwards ? RecurrentSequenceDirection::REVERSE : RecurrentSequenceDirection::FORWARD;
  return std::make_shared<v5::GRUSequence>(
      found.sum.x, one_direction(steps.initial(found.h)), lengths(steps, found.sum.x),
      weights(*found.sum.kernel, gates), weights(*found.of_h.recurrent, gates), bias(all, size + units), units,
      direction, std::vector<std::string>{"sigmoid", "tanh"}, std::vector<float>{}, std::vector<float>{}, 0.0F, true);
}

/// What stands for the loop's outputs: all steps in the loop's order, or the last states. Empty if there is another.
ov::OutputVector outputs(const std::shared_ptr<v5::Loop>& loop, const Steps& steps, const Found& found,
                         const std::shared_ptr<ov::Node>& sequence) {
  ov::OutputVector made(loop->get_output_size());
  const auto squeeze = [](const Value& value) {
    return std::make_shared<v0::Squeeze>(value, v0::Constant::create(ov::element::i64, {1}, {1}))->output(0);
  };
  for (const auto& description : loop->get_output_descriptions()) {
    Value value = steps.result(description->m_body_value_index);
    const auto stack = ov::as_type_ptr<Descriptions::ConcatOutputDescription>(description);
    if (stack && as<v0::Unsqueeze>(value)) value = value.get_node()->input_value(0);  // the axis of steps
    const bool is_h = value == steps.next(found.h);
    Value& output = made[description->m_output_index];
    if (ov::as_type_ptr<Descriptions::BodyOutputDescription>(description)) {
      if (!is_h && (!found.c.get_node() || value != steps.next(found.c))) return {};
      output = squeeze(sequence->output(is_h ? 1 : 2));
      continue;
    }
    if (!is_h || !stack || stack->m_axis != 1 || stack->m_part_size != 1) return {};
    output = squeeze(sequence->output(0));
    if ((stack->m_stride < 0) == steps.backwards) continue;
    const auto constant = [](int64_t number) { return v0::Constant::create(ov::element::i64, {1}, {number}); };
    output = std::make_shared<v8::Slice>(output, constant(-1), constant(std::numeric_limits<int64_t>::min()),
                                         constant(-1), constant(1));
  }
  return made;
}

std::optional<Attempt> recurrent(const std::shared_ptr<ov::Node>& last) {
  const auto loop = ov::as_type_ptr<v5::Loop>(last);
  const auto body = loop->get_function()->get_ops();
  if (std::ranges::none_of(body, [](const auto& node) { return ov::is_type<v0::MatMul>(node); })) return {};
  const Steps steps(loop);
  if (!steps.is_plain())
    return Attempt{{}, "it has a mask, an open number of steps, or a condition: a sequence has none of them"};
  for (const Value& h : steps.states()) {
    if (h.get_partial_shape().rank() != 2 || h.get_partial_shape()[1].is_dynamic()) continue;
    ov::OutputVector made;
    if (const auto layer = lstm(steps, h)) {
      made = outputs(loop, steps, *layer, lstm_sequence(steps, *layer));
    } else if (const auto other = gru(steps, h)) {
      made = outputs(loop, steps, *other, gru_sequence(steps, *other));
    }
    if (!made.empty()) return Attempt{made, ""};
  }
  return Attempt{{}, "its step is not that of an LSTM, or of a GRU with reset_after, with sigmoid and tanh"};
}

const RecogniseRow kRows[] = {
    {"recurrent layer", "LSTMSequence or GRUSequence", v5::Loop::get_type_info_static(), &recurrent},
};

}  // namespace

std::span<const RecogniseRow> recognise_recurrent() { return kRows; }

}  // namespace keravino::passes
