#include "kernels/recurrent.h"

#ifdef KERAVINO_ONEDNN
#include <openvino/core/parallel.hpp>

#include "kernels/onednn.h"
#endif

namespace keravino::kernels {
namespace {

size_t states(Cell cell) { return cell == Cell::lstm ? 2 : 1; }

/// Sizes of a layer.
struct Sizes {
  size_t batch, time, inputs, units;
};

Sizes sizes(const ov::Shape& x, const ov::Shape& h) { return {x[0], x[1], x[2], h[1]}; }

void check(const ov::Node* node, size_t inputs) {
  NODE_VALIDATION_CHECK(node, node->get_input_size() == inputs, inputs, " inputs wanted");
  for (size_t i = 0; i < inputs; ++i) {
    NODE_VALIDATION_CHECK(node, node->get_input_partial_shape(i).is_static(), "static shapes wanted");
  }
}

}  // namespace

#ifdef KERAVINO_ONEDNN
namespace {

using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;

size_t gates(Cell cell) { return cell == Cell::lstm ? 4 : 3; }

/// The primitives of a layer for so many samples. The backward one reads x and y time first: it then joins the products
/// of all steps into one, and is 7 % faster.
struct Layer {
  Layer(Cell kind, const Sizes& s, size_t samples) : cell(kind) {
    const auto n = static_cast<int64_t>(samples), t = static_cast<int64_t>(s.time), i = static_cast<int64_t>(s.inputs);
    const auto h = static_cast<int64_t>(s.units), g = static_cast<int64_t>(gates(kind));
    x = Desc({t, n, i}, kFloat, Tag::ntc);
    y = Desc({t, n, h}, kFloat, Tag::ntc);
    time_x = Desc({t, n, i}, kFloat, Tag::tnc);
    time_y = Desc({t, n, h}, kFloat, Tag::tnc);
    state = Desc({1, 1, n, h}, kFloat, Tag::ldnc);
    kernel = Desc({1, 1, i, g, h}, kFloat, Tag::ldigo);
    recurrent = Desc({1, 1, h, g, h}, kFloat, Tag::ldigo);
    bias = Desc({1, 1, 4, h}, kFloat, Tag::ldgo);
    const Desc any_kernel({1, 1, i, g, h}, kFloat, Tag::any), any_recurrent({1, 1, h, g, h}, kFloat, Tag::any);
    const auto train = dnnl::prop_kind::forward_training, back = dnnl::prop_kind::backward;
    const auto direction = dnnl::rnn_direction::unidirectional_left2right;
    const auto& engine = onednn_engine();
    if (kind == Cell::lstm) {
      const dnnl::lstm_forward::primitive_desc forward_desc(
          {train, direction, x, state, state, any_kernel, any_recurrent, bias, y, state, state}, any_thread(), engine);
      const dnnl::lstm_backward::primitive_desc backward_desc(
          {back,  direction, time_x, state, state,      any_kernel,    any_recurrent, bias, time_y, state,
           state, x,         state,  state, any_kernel, any_recurrent, bias,          y,    state,  state},
          any_thread(), engine, forward_desc);
      keep(forward_desc, backward_desc);
      forward = dnnl::lstm_forward(forward_desc);
      backward = dnnl::lstm_backward(backward_desc);
    } else {
      const dnnl::lbr_gru_forward::primitive_desc forward_desc(
          {train, direction, x, state, any_kernel, any_recurrent, bias, y, state}, any_thread(), engine);
      const dnnl::lbr_gru_backward::primitive_desc backward_desc(
          {back, direction, time_x, state, any_kernel, any_recurrent, bias, time_y, state, x, state, any_kernel,
           any_recurrent, bias, y, state},
          any_thread(), engine, forward_desc);
      keep(forward_desc, backward_desc);
      forward = dnnl::lbr_gru_forward(forward_desc);
      backward = dnnl::lbr_gru_backward(backward_desc);
    }
  }

  template <class Forward, class Backward>
  void keep(const Forward& forward_desc, const Backward& backward_desc) {
    workspace = forward_desc.workspace_desc();
    forward_scratchpad = forward_desc.scratchpad_desc();
    backward_scratchpad = backward_desc.scratchpad_desc();
    forward_kernel = forward_desc.weights_layer_desc();
    forward_recurrent = forward_desc.weights_iter_desc();
    backward_kernel = backward_desc.weights_layer_desc();
    backward_recurrent = backward_desc.weights_iter_desc();
    kernel_gradient = backward_desc.diff_weights_layer_desc();
    recurrent_gradient = backward_desc.diff_weights_iter_desc();
  }

