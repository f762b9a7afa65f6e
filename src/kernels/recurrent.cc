#include "kernels/recurrent.h"

#ifdef KERAVINO_ONEDNN
#include <openvino/core/parallel.hpp>

#include "engine/memory.h"
#include "kernels/cells.h"
#include "kernels/onednn.h"
#endif

namespace keravino::kernels {
namespace {

size_t states(Cell cell) { return cell == Cell::lstm ? 2 : 1; }
size_t gates(Cell cell) { return cell == Cell::lstm ? 4 : 3; }

/// Sizes of a layer, or of a part of it.
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

/// The rows of a tensor (N, T, width), and what is before its first step, (N, width).
template <class T>
struct Rows {
  T* numbers;
  size_t width, time;
  const float* first = nullptr;

  T* at(size_t sample, size_t step) const { return numbers + (sample * time + step) * width; }
  const float* before(size_t sample, size_t step) const {
    return step > 0 ? at(sample, step - 1) : first + sample * width;
  }
  /// Those of all samples before a step.
  Matrix before(size_t step) const { return step > 0 ? Matrix{at(0, step - 1), time * width} : Matrix{first, width}; }
};

ov::Tensor scratch(const ov::Shape& shape) { return engine::recycled_tensor(ov::element::f32, shape); }

/// (rows, columns) as (columns, rows).
ov::Tensor transposed(const ov::Tensor& tensor) {
  constexpr size_t kBlock = 16;  // rows, of which a line of the cache is read for so many columns
  const size_t rows = tensor.get_shape()[0], columns = tensor.get_shape()[1];
  ov::Tensor out = scratch({columns, rows});
  const float* from = tensor.data<const float>();
  float* to = out.data<float>();
  for (size_t first = 0; first < rows; first += kBlock) {
    for (size_t c = 0; c < columns; ++c) {
      for (size_t r = first; r < std::min(first + kBlock, rows); ++r) to[c * rows + r] = from[r * columns + c];
    }
  }
  return out;
}

const float* samples(const ov::Tensor& tensor, size_t first) {
  return tensor.data<const float>() + first * (tensor.get_size() / tensor.get_shape()[0]);
}
float* samples(ov::Tensor& tensor, size_t first) {
  return tensor.data<float>() + first * (tensor.get_size() / tensor.get_shape()[0]);
}

/// Calls f with the first sample and the sizes of each part, side by side.
template <class F>
void for_parts(const Sizes& all, size_t parts, F f) {
  ov::parallel_for(parts, [&](size_t part) {
    const size_t first = all.batch * part / parts, end = all.batch * (part + 1) / parts;
    f(part, first, Sizes{end - first, all.time, all.inputs, all.units});
  });
}

/// The forward pass of some samples, from `first` on.
void run(Cell cell, const Sizes& s, size_t first, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const size_t n = states(cell), h = s.units, width = gates(cell) * h, kept = width + h;
  const float *kernel = inputs[n + 1].data<const float>(), *recurrent = inputs[n + 2].data<const float>();
  const float* bias = inputs[n + 3].data<const float>();
  const Rows<float> y{samples(outputs[0], first), h, s.time, samples(inputs[1], first)};
  const Rows<float> memory{samples(outputs[n + 1], first), kept, s.time};
  const float* c_first = n == 2 ? samples(inputs[2], first) : nullptr;
  ov::Tensor gru_products = scratch({cell == Cell::gru ? s.batch : 0, width});
  float* products = gru_products.data<float>();
  gemm(s.batch * s.time, width, s.inputs, {samples(inputs[0], first), s.inputs}, {kernel, width}, 0, memory.numbers,
       kept);
  for (size_t t = 0; t < s.time; ++t) {
    if (cell == Cell::lstm)
      gemm(s.batch, width, h, y.before(t), {recurrent, width}, 1, memory.at(0, t), s.time * kept);
    else
      gemm(s.batch, width, h, y.before(t), {recurrent, width}, 0, products, width);
    for (size_t i = 0; i < s.batch; ++i) {
      float *row = memory.at(i, t), *last = row + width;
      if (cell == Cell::lstm)
        lstm_step(h, row, bias, t > 0 ? memory.at(i, t - 1) + width : c_first + i * h, last, y.at(i, t));
      else
        gru_step(h, row, products + i * width, bias, y.before(i, t), last, y.at(i, t));
    }
  }
  for (size_t i = 0; i < s.batch; ++i) {
    std::copy_n(y.at(i, s.time - 1), h, samples(outputs[1], first + i));
    if (n == 2) std::copy_n(memory.at(i, s.time - 1) + width, h, samples(outputs[2], first + i));
  }
}

/// What parts add up to: gradients of the kernels and of the bias.
struct Sums {
  ov::Tensor kernel, recurrent, bias;
};

/// The backward pass of some samples, from `first` on. Both kernels come transposed.
Sums run_back(Cell cell, const Sizes& s, size_t first, const ov::Tensor& kernel, const ov::Tensor& recurrent,
              ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const size_t n = states(cell), h = s.units, width = gates(cell) * h, kept = width + h, results = n + 4;
  const size_t given = results + n + 2, rows = s.batch * s.time;  // places of the outputs and of their gradients
  const Rows<const float> y{samples(inputs[results], first), h, s.time, samples(inputs[1], first)};
  const Rows<const float> memory{samples(inputs[results + n + 1], first), kept, s.time};
  const Rows<const float> dy{samples(inputs[given], first), h, s.time};
  const float* c_first = n == 2 ? samples(inputs[2], first) : nullptr;
  ov::Tensor of_gates = scratch({rows, width}), of_products = cell == Cell::gru ? scratch({rows, width}) : of_gates;
  ov::Tensor states_before = scratch({rows, h});
  const Rows<float> dgates{of_gates.data<float>(), width, s.time};
  const Rows<float> dproducts{of_products.data<float>(), width, s.time};
  const Rows<float> before{states_before.data<float>(), h, s.time};
  Sums sums{scratch({s.inputs, width}), scratch({h, width}), scratch(inputs[n + 3].get_shape())};
  auto* dbias = sums.bias.data<float>();
  std::fill_n(dbias, sums.bias.get_size(), 0.0F);
  float *dh = samples(outputs[1], first), *dc = n == 2 ? samples(outputs[2], first) : nullptr;
  std::copy_n(samples(inputs[given + 1], first), s.batch * h, dh);
  if (n == 2) std::copy_n(samples(inputs[given + 2], first), s.batch * h, dc);
  for (size_t t = s.time; t-- > 0;) {
    for (size_t i = 0; i < s.batch; ++i) {
      const float *row = memory.at(i, t), *last = row + width;
      if (cell == Cell::lstm)
        lstm_step_back(h, row, t > 0 ? memory.at(i, t - 1) + width : c_first + i * h, last, dy.at(i, t), dh + i * h,
                       dc + i * h, dgates.at(i, t), dbias);
      else
        gru_step_back(h, row, last, y.before(i, t), dy.at(i, t), dh + i * h, dgates.at(i, t), dproducts.at(i, t),
                      dbias);
    }
    gemm(s.batch, h, width, {dproducts.at(0, t), s.time * width}, {recurrent.data<const float>(), h},
         cell == Cell::lstm ? 0 : 1, dh, h);
  }
  for (size_t i = 0; i < s.batch; ++i) {
    std::copy_n(y.first + i * h, h, before.at(i, 0));
    std::copy_n(y.at(i, 0), (s.time - 1) * h, before.at(i, 0) + h);
  }
  gemm(rows, s.inputs, width, {dgates.numbers, width}, {kernel.data<const float>(), s.inputs}, 0,
       samples(outputs[0], first), s.inputs);
  gemm(s.inputs, width, rows, {samples(inputs[0], first), s.inputs, true}, {dgates.numbers, width}, 0,
       sums.kernel.data<float>(), width);
  gemm(h, width, rows, {before.numbers, h, true}, {dproducts.numbers, width}, 0, sums.recurrent.data<float>(), width);
  return sums;
}

}  // namespace

bool Recurrent::available() { return true; }

bool Recurrent::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].set_shape(get_output_shape(i));
  for_parts(sizes(inputs[0].get_shape(), inputs[1].get_shape()), parts_,
            [&](size_t, size_t first, const Sizes& s) { run(cell_, s, first, outputs, inputs); });
  return true;
}

bool RecurrentGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const size_t n = states(cell_);
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].set_shape(get_output_shape(i));
  const ov::Tensor kernel = transposed(inputs[n + 1]), recurrent = transposed(inputs[n + 2]);
  std::vector<Sums> sums(parts_);
  for_parts(sizes(inputs[0].get_shape(), inputs[1].get_shape()), parts_,
            [&](size_t part, size_t first, const Sizes& s) {
              sums[part] = run_back(cell_, s, first, kernel, recurrent, outputs, inputs);
            });
  const auto add = [&](ov::Tensor Sums::*part, ov::Tensor& out) {
    (sums[0].*part).copy_to(out);
    auto* to = out.data<float>();
    for (size_t i = 1; i < parts_; ++i)
      std::transform(to, to + out.get_size(), (sums[i].*part).data<float>(), to, std::plus<float>());
  };
  add(&Sums::kernel, outputs[n + 1]);
  add(&Sums::recurrent, outputs[n + 2]);
  add(&Sums::bias, outputs[n + 3]);
  return true;
}

#else

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
  set_output_type(states(cell_) + 1, ov::element::f32, ov::Shape{s.batch, s.time, (gates(cell_) + 1) * s.units});
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
