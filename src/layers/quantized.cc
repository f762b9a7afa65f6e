#include "layers/quantized.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "ops/shapes.h"

namespace keravino::layers {
Policy::Policy(const Layer& layer) {
  const std::string& text = layer.quantization();
  mode = text.substr(0, text.find('/'));
  if (!mode.empty() && mode != "int8" && mode != "int4" && mode != "float8")
    throw layer.error(fmt::format("quantization \"{}\" is not supported, only int8, int4 and float8", text),
                      Error::Kind::unsupported);
  if (!mode.empty() && layer.training())
    throw layer.error("a quantised layer is not supported in training", Error::Kind::unsupported);
  if (mode.size() < text.size()) std::from_chars(text.data() + mode.size() + 1, text.data() + text.size(), group);
  if (group == 0 || group < -1) throw layer.error(fmt::format("quantization \"{}\" has no groups", text));
}

namespace {

/// The group, below `count`, of each of `size` numbers.
Tensor groups(Layer& layer, int64_t size, int64_t count) {
  const Tensor group_of = ops::cast(layer.statistic("g_idx", {size}), DType::int32);
  if (group_of.traced()) return group_of;
  const ov::Tensor numbers = group_of.numbers();
  for (const int32_t group : std::span(numbers.data<const int32_t>(), numbers.get_size())) {
    if (group < 0 || group >= count)
      throw layer.error(fmt::format("\"g_idx\" has a {}, wanted groups from 0 to {}", group, count - 1));
  }
  return group_of;
}

}  // namespace

Int4Matrix int4_matrix(Layer& layer, const Policy& policy, const Tensor& packed, int64_t rows, int64_t columns,
                       int64_t summed, const std::string& name) {
  Int4Matrix matrix{packed, rows, columns, summed, policy.group, {}, {}, {}};
  std::vector<int64_t> shape{rows, columns};
  const auto along = static_cast<size_t>(summed);
  const int64_t size = shape[along];
  if (!policy.grouped()) {
    matrix.scale = layer.statistic(name + "_scale", {shape[1 - along]});
    return matrix;
  }
  shape[along] = policy.groups(size);
  matrix.scale = layer.statistic(name + "_scale", shape);
  matrix.zero = layer.statistic(name + "_zero", shape);
  matrix.group_of = groups(layer, size, shape[along]);
  return matrix;
}

namespace {

/// The nearest of the numbers that float8 (e4m3) times `scale` has: four binary digits, and none below 2^-9. OpenVINO's
/// own conversion (2026.4.1) rounds twice, to float16 first.
Tensor float8_rounded(const Tensor& x, const Tensor& scale) {
  constexpr double kMost = 448, kLeast = 0x1p-9;
  const Tensor small = ops::clip(x / scale, -kMost, kMost);
  const Tensor exponent = ops::maximum(ops::floor(ops::log2(ops::maximum(ops::absolute(small), kLeast))), -6);
  const Tensor step = ops::exp2(exponent - 3);
  return ops::round(small / step) * step * scale;
}

/// The float8 policy's variables are those of training: only two scales matter here.
void round_to_float8(Layer& layer, Operands& operands) {
  const json& policy = layer.value("dtype");
  const json config = policy.is_object() ? policy.value("config", json::object()) : json::object();
  const int64_t history = config.value("amax_history_length", int64_t{1024});
  const auto scale = [&](const std::string& name) {
    const Tensor own = layer.statistic(name + "_scale", {});
    layer.statistic(name + "_amax_history", {history});
    return own;
  };
  operands.x = float8_rounded(operands.x, scale("inputs"));
  operands.kernel = float8_rounded(operands.kernel, scale("kernel"));
  scale("outputs_grad");
  if (operands.bias && layer.compute_dtype() == DType::float32)
    operands.bias = ops::cast(in_dtype(operands.bias, DType::bfloat16), DType::float32);
}

void take_int8(Layer& layer, const Tensor& stored, const Contraction& of, int64_t columns, Operands& out) {
  out.x = rounded_inputs(layer, out.x, of.axes);
  out.scale = layer.statistic("kernel_scale", of.scale_shape);
  out.is_matrix = !of.matrix_order.empty();
  Tensor kernel = stored;
  if (out.is_matrix) {
    kernel = ops::reshape(ops::transpose(stored, of.matrix_order), {of.rows, columns});
    out.scale = ops::reshape(out.scale, {columns});
  }
  // A Convert in the graph, not of the numbers: products take it as it is (passes/recognise_product.cc).
  out.kernel = ops::cast(kernel, layer.compute_dtype());
}

void take_int4(Layer& layer, const Policy& policy, const Tensor& stored, const Contraction& of, int64_t columns,
               Operands& out) {
  // Without a config of its own int4 is for weights alone, and with groups always.
  if (!policy.grouped() && layer.has("quantization_config")) out.x = rounded_inputs(layer, out.x, of.axes);
  const Int4Matrix matrix = int4_matrix(layer, policy, stored, of.rows, columns, 0, "kernel");
  // Keras packs a kernel with its axes as they are.
  out.is_matrix = !of.matrix_order.empty() && std::ranges::is_sorted(of.matrix_order);
  if (!out.is_matrix) {
    out.kernel = ops::reshape(floats(matrix), std::vector<ops::Dim>(of.kernel_shape.begin(), of.kernel_shape.end()));
    return;
  }
  out.int4 = matrix;
  if (!policy.grouped()) out.scale = matrix.scale;
}

}  // namespace

Tensor rounded_inputs(const Layer& layer, const Tensor& x, const std::vector<int64_t>& axes) {
  double least = -127, most = 127, epsilon = 1e-7;
  if (layer.has("quantization_config")) {
    const Layer config = layer.sub("quantization_config");
    if (!config.has("activation_quantizer")) return x;
    const Layer quantizer = config.sub("activation_quantizer");
    if (quantizer.class_name() != "AbsMaxQuantizer")
      throw quantizer.error("is not supported, only AbsMaxQuantizer", Error::Kind::unsupported);
    const auto range = quantizer.get<std::vector<double>>("value_range");
    if (range.size() != 2) throw quantizer.error("\"value_range\" has not two numbers");
    least = range[0];
    most = range[1];
    epsilon = quantizer.get<double>("epsilon");
  }
  const Tensor scale = most / (ops::max(ops::absolute(x), axes, true) + epsilon);
  return ops::clip(ops::round(x * scale), least, most) / scale;
}

Operands operands(Layer& layer, const Tensor& x, const Contraction& contraction) {
  const Policy policy(layer);
  const bool is_int8 = policy.mode == "int8", is_int4 = policy.mode == "int4";
  const int64_t columns = layer.product(contraction.kernel_shape) / std::max<int64_t>(contraction.rows, 1);
  const auto shape = is_int4 ? std::vector<int64_t>{contraction.rows, (columns + 1) / 2} : contraction.kernel_shape;
  Operands out;
  out.x = x;
  out.kernel = is_int8 || is_int4 ? layer.stored_weight("kernel", shape) : layer.weight("kernel", shape);
  if (contraction.bias_shape) out.bias = layer.weight("bias", *contraction.bias_shape);
  if (is_int8) take_int8(layer, out.kernel, contraction, columns, out);
  if (is_int4) take_int4(layer, policy, out.kernel, contraction, columns, out);
  if (policy.mode == "float8") round_to_float8(layer, out);
  return out;
}

Tensor matrix_product(const Operands& of) {
  return scaled(of, of.int4 ? product(of.x, *of.int4) : ops::matmul(of.x, of.kernel));
}

Tensor scaled(const Operands& operands, const Tensor& product) {
  const Tensor y = operands.scale ? product / operands.scale : product;
  return operands.bias ? ops::add(y, operands.bias) : y;
}

}  // namespace keravino::layers