  Cell cell;
  Desc x, y, time_x, time_y, state, kernel, recurrent, bias, workspace;
  Desc forward_scratchpad, backward_scratchpad;
  Desc forward_kernel, forward_recurrent, backward_kernel, backward_recurrent, kernel_gradient, recurrent_gradient;
  dnnl::primitive forward, backward;
};

/// The layer for some samples; made once.
const Layer& layer(Cell cell, const Sizes& s, size_t samples) {
  static std::mutex mutex;
  static auto* layers = new std::map<std::array<size_t, 5>, std::unique_ptr<Layer>>();
  const std::lock_guard lock(mutex);
  auto& found = (*layers)[{static_cast<size_t>(cell), samples, s.time, s.inputs, s.units}];
  if (!found) found = std::make_unique<Layer>(cell, s, samples);
  return *found;
}

/// The first sample of each part, and the number of samples at the end.
std::vector<size_t> parts_of(size_t batch, size_t parts) {
  std::vector<size_t> first;
  for (size_t i = 0; i <= parts; ++i) first.push_back(batch * i / parts);
  return first;
}

size_t workspace_size(Cell cell, const Sizes& s, size_t parts) {
  size_t size = 0;
  const auto first = parts_of(s.batch, parts);
  for (size_t i = 0; i < parts; ++i) size += layer(cell, s, first[i + 1] - first[i]).workspace.get_size();
  return size;
}

/// Arguments of a primitive: memory by its name.
class Call {
 public:
  Call() : stream_(onednn_engine()) {}

