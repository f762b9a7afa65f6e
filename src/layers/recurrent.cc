// Recurrent layers: a cell from step to step.
#include "engine/program.h"
#include "layers/cells.h"
#include "layers/families.h"
#include "layers/masks.h"
#include "ops/control.h"
#include "ops/shapes.h"

namespace keravino::layers {
namespace {

/// How a recurrent layer goes through its steps.
struct Walk {
  explicit Walk(const Layer& layer)
      : backwards(layer.get_or("go_backwards", false)),
        sequences(layer.get_or("return_sequences", false)),
        zero_output(layer.get_or("zero_output_for_mask", false)) {}
  bool backwards, sequences, zero_output;
};

Tensor zero_state(const Tensor& x, const std::vector<int64_t>& inner, DType dtype) {
  std::vector<ops::Dim> shape{ops::dim(x, 0)};
  shape.insert(shape.end(), inner.begin(), inner.end());
  return ops::zeros(shape, dtype);
}

/// A parameter for one step of a tensor.
Tensor step_parameter(const Tensor& x) {
  std::vector<ov::Dimension> shape(x.shape().begin(), x.shape().end());
  shape.erase(shape.begin() + 1);
  return engine::parameter(ov::PartialShape(shape), x.dtype());
}

/// `next` where the mask of this step, (batch,), is true.
Tensor chosen(const Tensor& mask, const Tensor& next, const Tensor& before) {
  return ops::where(up_to_rank(mask, next.rank()), next, before);
}

/// The output, of all steps or of the last, and then the states. Where a step is masked, states stay, and the output is
/// 0 or that of the step before, which is 0 at first.
Tensors walk(const Walk& how, const Cell& cell, const Tensor& x, Tensors states, const Tensor& mask) {
  const size_t count = states.size();
  ops::Slices slices{{x, {1, how.backwards}}};
  if (mask) {
    slices.push_back({mask, {1, how.backwards}});
    states.push_back(ops::zeros_like(states[cell.output]));  // the last output
  }
  ops::Body body{{}, {}, ops::moment()};
  for (const auto& slice : slices) body.parameters.push_back(step_parameter(slice.first));
  Tensors before;
  for (const Tensor& state : states) before.push_back(engine::parameter(state.shape(), state.dtype()));
  body.parameters.insert(body.parameters.end(), before.begin(), before.end());
  const Tensor now = cell.steps_at_once ? body.parameters[0] : cell.prepare(body.parameters[0]);
  auto [y, next] = cell.step(now, Tensors(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(count)));
  if (mask) {
    y = chosen(body.parameters[1], y, how.zero_output ? ops::zeros_like(y) : before.back());
    for (size_t i = 0; i < count; ++i) next[i] = chosen(body.parameters[1], next[i], before[i]);
    next.push_back(y);
  }
  body.results = {ops::strong(true)};
  body.results.insert(body.results.end(), next.begin(), next.end());
  std::vector<ops::Along> stacks;
  if (how.sequences) {
    body.results.push_back(y);
    stacks.push_back({1, false});
  }
  const Tensor steps = ops::as_scalar(ops::dim(x, 1));
  const Tensors all = ops::loop(steps, ops::strong(true), slices, states, body, stacks);
  Tensors out{how.sequences ? all.back() : mask ? all[count] : all[cell.output]};
  out.insert(out.end(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
  return out;
}

/// The states of a stateful layer; nullptr for another one.
std::vector<State>* kept_states(Layer& layer, const Cell& cell, const Tensor& x) {
  if (!layer.get_or("stateful", false)) return nullptr;
  std::vector<std::vector<int64_t>> shapes = cell.states;
  for (auto& shape : shapes) shape.insert(shape.begin(), dimension(layer, x, 0));
  return &layer.states(shapes);
}

/// The states that the call gives, or those that were kept, or zeros.
Tensors initial_states(const Layer& layer, const Cell& cell, const Tensor& x, const std::vector<State>* kept) {
  Tensors states;
  const std::function<void(const ops::Arg&)> add = [&](const ops::Arg& arg) {
    if (arg.is<Tensor>()) states.push_back(ops::cast(arg.as<Tensor>(), layer.compute_dtype()));
    if (arg.is<ops::List>()) std::ranges::for_each(arg.as<ops::List>(), add);
  };
  add(layer.argument("initial_state"));
  if (states.empty() && kept) {
    for (const State& state : *kept) states.push_back(state.value);
  } else if (states.empty()) {
    for (const auto& inner : cell.states) states.push_back(zero_state(x, inner, layer.compute_dtype()));
  }
  if (states.size() != cell.states.size())
    throw layer.error(fmt::format("is called with {} states, wanted {}", states.size(), cell.states.size()));
  return states;
}

/// `own`: the layer that has the cell's config and weights.
Tensors run(Layer& layer, Layer own, const Tensor& x) {
  if (x.rank() < 3)
    throw layer.error(fmt::format("expected an input of rank 3 or more, got {}", ops::to_string(x.shape())));
  const Tensor first = ops::squeeze(ops::slice_axis(x, 1, int64_t{0}, int64_t{1}), {{1}});
  const Cell made = cell(own, first);
  own.all_weights_taken();
  std::vector<State>* kept = kept_states(layer, made, x);
  const Tensors states = initial_states(layer, made, x, kept);
  // Beside states Keras takes no notice of a mask that the call does not name, but hands it on.
  const Tensor own_mask = mask_of(layer, x);
  const bool unseen = !layer.argument("initial_state").is<ops::None>() && layer.argument("mask").is<ops::None>();
  Tensor mask = unseen ? Tensor() : own_mask;
  if (mask && mask.rank() == 3) mask = ops::squeeze(mask, {{-1}});
  const Walk how(layer);
  Tensors outputs = walk(how, made, made.steps_at_once ? made.prepare(x) : x, states, mask);
  for (size_t i = 0; kept && i < kept->size(); ++i) (*kept)[i].value = outputs[i + 1];
  if (how.sequences) outputs[0] = with_mask(layer, outputs[0], own_mask);
  if (!layer.get_or("return_state", false)) outputs.resize(1);
  return outputs;
}

Tensors recurrent(Layer& layer, const Tensors& inputs) {
  return run(layer, layer.part(0, "cell"), only(layer, inputs));
}

Tensors rnn(Layer& layer, const Tensors& inputs) { return run(layer, layer.sub("cell"), only(layer, inputs)); }

/// The half of the initial states that is for one direction.
ops::Arg half(const Layer& layer, bool second) {
  const ops::Arg& all = layer.argument("initial_state");
  if (!all.is<ops::List>()) return ops::None{};
  const ops::List& list = all.as<ops::List>();
  const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
  return second ? ops::List(middle, list.end()) : ops::List(list.begin(), middle);
}

Tensors bidirectional(Layer& layer, const Tensors& inputs) {
  const Tensor x = only(layer, inputs);
  Layer forward = layer.sub("layer"), backward = layer.sub("backward_layer");
  forward.set_argument("initial_state", half(layer, false));
  backward.set_argument("initial_state", half(layer, true));
  for (Layer* each : {&forward, &backward}) each->set_argument("mask", layer.argument("mask"));
  Tensors a = build(forward, Tensors{x}), b = build(backward, Tensors{x});
  const Tensor mask = mask_of(layer, a[0]);
  if (forward.get_or("return_sequences", false)) b[0] = ops::flip(b[0], {{1}});
  const std::string mode = layer.get_or<std::string>("merge_mode", "none");
  Tensors out;
  if (mode == "none") {
    out = {a[0], b[0]};
  } else if (layer.choice("merge_mode", {"concat", "sum", "ave", "mul"}) == "concat") {
    out = {ops::concatenate({a[0], b[0]}, -1)};
  } else if (mode == "mul") {
    out = {a[0] * b[0]};
  } else {
    out = {mode == "ave" ? (a[0] + b[0]) / 2 : a[0] + b[0]};
  }
  for (Tensor& y : out) y = with_mask(layer, y, mask);
  out.insert(out.end(), a.begin() + 1, a.end());
  out.insert(out.end(), b.begin() + 1, b.end());
  return out;
}

/// One layer for every step. Its weights are the same for all, so that the steps go along the batch.
Tensor time_distributed(Layer& layer, const Tensor& x) {
  if (x.rank() < 3)
    throw layer.error(fmt::format("expected an input of rank 3 or more, got {}", ops::to_string(x.shape())));
  Layer inner = layer.sub("layer");
  if (layer.training() && inner.node().dump().find("\"BatchNormalization\"") != std::string::npos)
    throw layer.error("BatchNormalization in it is not supported in training", Error::Kind::unsupported);
  const Tensor mask = mask_of(layer, x);
  const auto joined = [](const Tensor& t) {
    std::vector<ops::Dim> shape = ops::dims(t);
    const ops::Dim rows = ops::product({shape[0], shape[1]});
    shape.erase(shape.begin());
    shape[0] = rows;
    return ops::reshape(t, shape);
  };
  const ops::Dim batch = ops::dim(x, 0), steps = ops::dim(x, 1);
  // Of a mask of (batch, steps) a step has (batch,), which no layer uses.
  Tensor rows = joined(x);
  if (mask && mask.rank() > 2) rows = with_mask(layer, rows, joined(mask));
  const Tensors outputs = build(inner, Tensors{rows});
  const Tensor y = only(inner, outputs);
  std::vector<ops::Dim> shape = ops::dims(y);
  shape[0] = steps;
  shape.insert(shape.begin(), batch);
  return with_mask(layer, ops::reshape(y, shape), mask);
}

constexpr std::string_view kCall = "sequences initial_state";

constexpr Row kRows[] = {
    row<&bidirectional>("Bidirectional", Masks::own, kCall),
    row<&recurrent>("ConvLSTM1D", Masks::own, kCall),
    row<&recurrent>("ConvLSTM2D", Masks::own, kCall),
    row<&recurrent>("ConvLSTM3D", Masks::own, kCall),
    row<&recurrent>("GRU", Masks::own, kCall),
    row<&recurrent>("LSTM", Masks::own, kCall),
    row<&rnn>("RNN", Masks::own, kCall),
    row<&recurrent>("SimpleRNN", Masks::own, kCall),
    row<&time_distributed>("TimeDistributed", Masks::own),
};

}  // namespace

std::span<const Row> recurrent_layers() { return kRows; }

}  // namespace keravino::layers
