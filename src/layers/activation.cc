#include "layers/activation.h"

#include "layers/families.h"
#include "layers/masks.h"
#include "saving/suggest.h"

namespace keravino::layers {
namespace {

using Function = Tensor (*)(Tensor);

// keras.activations by name, with the defaults that Keras gives their further arguments.
const std::map<std::string_view, Function>& functions() {
  static const std::map<std::string_view, Function> table = {
      {"celu", [](Tensor x) { return ops::celu(x, 1.0); }},
      {"elu", [](Tensor x) { return ops::elu(x, 1.0); }},
      {"exponential", &ops::exp},
      {"gelu", [](Tensor x) { return ops::gelu(x, false); }},
      {"glu", [](Tensor x) { return ops::glu(x, -1); }},
      {"hard_shrink", [](Tensor x) { return ops::hard_shrink(x, 0.5); }},
      {"hard_sigmoid", &ops::hard_sigmoid},
      {"hard_silu", &ops::hard_silu},
      {"hard_swish", &ops::hard_silu},
      {"hard_tanh", &ops::hard_tanh},
      // What Keras 2 had under this name: a file of it means this line, not today's.
      {"keras2>hard_sigmoid", [](Tensor x) { return ops::clip(0.2 * x + 0.5, Tensor(0.0), Tensor(1.0)); }},
      {"leaky_relu", [](Tensor x) { return ops::leaky_relu(x, 0.2); }},
      {"linear", [](Tensor x) { return x; }},
      {"log_sigmoid", &ops::log_sigmoid},
      {"log_softmax", [](Tensor x) { return ops::log_softmax(x, -1); }},
      {"mish", [](Tensor x) { return ops::multiply(x, ops::tanh(ops::softplus(x))); }},
      {"relu", &ops::relu},
      {"relu6", &ops::relu6},
      {"selu", &ops::selu},
      {"sigmoid", &ops::sigmoid},
      {"silu", &ops::silu},
      {"soft_shrink", [](Tensor x) { return ops::soft_shrink(x, 0.5); }},
      {"softmax", [](Tensor x) { return ops::softmax(x, -1); }},
      {"softplus", &ops::softplus},
      {"softsign", &ops::softsign},
      {"sparse_plus", &ops::sparse_plus},
      {"sparse_sigmoid", &ops::sparse_sigmoid},
      {"sparsemax", [](Tensor x) { return ops::sparsemax(x, -1); }},
      {"squareplus", [](Tensor x) { return ops::squareplus(x, 4); }},
      {"swish", &ops::silu},
      {"tanh", &ops::tanh},
      {"tanh_shrink", &ops::tanh_shrink},
  };
  return table;
}

Tensor by_name(const Layer& layer, const std::string& name, const Tensor& x) {
  const auto found = functions().find(name);
  if (found != functions().end()) {
    const Tensor y = found->second(x);
    if (!y.shape().same_scheme(x.shape())) layer.source().misjudged.push_back(y);
    return y;
  }
  throw layer.error(fmt::format("unknown activation \"{}\"{}", name, did_you_mean(name, std::views::keys(functions()))),
                    Error::Kind::unsupported);
}

Tensor elu(Layer& layer, const Tensor& x) { return ops::elu(x, layer.get_or("alpha", 1.0)); }

Tensor leaky_relu(Layer& layer, const Tensor& x) {
  // Keras before 3.0 called the slope "alpha".
  return ops::leaky_relu(x, layer.get<double>(layer.has("negative_slope") ? "negative_slope" : "alpha"));
}

Tensor prelu(Layer& layer, const Tensor& x) {
  std::vector<int64_t> shape = inner_shape(layer, x);
  for (const int64_t axis : layer.get_or("shared_axes", std::vector<int64_t>{})) {
    if (axis < 1 || axis > static_cast<int64_t>(shape.size()))
      throw layer.error(fmt::format("\"shared_axes\" has {}, which is no axis", axis));
    shape[static_cast<size_t>(axis - 1)] = 1;
  }
  const Tensor alpha = layer.weight("alpha", shape);
  return ops::relu(x) - alpha * ops::relu(-x);
}

Tensor relu_layer(Layer& layer, const Tensor& x) { return relu_of_config(layer, x); }

/// What a mask leaves out is 0 in the result, also where it leaves out everything.
Tensor softmax(Layer& layer, const Tensor& input) {
  const auto axes = layer.get<std::vector<int64_t>>("axis");
  const Tensor mask = mask_of(layer, input);
  const Tensor x = mask ? masked_scores(input, mask) : input;
  const Tensor y = axes.size() == 1 ? ops::softmax(x, axes[0]) : ops::exp(x - ops::logsumexp(x, axes, true));
  return mask ? ops::where(mask, y, 0) : y;
}

Tensor activation(Layer& layer, const Tensor& x) { return activate(layer, x); }

constexpr Row kRows[] = {
    row<&activation>("Activation", Masks::passed), row<&elu>("ELU", Masks::passed),
    row<&leaky_relu>("LeakyReLU", Masks::passed),  row<&prelu>("PReLU", Masks::passed),
    row<&relu_layer>("ReLU", Masks::passed),       row<&softmax>("Softmax", Masks::passed),
};

}  // namespace

std::span<const Row> activation_layers() { return kRows; }

Tensor masked_scores(const Tensor& scores, const Tensor& mask) {
  return ops::where(mask, scores, scores.dtype() == DType::float16 ? -3e4 : -1e9);
}

Tensor relu_of_config(const Layer& layer, const Tensor& x) {
  const double slope = layer.get_or("negative_slope", 0.0), threshold = layer.get_or("threshold", 0.0);
  const bool limited = layer.has("max_value");
  if (slope != 0 && threshold == 0 && !limited) return ops::leaky_relu(x, slope);
  Tensor y = threshold == 0 ? ops::relu(x) : ops::where(x > threshold, x, 0);
  if (limited) {
    const double most = layer.get<double>("max_value");
    y = threshold == 0 && most == 6 ? ops::relu6(x) : ops::clip(y, 0, most);
  }
  return slope == 0 ? y : y - slope * ops::relu(threshold - x);
}

Tensor activate(const Layer& layer, const Tensor& x, std::string_view key) {
  if (!layer.has(key)) return x;
  const json& value = layer.value(key);
  if (value.is_string()) return by_name(layer, value.get<std::string>(), x);
  if (value.is_object() && value.contains("config") && value["config"].is_string()) {
    return by_name(layer, value["config"].get<std::string>(), x);
  }
  return build(layer.sub(key), x);
}

}  // namespace keravino::layers