  void give(int name, const Desc& desc, const void* data) {
    arguments_[name] = dnnl::memory(desc, onednn_engine(), const_cast<void*>(data));
  }
  /// In the order that the primitive likes.
  void give_reordered(int name, const Desc& plain, const Desc& liked, const void* data) {
    dnnl::memory from(plain, onednn_engine(), const_cast<void*>(data)), to(liked, onednn_engine());
    dnnl::reorder(from, to).execute(stream_, from, to);
    arguments_[name] = to;
  }
  dnnl::memory& own(int name, const Desc& desc) { return arguments_[name] = dnnl::memory(desc, onednn_engine()); }
  void take_reordered(int name, const Desc& plain, float* data) {
    dnnl::memory to(plain, onednn_engine(), data);
    dnnl::reorder(arguments_[name], to).execute(stream_, arguments_[name], to);
    stream_.wait();
  }
  void run(const dnnl::primitive& primitive) {
    primitive.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  dnnl::stream stream_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

const float* floats(const ov::Tensor& tensor) { return tensor.data<const float>(); }
float* floats(ov::Tensor& tensor) { return tensor.data<float>(); }

/// (samples, steps, features) time first.
std::vector<float> time_first(const float* from, size_t samples, size_t steps, size_t features) {
  std::vector<float> to(samples * steps * features);
  for (size_t t = 0; t < steps; ++t) {
    for (size_t n = 0; n < samples; ++n)
      std::copy_n(from + (n * steps + t) * features, features, to.data() + (t * samples + n) * features);
  }
  return to;
}

/// Keras's bias of a GRU, (2, 3 * H) for z, r, h, as oneDNN's (4, H): z, r, h and the recurrent part of h.
std::vector<float> onednn_bias(Cell cell, const ov::Tensor& bias, size_t units) {
  const float* b = floats(bias);
  if (cell == Cell::lstm) return {b, b + 4 * units};
  std::vector<float> result(b, b + 3 * units);
  for (size_t i = 0; i < 2 * units; ++i) result[i] += b[3 * units + i];
  result.insert(result.end(), b + 5 * units, b + 6 * units);
  return result;
}

/// And back, for its gradient.
void add_bias_gradient(Cell cell, const float* g, size_t units, float* out) {
  const size_t own = (cell == Cell::lstm ? 4 : 3) * units;
  for (size_t i = 0; i < own; ++i) out[i] += g[i];
  if (cell == Cell::lstm) return;
  for (size_t i = 0; i < 3 * units; ++i) out[own + i] += g[i < 2 * units ? i : i + units];
}

}  // namespace

bool Recurrent::available() { return true; }

bool Recurrent::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const size_t n = states(cell_);
  const Sizes s = sizes(inputs[0].get_shape(), inputs[1].get_shape());
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].set_shape(get_output_shape(i));
  const std::vector<float> bias = onednn_bias(cell_, inputs[n + 3], s.units);
  const auto first = parts_of(s.batch, parts_);
  ov::parallel_for(parts_, [&](size_t part) {
    use_one_thread();
    const size_t from = first[part];
    const Layer& own = layer(cell_, s, first[part + 1] - from);
    size_t workspace = 0;
    for (size_t i = 0; i < part; ++i) workspace += layer(cell_, s, first[i + 1] - first[i]).workspace.get_size();
    Call call;
    call.give(DNNL_ARG_SRC_LAYER, own.x, floats(inputs[0]) + from * s.time * s.inputs);
    call.give(DNNL_ARG_SRC_ITER, own.state, floats(inputs[1]) + from * s.units);
    call.give(DNNL_ARG_DST_LAYER, own.y, floats(outputs[0]) + from * s.time * s.units);
    call.give(DNNL_ARG_DST_ITER, own.state, floats(outputs[1]) + from * s.units);
    if (n == 2) {
      call.give(DNNL_ARG_SRC_ITER_C, own.state, floats(inputs[2]) + from * s.units);
      call.give(DNNL_ARG_DST_ITER_C, own.state, floats(outputs[2]) + from * s.units);
    }
    call.give_reordered(DNNL_ARG_WEIGHTS_LAYER, own.kernel, own.forward_kernel, inputs[n + 1].data());
    call.give_reordered(DNNL_ARG_WEIGHTS_ITER, own.recurrent, own.forward_recurrent, inputs[n + 2].data());
    call.give(DNNL_ARG_BIAS, own.bias, bias.data());
    call.give(DNNL_ARG_WORKSPACE, own.workspace, static_cast<const char*>(outputs[n + 1].data()) + workspace);
    call.own(DNNL_ARG_SCRATCHPAD, own.forward_scratchpad);
    call.run(own.forward);
  });
  return true;
}

bool RecurrentGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const size_t n = states(cell_), y = n + 4, g = y + n + 2;  // places of the outputs and of their gradients
  const Sizes s = sizes(inputs[0].get_shape(), inputs[1].get_shape());
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].set_shape(get_output_shape(i));
  const std::vector<float> bias = onednn_bias(cell_, inputs[n + 3], s.units);
  const auto first = parts_of(s.batch, parts_);
  std::vector<std::vector<float>> kernels(parts_), recurrents(parts_), biases(parts_);
  ov::parallel_for(parts_, [&](size_t part) {
    use_one_thread();
    const size_t from = first[part];
    const size_t samples = first[part + 1] - from;
    const Layer& own = layer(cell_, s, samples);
    size_t workspace = 0;
    for (size_t i = 0; i < part; ++i) workspace += layer(cell_, s, first[i + 1] - first[i]).workspace.get_size();
    Call call;
    const auto time_x = time_first(floats(inputs[0]) + from * s.time * s.inputs, samples, s.time, s.inputs);
    const auto time_y = time_first(floats(inputs[y]) + from * s.time * s.units, samples, s.time, s.units);
    call.give(DNNL_ARG_SRC_LAYER, own.time_x, time_x.data());
    call.give(DNNL_ARG_DIFF_SRC_LAYER, own.x, floats(outputs[0]) + from * s.time * s.inputs);
    call.give(DNNL_ARG_DST_LAYER, own.time_y, time_y.data());
    call.give(DNNL_ARG_DIFF_DST_LAYER, own.y, floats(inputs[g]) + from * s.time * s.units);
    const int names[2][4] = {
        {DNNL_ARG_SRC_ITER, DNNL_ARG_DIFF_SRC_ITER, DNNL_ARG_DST_ITER, DNNL_ARG_DIFF_DST_ITER},
        {DNNL_ARG_SRC_ITER_C, DNNL_ARG_DIFF_SRC_ITER_C, DNNL_ARG_DST_ITER_C, DNNL_ARG_DIFF_DST_ITER_C}};
    for (size_t i = 0; i < n; ++i) {
      call.give(names[i][0], own.state, floats(inputs[1 + i]) + from * s.units);
      call.give(names[i][1], own.state, floats(outputs[1 + i]) + from * s.units);
      call.give(names[i][2], own.state, floats(inputs[y + 1 + i]) + from * s.units);
      call.give(names[i][3], own.state, floats(inputs[g + 1 + i]) + from * s.units);
    }
    call.give_reordered(DNNL_ARG_WEIGHTS_LAYER, own.kernel, own.backward_kernel, inputs[n + 1].data());
    call.give_reordered(DNNL_ARG_WEIGHTS_ITER, own.recurrent, own.backward_recurrent, inputs[n + 2].data());
    call.give(DNNL_ARG_BIAS, own.bias, bias.data());
    call.give(DNNL_ARG_WORKSPACE, own.workspace, static_cast<const char*>(inputs[y + n + 1].data()) + workspace);
    const auto zeros = [](dnnl::memory& memory) {
      std::memset(memory.get_data_handle(), 0, memory.get_desc().get_size());
    };
    zeros(call.own(DNNL_ARG_DIFF_WEIGHTS_LAYER, own.kernel_gradient));  // the primitive adds to them
    zeros(call.own(DNNL_ARG_DIFF_WEIGHTS_ITER, own.recurrent_gradient));
    biases[part].assign(4 * s.units, 0.0F);
    call.give(DNNL_ARG_DIFF_BIAS, own.bias, biases[part].data());
    call.own(DNNL_ARG_SCRATCHPAD, own.backward_scratchpad);
    call.run(own.backward);
    kernels[part].resize(outputs[n + 1].get_size());
    recurrents[part].resize(outputs[n + 2].get_size());
    call.take_reordered(DNNL_ARG_DIFF_WEIGHTS_LAYER, own.kernel, kernels[part].data());
    call.take_reordered(DNNL_ARG_DIFF_WEIGHTS_ITER, own.recurrent, recurrents[part].data());
  });
  const auto sum = [](const std::vector<std::vector<float>>& parts, ov::Tensor& out) {
    std::copy(parts[0].begin(), parts[0].end(), floats(out));
    for (size_t i = 1; i < parts.size(); ++i)
      std::transform(parts[i].begin(), parts[i].end(), floats(out), floats(out), std::plus<float>());
  };
  sum(kernels, outputs[n + 1]);
  sum(recurrents, outputs[n + 2]);
  std::fill_n(floats(outputs[n + 3]), outputs[n + 3].get_size(), 0.0F);
  for (const auto& part : biases) add_bias_gradient(cell_, part.data(), s.units, floats(outputs[n + 3]));
  return true;
}

