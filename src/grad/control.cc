// Branches and loops, by the derivatives of their bodies.
#include "ops/control.h"

#include <openvino/op/if.hpp>
#include <openvino/op/loop.hpp>

#include "engine/program.h"
#include "grad/rule.h"
#include "keravino/grad.h"
#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

using Base = ov::op::util::MultiSubGraphOp;
using Output = ov::Output<ov::Node>;

/// The same as a node of its own: what hangs on `x` in other ways does not hang on it.
Tensor wall(const Tensor& x) { return make<v::v0::Convert>(x, element_type(x.dtype())); }

bool is_true(const Output& output) {
  const auto numbers = known_numbers(output);
  return numbers && numbers->get_element_type() == ov::element::boolean && numbers->data<const bool>()[0];
}

/// An If of the branches' gradients.
std::vector<Tensor> branches(const Step& s) {
  const auto& op = static_cast<const v::v8::If&>(s.node);
  ops::Body bodies[2];
  for (const int branch : {v::v8::If::THEN_BODY_INDEX, v::v8::If::ELSE_BODY_INDEX}) {
    ops::Body& body = bodies[branch];
    body.since = ops::moment();
    const auto& model = *op.get_function(branch);
    std::vector<Tensor> arguments(model.get_parameters().size()), own(s.in.size()), ys, seeds, xs;
    for (const auto& in : op.get_input_descriptions(branch)) {
      arguments[in->m_body_parameter_index] = own[in->m_input_index] = wall(s.in[in->m_input_index]);
    }
    const std::vector<Tensor> results = ops::inlined(model, arguments);
    for (const auto& out : op.get_output_descriptions(branch)) {
      if (!s.g[out->m_output_index]) continue;
      ys.push_back(results[out->m_body_value_index]);
      seeds.push_back(s.g[out->m_output_index]);
    }
    for (size_t i = 0; i < s.in.size(); ++i) {
      if (s.wanted[i] && own[i]) xs.push_back(own[i]);
    }
    const std::vector<Tensor> found = gradients(ys, xs, seeds);
    size_t next = 0;
    for (size_t i = 0; i < s.in.size(); ++i) {
      if (!s.wanted[i]) continue;
      const Tensor g = own[i] ? found[next++] : Tensor();
      body.results.push_back(g ? g : zeros_like(s.in[i]));
    }
  }
  const std::vector<Tensor> chosen = ops::if_then_else(s.in[0], bodies[0], bodies[1]);
  std::vector<Tensor> result(s.in.size());
  size_t next = 0;
  for (size_t i = 0; i < s.in.size(); ++i) {
    if (s.wanted[i]) result[i] = chosen[next++];
  }
  return result;
}

/// A loop that runs from the last step to the first. Its states are the gradients of the loop's states, and the sums of
/// those of what all steps use; it takes apart what the loop took apart, the states that the loop had (which is made to
/// stack them) and the gradients of what it stacked, and stacks the gradients of its slices.
class Backward {
 public:
  Backward(v::v5::Loop& op, const Step& s) : op_(op), s_(s), ports_(op.get_function()->get_parameters().size()) {}

  std::vector<Tensor> run() {
    body_.since = ops::moment();
    for (const auto& in : op_.get_input_descriptions()) bind(*in);
    std::vector<Tensor> arguments;
    for (const Port& port : ports_) arguments.push_back(port.argument);
    results_ = ops::inlined(*op_.get_function(), arguments);
    seed();
    differentiate();
    return assemble();
  }

 private:
  enum class Kind { fixed, state, slice };
  /// A parameter of the loop's body.
  struct Port {
    Kind kind = Kind::fixed;
    size_t input = 0, next = 0;  // of the loop; of the body's results the next state
    ops::Along along;            // of a slice
    Tensor symbol, argument;     // the parameter in the new body, and what the old body is given
    Tensor before;               // the gradient that a state, or the sum of a fixed one, starts with
    Tensor gradient_symbol, gradient;
  };

