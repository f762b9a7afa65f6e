#include "layers/cells.h"

#include "layers/activation.h"
#include "ops/shapes.h"

namespace keravino::layers {
namespace {

/// The kernels and the bias of a cell with this many gates.
struct Weights {
  Weights(Layer& layer, const Tensor& x, int64_t gates, std::vector<int64_t> bias_shape)
      : units(layer.get<int64_t>("units")),
        kernel(layer.weight("kernel", {dimension(layer, x, -1), gates * units})),
        recurrent(layer.weight("recurrent_kernel", {units, gates * units})) {
    bias_shape.push_back(gates * units);
    if (layer.get_or("use_bias", true)) bias = layer.weight("bias", bias_shape);
  }

  int64_t units;
  Tensor kernel, recurrent, bias;
};

Tensor plus(const Tensor& x, const Tensor& bias) { return bias ? ops::add(x, bias) : x; }

/// The inputs are projected step by step: with a sum into the slice of all that were projected, the CPU plugin
/// (2026.4.1) loses the state.
Cell simple_rnn(Layer& layer, const Tensor& x) {
  const Weights w(layer, x, 1, {});
  return {{{w.units}},
          0,
          [w](const Tensor& x) { return plus(ops::matmul(x, w.kernel), w.bias); },
          false,
          [w, layer](const Tensor& x, const Tensors& states) -> std::pair<Tensor, Tensors> {
            const Tensor h = activate(layer, x + ops::matmul(states[0], w.recurrent));
            return {h, {h}};
          }};
}

/// h and c from the sums of the four gates: input, forget, candidate, output.
std::pair<Tensor, Tensors> lstm_step(const Layer& layer, const Tensors& gates, const Tensor& c) {
  const auto gate = [&](size_t i) { return activate(layer, gates[i], "recurrent_activation"); };
  const Tensor next = gate(1) * c + gate(0) * activate(layer, gates[2]);
  const Tensor h = gate(3) * activate(layer, next);
  return {h, {h, next}};
}

Cell lstm(Layer& layer, const Tensor& x) {
  const Weights w(layer, x, 4, {});
  return {{{w.units}, {w.units}},
          0,
          [w](const Tensor& x) { return plus(ops::matmul(x, w.kernel), w.bias); },
          true,
          [w, layer](const Tensor& x, const Tensors& states) {
            return lstm_step(layer, ops::split(x + ops::matmul(states[0], w.recurrent), int64_t{4}, -1), states[1]);
          }};
}

Cell gru(Layer& layer, const Tensor& x) {
  const bool after = layer.get_or("reset_after", true);
  const Weights w(layer, x, 3, after ? std::vector<int64_t>{2} : std::vector<int64_t>{});
  Tensor bias = w.bias, recurrent_bias;
  if (bias && after) {
    const Tensors rows = ops::unstack(bias, 2, 0);
    bias = rows[0];
    recurrent_bias = rows[1];
  }
  const auto step = [w, layer, after, recurrent_bias](const Tensor& x,
                                                      const Tensors& states) -> std::pair<Tensor, Tensors> {
    const auto gate = [&](const Tensor& sum) { return activate(layer, sum, "recurrent_activation"); };
    const Tensor& h = states[0];
    const Tensors of_x = ops::split(x, int64_t{3}, -1);
    Tensor z, r, candidate;
    if (after) {
      const Tensors of_h = ops::split(plus(ops::matmul(h, w.recurrent), recurrent_bias), int64_t{3}, -1);
      z = gate(of_x[0] + of_h[0]);
      r = gate(of_x[1] + of_h[1]);
      candidate = of_x[2] + r * of_h[2];
    } else {
      const Tensors kernels = ops::split(w.recurrent, int64_t{3}, -1);
      z = gate(of_x[0] + ops::matmul(h, kernels[0]));
      r = gate(of_x[1] + ops::matmul(h, kernels[1]));
      candidate = of_x[2] + ops::matmul(r * h, kernels[2]);
    }
    const Tensor next = z * h + (1 - z) * activate(layer, candidate);
    return {next, {next}};
  };
  return {{{w.units}}, 0, [w, bias](const Tensor& x) { return plus(ops::matmul(x, w.kernel), bias); }, true, step};
}

/// An LSTM whose products are convolutions (Shi et al. 2015).
Cell conv_lstm(Layer& layer, const Tensor& x) {
  const auto rank = static_cast<size_t>(x.rank() - 2);
  const std::string format = layer.data_format(), padding = layer.choice("padding", {"valid", "same"});
  const int64_t filters = layer.get<int64_t>("filters"), axis = layer.channel_axis(x.rank());
  const std::vector<int64_t> strides = layer.sizes("strides", rank), dilation = layer.sizes("dilation_rate", rank);
  std::vector<int64_t> shape = layer.sizes("kernel_size", rank);
  shape.insert(shape.end(), {dimension(layer, x, axis), 4 * filters});
  const Tensor kernel = layer.weight("kernel", shape);
  shape[rank] = filters;
  const Tensor recurrent = layer.weight("recurrent_kernel", shape);
  Tensor bias;
  if (layer.get_or("use_bias", true)) {
    std::vector<int64_t> broadcast(rank + 2, 1);
    broadcast[static_cast<size_t>(axis)] = 4 * filters;
    bias = ops::reshape(layer.weight("bias", {4 * filters}), broadcast);
  }
  const auto prepare = [=](const Tensor& x) {
    return plus(ops::conv(x, kernel, strides, padding, format, dilation), bias);
  };
  std::vector<int64_t> state = inner_shape(layer, prepare(x));
  state[static_cast<size_t>(axis - 1)] = filters;
  const auto step = [=, layer = layer](const Tensor& x, const Tensors& states) {
    const std::vector<int64_t> ones(rank, 1);
    const Tensor sums = x + ops::conv(states[0], recurrent, ones, "same", format, ones);
    return lstm_step(layer, ops::split(sums, int64_t{4}, axis), states[1]);
  };
  return {{state, state}, 0, prepare, false, step};
}

/// Cells one upon another: the output of each is the input of the next.
Cell stacked(Layer& layer, const Tensor& input) {
  const json& list = layer.value("cells");
  if (!list.is_array() || list.empty()) throw layer.error("\"cells\" is no list of cells");
  std::vector<Cell> cells;
  Cell all;
  Tensor x = input;
  for (size_t i = 0; i < list.size(); ++i) {
    Layer part = layer.sub(fmt::format("cells/{}", i));
    cells.push_back(cell(part, x));
    part.all_weights_taken();
    const Cell& last = cells.back();
    all.output = all.states.size() + last.output;
    all.states.insert(all.states.end(), last.states.begin(), last.states.end());
    // The next one sees a tensor of the first state's shape.
    std::vector<ops::Dim> shape{ops::dim(x, 0)};
    shape.insert(shape.end(), last.states[last.output].begin(), last.states[last.output].end());
    x = ops::zeros(shape, part.compute_dtype());
  }
  all.prepare = cells[0].prepare;
  all.steps_at_once = cells[0].steps_at_once;
  all.step = [cells](const Tensor& first, const Tensors& states) -> std::pair<Tensor, Tensors> {
    Tensor x = first;
    Tensors next;
    for (size_t i = 0; i < cells.size(); ++i) {
      const auto begin = states.begin() + static_cast<std::ptrdiff_t>(next.size());
      const Tensors own(begin, begin + static_cast<std::ptrdiff_t>(cells[i].states.size()));
      const auto [y, changed] = cells[i].step(i == 0 ? x : cells[i].prepare(x), own);
      x = y;
      next.insert(next.end(), changed.begin(), changed.end());
    }
    return {x, next};
  };
  return all;
}

struct CellRow {
  std::string_view class_name;
  Cell (*make)(Layer& layer, const Tensor& x);
};
constexpr CellRow kRows[] = {{"ConvLSTM1D", &conv_lstm},
                             {"ConvLSTM2D", &conv_lstm},
                             {"ConvLSTM3D", &conv_lstm},
                             {"GRU", &gru},
                             {"GRUCell", &gru},
                             {"LSTM", &lstm},
                             {"LSTMCell", &lstm},
                             {"SimpleRNN", &simple_rnn},
                             {"SimpleRNNCell", &simple_rnn},
                             {"StackedRNNCells", &stacked}};

}  // namespace

/// How much of the inputs training drops: by one mask for all steps.
static double dropout_of(const Layer& layer) {
  if (!layer.training()) return 0;
  const double rate = layer.get_or("dropout", 0.0);
  const bool by_gate = layer.get_or<int64_t>("implementation", 2) == 1 || layer.class_name().starts_with("ConvLSTM");
  if (layer.get_or("recurrent_dropout", 0.0) > 0 || (rate > 0 && by_gate))
    throw layer.error(
        "dropout of each gate on its own (recurrent_dropout, implementation=1) is not supported in training",
        Error::Kind::unsupported);
  return rate;
}

Cell cell(Layer& layer, const Tensor& x) {
  const auto* row = std::ranges::find(kRows, layer.class_name(), &CellRow::class_name);
  if (row == std::end(kRows))
    throw layer.error(fmt::format("unknown cell class \"{}\"", layer.class_name()), Error::Kind::unsupported);
  Cell made = row->make(layer, x);
  if (const double rate = dropout_of(layer); rate > 0) {
    const Tensor mask = ops::dropout(ops::ones_like(x), rate, std::nullopt, layer.seed());
    made.prepare = [prepare = made.prepare, mask](const Tensor& input) {
      return prepare(input * (input.rank() > mask.rank() ? ops::expand_dims(mask, {1}) : mask));
    };
  }
  return made;
}

}  // namespace keravino::layers