#else

namespace {
size_t workspace_size(Cell, const Sizes&, size_t) { return 0; }
}  // namespace
bool Recurrent::available() { return false; }
bool Recurrent::evaluate(ov::TensorVector&, const ov::TensorVector&) const { OPENVINO_THROW("built without oneDNN"); }
bool RecurrentGradient::evaluate(ov::TensorVector&, const ov::TensorVector&) const {
  OPENVINO_THROW("built without oneDNN");
}

#endif

Recurrent::Recurrent(const ov::OutputVector& inputs, Cell cell, size_t parts) : Op(inputs), cell_(cell), parts_(parts) {
  constructor_validate_and_infer_types();
}

void Recurrent::validate_and_infer_types() {
  check(this, states(cell_) + 4);
  const Sizes s = sizes(get_input_shape(0), get_input_shape(1));
  set_output_size(states(cell_) + 2);
  set_output_type(0, ov::element::f32, ov::Shape{s.batch, s.time, s.units});
  for (size_t i = 0; i < states(cell_); ++i) set_output_type(1 + i, ov::element::f32, ov::Shape{s.batch, s.units});
  set_output_type(states(cell_) + 1, ov::element::u8, ov::Shape{workspace_size(cell_, s, parts_)});
}

std::shared_ptr<ov::Node> Recurrent::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Recurrent>(inputs, cell_, parts_);
}

bool Recurrent::visit_attributes(ov::AttributeVisitor& visitor) {
  auto cell = static_cast<int64_t>(cell_), parts = static_cast<int64_t>(parts_);
  visitor.on_attribute("cell", cell);
  visitor.on_attribute("parts", parts);
  return true;
}

RecurrentGradient::RecurrentGradient(const ov::OutputVector& inputs, Cell cell, size_t parts)
    : Op(inputs), cell_(cell), parts_(parts) {
  constructor_validate_and_infer_types();
}

void RecurrentGradient::validate_and_infer_types() {
  check(this, 3 * states(cell_) + 7);
  set_output_size(states(cell_) + 4);
  for (size_t i = 0; i < states(cell_) + 4; ++i) set_output_type(i, ov::element::f32, get_input_partial_shape(i));
}

std::shared_ptr<ov::Node> RecurrentGradient::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<RecurrentGradient>(inputs, cell_, parts_);
}

bool RecurrentGradient::visit_attributes(ov::AttributeVisitor& visitor) {
  auto cell = static_cast<int64_t>(cell_), parts = static_cast<int64_t>(parts_);
  visitor.on_attribute("cell", cell);
  visitor.on_attribute("parts", parts);
  return true;
}

}  // namespace keravino::kernels