  bool differentiable(const Port& port) const { return is_float(port.argument.dtype()); }

  /// Whether a state is handed on as it is (see `computed`).
  bool unchanged(size_t parameter, size_t next) const {
    const auto& model = *op_.get_function();
    const ov::Node* own = model.get_parameters()[parameter].get();
    const ov::Node* value = model.get_results()[next]->get_input_node_ptr(0);
    const bool joins = ov::is_type<v::v1::LogicalOr>(value) || ov::is_type<v::v1::Maximum>(value);
    return value == own || (joins && value->get_input_node_ptr(0) == own && value->get_input_node_ptr(1) == own);
  }

  void bind(const Base::InputDescription& in) {
    Port& port = ports_[in.m_body_parameter_index];
    port.input = in.m_input_index;
    const Tensor& outer = s_.in[in.m_input_index];
    const ov::PartialShape& shape =
        op_.get_function()->get_parameters()[in.m_body_parameter_index]->get_partial_shape();
    if (const auto* state = ov::as_type<const Base::MergedInputDescription>(&in)) {
      port.next = state->m_body_value_index;
      port.kind = unchanged(in.m_body_parameter_index, port.next) ? Kind::fixed : Kind::state;
    }
    if (const auto* slice = ov::as_type<const Base::SliceInputDescription>(&in)) {
      port.kind = Kind::slice;
      port.along = {slice->m_axis, slice->m_stride < 0};
      std::vector<ov::Dimension> part(shape.begin(), shape.end());
      part.erase(part.begin() + slice->m_axis);
      port.symbol = engine::parameter(ov::PartialShape(part), outer.dtype());
      port.argument = ops::expand_dims(port.symbol, {slice->m_axis});
    } else if (port.kind == Kind::state) {
      if (shape != outer.shape()) {
        throw Error(Error::Kind::unsupported, fmt::format("[grad] a loop whose state changes its shape, from {} to {}",
                                                          ops::to_string(outer.shape()), ops::to_string(shape)));
      }
      port.argument = port.symbol = engine::parameter(shape, outer.dtype());
    } else {
      port.argument = wall(outer);
    }
    if (port.kind != Kind::slice && differentiable(port)) {
      port.before = zeros_like(outer);
      port.gradient_symbol = engine::parameter(shape, outer.dtype());
    }
  }

  /// The gradients that come from the loop's outputs.
  void seed() {
    for (const auto& out : op_.get_output_descriptions()) {
      const Tensor g = out->m_output_index < s_.g.size() ? s_.g[out->m_output_index] : Tensor();
      if (!g) continue;
      if (const auto* stacked = ov::as_type<const Base::ConcatOutputDescription>(out.get())) {
        std::vector<ov::Dimension> part(g.shape().begin(), g.shape().end());
        part.erase(part.begin() + stacked->m_axis);
        const Tensor symbol = engine::parameter(ov::PartialShape(part), g.dtype());
        slices_.push_back({g, {stacked->m_axis, stacked->m_stride > 0}});
        symbols_.push_back(symbol);
        ys_.push_back(results_[out->m_body_value_index]);
        seeds_.push_back(ops::expand_dims(symbol, {stacked->m_axis}));
        continue;
      }
      for (Port& port : ports_) {
        if (port.gradient_symbol && port.next == out->m_body_value_index) port.before = port.before + g;
      }
    }
    for (const Port& port : ports_) {
      if (port.kind != Kind::state || !port.gradient_symbol) continue;
      ys_.push_back(results_[port.next]);
      seeds_.push_back(port.gradient_symbol);
    }
  }

  void differentiate() {
    std::vector<Tensor> xs;
    std::vector<Port*> of;
    for (Port& port : ports_) {
      if (!differentiable(port) || (port.kind != Kind::state && !s_.wanted[port.input])) continue;
      xs.push_back(port.argument);
      of.push_back(&port);
    }
    const std::vector<Tensor> found = gradients(ys_, xs, seeds_);
    for (size_t i = 0; i < of.size(); ++i) of[i]->gradient = found[i];
  }

