#include <openvino/op/loop.hpp>

#include "engine/device.h"
#include "graph_check.h"
#include "passes/recognise.h"

namespace keravino::passes {

namespace {

using namespace ov::op;

constexpr size_t kSteps = 5, kInputs = 3, kUnits = 4;

struct Form {
  bool gru = false, backwards = false, project_inside = false, bias = true;
  std::string activation = "tanh";
  ov::Dimension steps = kSteps;
};

Value times(const Value& a, const Value& b) { return make<v1::Multiply>(a, b); }
Value plus(const Value& a, const Value& b) { return make<v1::Add>(a, b); }
Value sigmoid(const Value& x) { return make<v0::Sigmoid>(x); }
Value activate(const Form& form, const Value& x) {
  return form.activation == "tanh" ? make<v0::Tanh>(x) : make<v0::Relu>(x);
}
ov::OutputVector split(const Value& x, size_t parts) {
  return std::make_shared<v1::Split>(x, integer(1), parts)->outputs();
}

Value projected(const Form& form, const Value& x) {
  const size_t size = (form.gru ? 3 : 4) * kUnits;
  const auto y = make<v0::MatMul>(x, constant({kInputs, size}));
  return form.bias ? plus(y, constant({size})) : y;
}

// The next states, h first, from the projected input and the states.
ov::OutputVector next(const Form& form, const Value& x, const Value& h, const Value& c) {
  const size_t size = (form.gru ? 3 : 4) * kUnits;
  const auto y = make<v0::MatMul>(h, constant({kUnits, size}, -0.5f, 0.5f));
  if (!form.gru) {
    const auto gates = split(plus(x, y), 4);
    const auto cell = plus(times(sigmoid(gates[1]), c), times(sigmoid(gates[0]), activate(form, gates[2])));
    return {times(sigmoid(gates[3]), activate(form, cell)), cell};
  }
  const auto of_x = split(x, 3), of_h = split(form.bias ? plus(y, constant({size}, -0.1f, 0.2f)) : y, 3);
  const auto z = sigmoid(plus(of_x[0], of_h[0])), r = sigmoid(plus(of_x[1], of_h[1]));
  const auto candidate = activate(form, plus(of_x[2], times(r, of_h[2])));
  const auto one = v0::Constant::create(ov::element::f32, {}, {1.0f});
  return {plus(times(z, h), times(make<v1::Subtract>(one, z), candidate))};
}

std::shared_ptr<ov::Model> layer(const Form& form, const ov::Dimension& batch) {
  const auto x = parameter({batch, form.steps, kInputs});
  const size_t size = form.project_inside ? kInputs : (form.gru ? 3 : 4) * kUnits;
  const auto step = parameter({-1, 1, static_cast<int64_t>(size)});
  const auto h = parameter({-1, static_cast<int64_t>(kUnits)}), c = parameter({-1, static_cast<int64_t>(kUnits)});
  const auto flat = make<v0::Squeeze>(step, integers({1}));
  const auto states = next(form, form.project_inside ? projected(form, flat) : flat, h, c);
  const auto yes = v0::Constant::create(ov::element::boolean, {}, {true});
  ov::OutputVector results{yes, make<v0::Unsqueeze>(states[0], integers({1}))};
  results.insert(results.end(), states.begin(), states.end());
  ov::ParameterVector parameters{step, h};
  if (!form.gru) parameters.push_back(c);
  const auto body = std::make_shared<ov::Model>(results, parameters);
  const auto loop = std::make_shared<v5::Loop>(integer(kSteps), yes);
  loop->set_function(body);
  loop->set_special_body_ports({-1, 0});
  const int64_t stride = form.backwards ? -1 : 1, start = form.backwards ? -1 : 0, end = form.backwards ? 0 : -1;
  loop->set_sliced_input(step, form.project_inside ? Value(x) : projected(form, x), start, stride, 1, end, 1);
  const auto rows = make<v8::Gather>(make<v3::ShapeOf>(x), integers({0}), integer(0));
  const auto shape = make<v0::Concat>(ov::OutputVector{rows, integers({kUnits})}, 0);
  const auto begin = make<v3::Broadcast>(v0::Constant::create(ov::element::f32, {}, {0.3f}), shape);
  ov::OutputVector outputs;
  for (size_t i = 0; i < states.size(); ++i) {
    loop->set_merged_input(parameters[i + 1], begin, body->output(i + 2));
    outputs.push_back(loop->get_iter_value(body->output(i + 2), -1));
  }
  outputs.push_back(loop->get_concatenated_slices(body->output(1), 0, 1, 1, -1, 1));
  loop->validate_and_infer_types();
  return std::make_shared<ov::Model>(outputs, ov::ParameterVector{x});
}

TEST(RecogniseRecurrent, every_form) {
  for (int i = 0; i < 16; ++i) {
    const Form form{(i & 1) != 0, (i & 2) != 0, (i & 4) != 0, (i & 8) != 0};
    for (const ov::Dimension& batch : {ov::Dimension(2), ov::Dimension(-1)}) {
      std::vector<Recognised> found;
      const auto changed =
          checked(layer(form, batch), {{2, kSteps, kInputs}}, [&](const auto& model) { found = recognise(model); });
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(found[0].reason, "");
      EXPECT_EQ(count(*changed, "Loop"), 0u);
      EXPECT_EQ(count(*changed, form.gru ? "GRUSequence" : "LSTMSequence"), 1u);
      size_t sequences = 0;
      for (const auto& node : executed_nodes(*engine::compile(changed, {}).get_runtime_model()))
        sequences += node.type == "RNNSeq" ? 1 : 0;
      EXPECT_EQ(sequences, 1u);
    }
  }
}

void expect_loop(const Form& form, const std::string& reason) {
  const auto model = layer(form, 2);
  const auto found = recognise(model);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].reason, reason);
  EXPECT_EQ(count(*model, "Loop"), 1u);
}

TEST(RecogniseRecurrent, what_stays_a_loop) {
  Form form;
  form.activation = "relu";
  expect_loop(form, "its step is not that of an LSTM, or of a GRU with reset_after, with sigmoid and tanh");
  form = {};
  form.steps = -1;
  expect_loop(form, "it has a mask, an open number of steps, or a condition: a sequence has none of them");
}

}  // namespace

}  // namespace keravino::passes
