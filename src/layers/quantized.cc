#include "layers/quantized.h"

#include <charconv>

#include "ops/shapes.h"

namespace keravino::layers {
namespace {

/// "int8", "int4" or "float8", and the size of int4's groups, -1 for none.
struct Policy {
  explicit Policy(const Layer& layer) {
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
  bool grouped() const { return group > 0; }

  std::string mode;
  int64_t group = -1;
};

/// Signed 4-bit numbers, two in each int8 of the last axis, the first in its low half: (rows, columns).
Tensor unpacked(const Tensor& packed, int64_t columns) {
  const Tensor bytes = ops::cast(packed, DType::int32);
  const Tensor low = ops::mod(bytes + 8, 16) - 8, high = ops::floor_divide(bytes, 16);
  const Tensor pairs = ops::reshape(ops::stack({low, high}, -1), {ops::dim(packed, 0), int64_t{-1}});
  return ops::slice_axis(pairs, 1, int64_t{0}, columns);
}

int64_t groups_of(int64_t size, int64_t group) { return (size + group - 1) / group; }

/// Packed weights of (rows, columns) as floats. Scales are for groups along `axis`, or one for each element of the
/// other axis.
Tensor int4_weights(Layer& layer, const Policy& policy, const Tensor& packed, int64_t rows, int64_t columns,
                    int64_t axis, const std::string& name) {
  const Tensor weights = ops::cast(unpacked(packed, columns), layer.compute_dtype());
  std::vector<int64_t> shape{rows, columns};
  const auto along = static_cast<size_t>(axis);
  if (!policy.grouped())
    return weights / ops::expand_dims(layer.statistic(name + "_scale", {shape[1 - along]}), {axis});
  const int64_t size = shape[along];
  shape[along] = groups_of(size, policy.group);
  const Tensor scale = layer.statistic(name + "_scale", shape), zero = layer.statistic(name + "_zero", shape);
  const Tensor groups = ops::cast(layer.statistic("g_idx", {size}), DType::int32);
  return (weights - ops::take(zero, groups, axis)) * ops::take(scale, groups, axis);
}

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
  const bool packed = policy.mode == "int4";
  const auto& shape = contraction.kernel_shape;
  const int64_t columns = layer.product(shape) / std::max<int64_t>(contraction.rows, 1);
  const auto stored_shape = packed ? std::vector<int64_t>{contraction.rows, (columns + 1) / 2} : shape;
  Operands out;
  out.x = x;
  out.is_matrix = policy.mode == "int8" && !contraction.matrix_order.empty();
  if (policy.mode == "int8") {
    // A Convert in the graph, not of the numbers: products take it as it is (passes/recognise_product.cc).
    Tensor stored = layer.stored_weight("kernel", stored_shape);
    if (out.is_matrix)
      stored = ops::reshape(ops::transpose(stored, contraction.matrix_order), {contraction.rows, columns});
    out.kernel = ops::cast(stored, layer.compute_dtype());
  } else {
    out.kernel = layer.weight("kernel", stored_shape);
  }
  if (contraction.bias_shape) out.bias = layer.weight("bias", *contraction.bias_shape);
  if (policy.mode == "int8") {
    out.x = rounded_inputs(layer, x, contraction.axes);
    out.scale = layer.statistic("kernel_scale", contraction.scale_shape);
    if (out.is_matrix) out.scale = ops::reshape(out.scale, {columns});
  } else if (packed) {
    // Without a config of its own int4 is for weights alone, and with groups always.
    if (!policy.grouped() && layer.has("quantization_config")) out.x = rounded_inputs(layer, x, contraction.axes);
    const Tensor kernel = int4_weights(layer, policy, out.kernel, contraction.rows, columns, 0, "kernel");
    out.kernel = ops::reshape(kernel, std::vector<ops::Dim>(shape.begin(), shape.end()));
  } else if (policy.mode == "float8") {
    round_to_float8(layer, out);
  }
  return out;
}

Tensor scaled(const Operands& operands, const Tensor& product) {
  const Tensor y = operands.scale ? product / operands.scale : product;
  return operands.bias ? ops::add(y, operands.bias) : y;
}

Tensor embeddings(Layer& layer, int64_t rows, int64_t columns) {
  const Policy policy(layer);
  if (policy.mode == "float8") throw layer.error("quantization \"float8\" is not supported", Error::Kind::unsupported);
  if (policy.mode != "int4") {
    const Tensor table = layer.weight("embeddings", {rows, columns});
    if (policy.mode.empty()) return table;
    return table / ops::expand_dims(layer.statistic("embeddings_scale", {rows}), {1});
  }
  const Tensor packed = layer.weight("embeddings", {rows, (columns + 1) / 2});
  return int4_weights(layer, policy, packed, rows, columns, 1, "embeddings");
}

}  // namespace keravino::layers