  /// The states that a body parameter had, stacked along axis 0: an output of the loop that is added to it, unless it
  /// has it already.
  Tensor history(size_t parameter) {
    const auto& model = op_.get_function();
    const Output own = model->get_parameters()[parameter];
    for (const auto& out : op_.get_output_descriptions()) {
      const auto* stacked = ov::as_type<const Base::ConcatOutputDescription>(out.get());
      if (!stacked || stacked->m_axis != 0 || stacked->m_stride != 1) continue;
      const ov::Node* value = model->get_results()[out->m_body_value_index]->get_input_node_ptr(0);
      if (value->get_friendly_name() == history_name(*own.get_node())) return tensor(op_.output(out->m_output_index));
    }
    const auto value = std::make_shared<v::v0::Unsqueeze>(ops::computed(own), constant(std::vector<int64_t>{0}));
    value->set_friendly_name(history_name(*own.get_node()));
    const auto result = std::make_shared<v::v0::Result>(value);
    model->add_results({result});
    const Output output = op_.get_concatenated_slices(result, 0, 1, 1, -1, 0);
    op_.validate_and_infer_types();
    return tensor(output);
  }
  static std::string history_name(const ov::Node& parameter) { return parameter.get_friendly_name() + "/history"; }
  static Tensor tensor(const Output& output) { return ops::wrap(output, {.traced = true}); }

  /// Whether the new body's results hang on a parameter.
  std::set<const ov::Node*> used_parameters() const {
    ov::NodeVector roots;
    for (const Tensor& result : body_.results) roots.push_back(result.output().get_node_shared_ptr());
    std::set<const ov::Node*> found;
    for (const auto& node : ov::topological_sort(roots)) {
      if (ov::is_type<v::v0::Parameter>(node)) found.insert(node.get());
    }
    return found;
  }

  /// The number of steps that were run.
  Tensor steps() {
    const auto ports = op_.get_special_body_ports();
    const auto condition = static_cast<size_t>(ports.body_condition_output_idx);
    if (is_true(op_.input_value(1)) && is_true(op_.get_function()->get_results()[condition]->input_value(0)))
      return s_.in[0];
    for (size_t i = 0; i < ports_.size(); ++i) {
      if (ports_[i].kind == Kind::state) return ops::as_scalar(ops::dim(history(i), 0));
    }
    throw Error(Error::Kind::unsupported, "[grad] a loop with a condition but without a state");
  }

  std::vector<Tensor> assemble() {
    body_.results.push_back(ops::strong(Tensor(true)));
    std::vector<Tensor> states, stacked, state_symbols;
    std::vector<ops::Along> stacks;
    std::vector<size_t> from_states, from_stacked;  // the inputs that they are gradients of
    for (const Port& port : ports_) {
      if (port.kind == Kind::slice && port.gradient) {
        stacked.push_back(ops::squeeze(port.gradient, {{port.along.axis}}));
        stacks.push_back({port.along.axis, !port.along.reverse});
        from_stacked.push_back(port.input);
      }
      if (!port.gradient_symbol || (port.kind == Kind::fixed && !s_.wanted[port.input])) continue;
      const bool sums = port.kind == Kind::fixed;
      if (sums && !port.gradient)
        body_.results.push_back(port.gradient_symbol);
      else if (sums)
        body_.results.push_back(port.gradient_symbol + port.gradient);
      else
        body_.results.push_back(port.gradient ? port.gradient : zeros_like(port.gradient_symbol));
      state_symbols.push_back(port.gradient_symbol);
      states.push_back(port.before);
      from_states.push_back(port.input);
    }
    body_.results.insert(body_.results.end(), stacked.begin(), stacked.end());
    const auto used = used_parameters();
    for (size_t i = 0; i < ports_.size(); ++i) {
      const Port& port = ports_[i];
      if (!port.symbol || !used.contains(port.symbol.output().get_node())) continue;
      const bool slice = port.kind == Kind::slice;
      slices_.push_back(slice ? std::pair{s_.in[port.input], ops::Along{port.along.axis, !port.along.reverse}}
                              : std::pair{history(i), ops::Along{0, true}});
      symbols_.push_back(port.symbol);
    }
    body_.parameters = symbols_;
    body_.parameters.insert(body_.parameters.end(), state_symbols.begin(), state_symbols.end());
    const Tensor count = steps();
    const std::vector<Tensor> outputs = ops::loop(count, ops::strong(Tensor(true)), slices_, states, body_, stacks);
    std::vector<Tensor> result(s_.in.size());
    for (size_t i = 0; i < from_states.size(); ++i) result[from_states[i]] = outputs[i];
    for (size_t i = 0; i < from_stacked.size(); ++i) result[from_stacked[i]] = outputs[states.size() + i];
    return result;
  }

