// Attention: of queries to keys, with one head or several.
#include "layers/activation.h"
#include "layers/families.h"
#include "layers/masks.h"
#include "ops/shapes.h"

namespace keravino::layers {
namespace {

/// (1, T, S): the position of a query less that of a key.
Tensor distance(const Tensor& query, int64_t query_axis, const Tensor& key, int64_t key_axis) {
  const Tensor rows = ops::iota(ops::dim(query, query_axis), DType::int32);
  const Tensor columns = ops::iota(ops::dim(key, key_axis), DType::int32);
  return ops::expand_dims(rows, {0, 2}) - ops::expand_dims(columns, {0, 1});
}

/// Weights of which training drops some.
Tensor dropped(Layer& layer, const Tensor& weights) {
  const double rate = layer.training() ? layer.get_or("dropout", 0.0) : 0;
  return rate == 0 ? weights : ops::dropout(weights, rate, std::nullopt, layer.seed());
}

// Attention and AdditiveAttention.

Tensor dot_scores(Layer& layer, const Tensor& q, const Tensor& k) {
  Tensor scale;
  if (layer.get_or("use_scale", false)) scale = layer.weight("scale", {});
  if (layer.choice("score_mode", {"dot", "concat"}) == "dot") {
    const Tensor scores = ops::matmul(q, ops::swapaxes(k, -2, -1));
    return scale ? scores * scale : scores;
  }
  const Tensor weight = layer.weight("concat_score_weight", {});
  const Tensor sum = ops::expand_dims(q, {-2}) + ops::expand_dims(k, {-3});
  return weight * ops::sum(ops::tanh(scale ? scale * sum : sum), {{-1}}, false);
}

Tensor additive_scores(Layer& layer, const Tensor& q, const Tensor& k) {
  Tensor sum = ops::tanh(ops::expand_dims(q, {-2}) + ops::expand_dims(k, {-3}));
  if (layer.get_or("use_scale", true)) sum = layer.weight("scale", {dimension(layer, q, -1)}) * sum;
  return ops::sum(sum, {{-1}}, false);
}

template <auto Scores>
Tensors attention(Layer& layer, const Tensors& inputs) {
  if (inputs.size() < 2 || inputs.size() > 3)
    throw layer.error(fmt::format("is called with {} tensors, wanted query, value and perhaps key", inputs.size()));
  const Tensor &q = inputs[0], v = inputs[1], k = inputs.back();
  Tensor scores = Scores(layer, q, k);
  Tensor mask = mask_of(layer, v);
  if (mask) mask = ops::expand_dims(mask, {-2});
  if (layer.flag("use_causal_mask")) mask = both(mask, distance(q, -2, k, -2) >= 0);
  if (mask) scores = ops::where(mask, scores, scores - (scores.dtype() == DType::float16 ? 65504.0 : 1e9));
  const Tensor weights = dropped(layer, ops::softmax(scores, -1));
  Tensor y = ops::matmul(weights, v);
  if (const Tensor rows = mask_of(layer, q)) y = with_mask(layer, ops::where(ops::expand_dims(rows, {-1}), y, 0), rows);
  if (layer.flag("return_attention_scores")) return {y, weights};
  return {y};
}

// MultiHeadAttention and GroupedQueryAttention.

/// Letters for axes: "abc" from 0.
std::string letters(size_t from, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += static_cast<char>('a' + from + i);
  return text;
}

/// A projection of the last `bound` axes of x to `shape`: an EinsumDense that is saved under `attribute`.
Tensor project(const Layer& layer, size_t index, const std::string& attribute, const Tensor& x, size_t bound,
               const std::vector<int64_t>& shape) {
  const size_t free = static_cast<size_t>(x.rank()) - bound;
  const std::string kept = letters(0, free), in = letters(free, bound), out = letters(free + bound, shape.size());
  json sizes(std::vector<json>(free - 1, nullptr));
  for (const int64_t size : shape) sizes.push_back(static_cast<uint64_t>(size));
  json config{{"name", attribute},
              {"equation", fmt::format("{}{},{}{}->{}{}", kept, in, in, out, kept, out)},
              {"output_shape", sizes}};
  config["bias_axes"] = layer.get_or("use_bias", true) ? json(out) : json();
  for (const char* key : {"dtype", "trainable", "kernel_regularizer", "bias_regularizer", "activity_regularizer",
                          "kernel_constraint", "bias_constraint"}) {
    if (layer.has(key)) config[key] = layer.value(key);
  }
  return build(layer.part(index, attribute, {{"class_name", "EinsumDense"}, {"config", config}}), x);
}

/// Which keys each query sees, (batch, T, S); no Tensor: all.
Tensor visible(Layer& layer, const Tensor& query, const Tensor& value, const Tensor& query_mask,
               const Tensor& key_mask) {
  Tensor mask;
  if (query_mask) mask = ops::expand_dims(query_mask, {-1});
  const auto of_keys = [&](const Tensor& own) {
    if (own) mask = both(mask, ops::expand_dims(own, {-2}));
  };
  const Tensor value_mask = layer.tensor("value_mask");
  of_keys(value_mask ? value_mask : mask_of(layer, value));
  of_keys(key_mask);
  if (layer.flag("use_causal_mask")) mask = both(mask, distance(query, 1, value, 1) >= 0);
  if (layer.has("sliding_window"))
    mask = both(mask, ops::absolute(distance(query, 1, value, 1)) < layer.get<int64_t>("sliding_window"));
  const Tensor given = layer.tensor("attention_mask");
  return given ? both(given.dtype() == DType::boolean ? given : ops::not_equal(given, 0), mask) : mask;
}

/// The axes of the steps that attend to each other, those of a projected query of this rank.
std::vector<int64_t> attention_axes(const Layer& layer, int64_t rank) {
  std::vector<int64_t> axes;
  if (!layer.has("attention_axes")) {
    for (int64_t axis = 1; axis < rank - 2; ++axis) axes.push_back(axis);
    return axes;
  }
  for (const int64_t axis : layer.get<std::vector<int64_t>>("attention_axes")) {
    axes.push_back(axis < 0 ? rank - 1 + axis : axis);
    if (axes.back() < 0 || axes.back() >= rank)
      throw layer.error(fmt::format("\"attention_axes\" holds {}, which is no axis", axis));
  }
  return axes;
}

struct Attended {
  Tensor y, scores;
};

/// Softmax of the products over `axes`, as two einsums: q (batch ..., T, heads, d), k and v with S in place of T.
Attended attend(Layer& layer, const Tensor& q, const Tensor& k, const Tensor& v, double scale, Tensor mask,
                const std::vector<int64_t>& axes) {
  const auto rank = static_cast<size_t>(q.rank());
  const std::string target = letters(0, rank);
  std::string source = target, batch, queries, keys;
  for (size_t i = 0, next = rank; i < rank; ++i) {
    const bool attends = std::ranges::find(axes, static_cast<int64_t>(i)) != axes.end();
    if (attends) source[i] = static_cast<char>('a' + next++);
    if (!attends && i + 1 < rank) batch += target[i];
  }
  for (const int64_t axis : axes) {
    queries += target.at(static_cast<size_t>(axis));
    keys += source.at(static_cast<size_t>(axis));
  }
  const std::string product = batch + queries + keys;
  Tensor scores = ops::einsum(fmt::format("{},{}->{}", source, target, product), {k, q * scale});
  if (mask) {
    const auto at = -2 * static_cast<int64_t>(axes.size()) - 1;
    while (mask.rank() < scores.rank()) mask = ops::expand_dims(mask, {at});
    scores = masked_scores(scores, mask);
  }
  std::vector<int64_t> last;
  for (size_t i = 0; i < axes.size(); ++i) last.push_back(static_cast<int64_t>(i) - static_cast<int64_t>(axes.size()));
  Tensor weights = last.size() == 1 ? ops::softmax(scores, -1) : ops::exp(scores - ops::logsumexp(scores, last, true));
  if (mask) weights = ops::where(mask, weights, 0);
  return {ops::einsum(fmt::format("{},{}->{}", product, source, target), {dropped(layer, weights), v}), weights};
}

/// Projections, attention and the projection of its result.
Tensors heads_attend(Layer& layer, const Tensor& query, const char* prefix, int64_t heads, int64_t key_heads,
                     int64_t key_dim, int64_t value_dim, const Tensor& query_mask, const Tensor& key_mask,
                     const std::vector<int64_t>& output_shape) {
  if (layer.get_or("use_gate", false))
    throw layer.error(
        "use_gate=true is not supported: OpenVINO's CPU plugin (2026.4.1) crashes when it compiles the gate",
        Error::Kind::unsupported);
  const Tensor value = layer.tensor("value"), given_key = layer.tensor("key"), key = given_key ? given_key : value;
  if (!value) throw layer.error("is called without a value");
  const auto part = [&](const char* name) { return std::string(prefix) + name + "_dense"; };
  const Tensor mask = visible(layer, query, value, query_mask, key_mask);
  const Tensor q = project(layer, 0, part("query"), query, 1, {heads, key_dim});
  Tensor k = project(layer, 1, part("key"), key, 1, {key_heads, key_dim});
  Tensor v = project(layer, 2, part("value"), value, 1, {key_heads, value_dim});
  if (key_heads != heads) {
    k = ops::repeat(k, {heads / key_heads}, 2);
    v = ops::repeat(v, {heads / key_heads}, 2);
  }
  const bool scores = layer.flag("return_attention_scores");
  const double scale = 1 / std::sqrt(static_cast<double>(key_dim));
  const std::vector<int64_t> axes = attention_axes(layer, q.rank());
  // Without dropout Keras goes another way: where a mask leaves out everything, it gives the mean of all values.
  const bool mean = !scores && q.rank() == 4 && axes == std::vector<int64_t>{1} && layer.get_or("dropout", 0.0) == 0;
  Attended attended;
  if (mean) {
    const Tensor over_heads = mask && mask.rank() == 3 ? ops::expand_dims(mask, {1}) : mask;
    attended.y = ops::dot_product_attention(q, k, v, {}, over_heads, scale, false, std::nullopt, std::nullopt);
  } else {
    attended = attend(layer, q, k, v, scale, mask, axes);
  }
  const Tensor y = project(layer, 3, part("output"), attended.y, 2, output_shape);
  if (scores) return {y, attended.scores};
  return {y};
}

std::vector<int64_t> last_size(const Layer& layer, const Tensor& x) { return {dimension(layer, x, -1)}; }

Tensors multi_head_attention(Layer& layer, const Tensors& inputs) {
  const Tensor& query = only(layer, inputs);
  const int64_t heads = layer.get<int64_t>("num_heads"), dim = layer.get<int64_t>("key_dim");
  const Tensor query_mask = mask_of(layer, query), given = layer.tensor("key_mask"), key = layer.tensor("key");
  const auto shape =
      layer.has("output_shape") ? layer.get<std::vector<int64_t>>("output_shape") : last_size(layer, query);
  Tensors out = heads_attend(layer, query, "", heads, heads, dim, layer.get_or("value_dim", dim), query_mask,
                             given ? given
                             : key ? mask_of(layer, key)
                                   : Tensor(),
                             shape);
  out[0] = with_mask(layer, out[0], query_mask);
  return out;
}

Tensors grouped_query_attention(Layer& layer, const Tensors& inputs) {
  const Tensor& query = only(layer, inputs);
  const int64_t heads = layer.get<int64_t>("num_query_heads"), key_heads = layer.get<int64_t>("num_key_value_heads");
  const int64_t dim = layer.get<int64_t>("head_dim");
  if (key_heads < 1 || heads % key_heads != 0)
    throw layer.error(fmt::format("{} heads of queries cannot share {} of keys", heads, key_heads));
  const Tensor given = layer.tensor("query_mask"), given_key = layer.tensor("key_mask"), key = layer.tensor("key");
  const Tensor own = mask_of(layer, query);
  Tensors out = heads_attend(layer, query, "_", heads, key_heads, dim, dim, given ? given : own,
                             given_key ? given_key
                             : key     ? mask_of(layer, key)
                                       : Tensor(),
                             last_size(layer, query));
  out[0] = with_mask(layer, out[0], own);
  return out;
}

constexpr std::string_view kCall = "inputs return_attention_scores use_causal_mask";
constexpr std::string_view kHeadsCall =
    "query value key query_mask value_mask key_mask attention_mask return_attention_scores use_causal_mask";

constexpr Row kRows[] = {
    row<&attention<&additive_scores>>("AdditiveAttention", Masks::own, kCall),
    row<&attention<&dot_scores>>("Attention", Masks::own, kCall),
    row<&grouped_query_attention>("GroupQueryAttention", Masks::own, kHeadsCall),
    row<&multi_head_attention>("MultiHeadAttention", Masks::own, kHeadsCall),
};

}  // namespace

std::span<const Row> attention_layers() { return kRows; }

}  // namespace keravino::layers