  v::v5::Loop& op_;
  const Step& s_;
  std::vector<Port> ports_;
  std::vector<Tensor> results_, ys_, seeds_, symbols_;
  ops::Slices slices_;
  ops::Body body_;
};

/// Whether a loop has a first step, if that is known: it stacks something, or its count and its condition are numbers.
std::optional<bool> has_step(const v::v5::Loop& op, const Step& s) {
  for (const auto& out : op.get_output_descriptions()) {
    if (ov::is_type<Base::ConcatOutputDescription>(out.get())) return true;
  }
  const auto count = ops::number(s.in[0]), condition = ops::number(s.in[1]);
  if (count == 0 || condition == 0) return false;
  if (count && condition) return true;
  return std::nullopt;
}

/// The gradients of a loop without a step: its states are what they were at first.
std::vector<Tensor> handed_on(const v::v5::Loop& op, const Step& s) {
  std::vector<Tensor> result(s.in.size());
  for (const auto& in : op.get_input_descriptions()) {
    const auto* state = ov::as_type<const Base::MergedInputDescription>(in.get());
    if (!state) continue;
    Tensor& sum = result[in->m_input_index];
    for (const auto& out : op.get_output_descriptions()) {
      const Tensor& g = s.g[out->m_output_index];
      if (out->m_body_value_index == state->m_body_value_index && g) sum = sum ? sum + g : g;
    }
  }
  return result;
}

/// Where it is not known whether there is a step, it is asked for, as a loop stacks nothing on the CPU plugin without
/// one: a copy of the loop is run that does.
std::vector<Tensor> loop(const Step& s) {
  auto& op = const_cast<v::v5::Loop&>(static_cast<const v::v5::Loop&>(s.node));
  if (const auto known = has_step(op, s)) return *known ? Backward(op, s).run() : handed_on(op, s);
  const auto wanted = [&](const std::vector<Tensor>& found) {
    std::vector<Tensor> results;
    for (size_t i = 0; i < s.in.size(); ++i) {
      if (s.wanted[i]) results.push_back(found[i] ? found[i] : zeros_like(s.in[i]));
    }
    return results;
  };
  ops::Body some, none;
  some.since = ops::moment();
  ov::OutputVector inputs = op.input_values();
  inputs[1] = ops::strong(Tensor(true)).output();
  const auto copy = ov::as_type_ptr<v::v5::Loop>(op.clone_with_new_inputs(inputs));
  some.results = wanted(Backward(*copy, s).run());
  none.since = ops::moment();
  none.results = wanted(handed_on(op, s));
  const std::vector<Tensor> chosen = ops::if_then_else(make<v::v1::LogicalAnd>(s.in[1], s.in[0] != 0), some, none);
  std::vector<Tensor> result(s.in.size());
  for (size_t i = 0, next = 0; i < s.in.size(); ++i) {
    if (s.wanted[i]) result[i] = chosen[next++];
  }
  return result;
}

}  // namespace

Table control_rules() { return {row<v::v8::If>(branches), row<v::v5::Loop>(loop)}; }

}  // namespace keravino::grad
