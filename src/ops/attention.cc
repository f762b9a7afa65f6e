#include "keravino/ops/attention.h"

#include "ops/families.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

/// (B, T, N, H) and (B, N, T, H) into each other.
Tensor swap_heads(const Tensor& x) { return permute(x, {0, 2, 1, 3}); }

int64_t static_dim(const Tensor& x, size_t axis, std::string_view what) {
  if (x.shape()[axis].is_dynamic()) throw Error(fmt::format("the number of {} must be known", what));
  return x.shape()[axis].get_length();
}

/// Each key/value head as often as query heads share it: (B, K, S, H) to (B, N, S, H).
Tensor repeat_heads(const Tensor& x, int64_t heads) {
  const int64_t own = static_dim(x, 1, "heads");
  if (own == heads) return x;
  if (own == 0 || heads % own != 0) throw Error(fmt::format("{} query heads cannot share {} key heads", heads, own));
  const Tensor grouped = make<v::v0::Unsqueeze>(x, std::vector<int64_t>{2});
  const Tensor repeated = make<v::v0::Tile>(grouped, std::vector<int64_t>{1, 1, heads / own, 1, 1});
  return reshape_to(repeated, {0, heads, -1, static_dim(x, 3, "dimensions of a head")});
}

/// Bias or mask, for queries and keys of (B, N, T, H) and (B, N, S, H), with all four dimensions.
Tensor four_dimensional(const Tensor& x, const Tensor& query, const Tensor& key) {
  const int64_t missing = 4 - x.rank();
  if (missing < 0) throw Error("bias and mask must have at most four dimensions");
  ov::PartialShape scores{query.shape()[0], query.shape()[1], query.shape()[2], key.shape()[2]}, all = scores;
  if (!ov::PartialShape::broadcast_merge_into(all, x.shape(), ov::op::AutoBroadcastType::NUMPY) ||
      !all.compatible(scores))
    throw Error(fmt::format("bias and mask of shape {} do not fit scores of shape {}", to_string(x.shape()),
                            to_string(scores)));
  if (missing == 0) return x;
  std::vector<int64_t> front(static_cast<size_t>(missing));
  std::iota(front.begin(), front.end(), 0);
  return make<v::v0::Unsqueeze>(x, front);
}

/// 0, 1, 2 ... for the positions along an axis.
Tensor positions(const Tensor& x, int64_t axis) {
  const Tensor length = make<v::v8::Gather>(shape_tensor(x), Tensor(axis), Tensor(0));
  return make<v::v4::Range>(as(0, DType::int64), length, as(1, DType::int64), ov::element::i64);
}

/// (T, S): whether key s does not come after query t.
Tensor causal_mask(const Tensor& query, const Tensor& key) {
  return positions(key, 2) <= make<v::v0::Unsqueeze>(positions(query, 2), std::vector<int64_t>{1});
}

/// Softmax of logits that `cap * tanh` keeps within +-cap before what is added to them.
Tensor capped_attention(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& added,
                        const Tensor& scale, double cap) {
  const auto size = static_cast<double>(static_dim(query, 3, "dimensions of a head"));
  const Tensor scaled = query * (scale ? as(scale, query.dtype()) : as(1 / std::sqrt(size), query.dtype()));
  const Tensor capped = cap * make<v::v0::Tanh>(make<v::v0::MatMul>(scaled, key, false, true) / cap);
  return make<v::v0::MatMul>(make<v::v8::Softmax>(added ? capped + added : capped, int64_t{-1}), value);
}

}  // namespace

Tensor dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor bias, Tensor mask, Tensor scale,
                             bool is_causal, std::optional<bool> /*flash_attention*/,
                             std::optional<double> attn_logits_soft_cap) {
  if (attn_logits_soft_cap && !(*attn_logits_soft_cap > 0)) throw Error("attn_logits_soft_cap must be positive");
  for (const Tensor& x : {query, key, value}) {
    if (x.rank() != 4) throw Error("query, key and value must have four dimensions");
  }
  const DType dtype = common_dtype({query, key, value}, DType::python_float);
  query = swap_heads(as(query, dtype));
  const int64_t heads = static_dim(query, 1, "heads");
  key = repeat_heads(swap_heads(as(key, dtype)), heads);
  value = repeat_heads(swap_heads(as(value, dtype)), heads);

  // What is masked gets a logit so low that it weighs nothing; where all is masked, all weigh the same.
  Tensor added = bias ? as(bias, dtype) : Tensor();
  if (mask) {
    mask = as(mask, DType::boolean);
    if (is_causal) mask = make<v::v1::LogicalAnd>(mask, causal_mask(query, key));
  } else if (is_causal && (bias || attn_logits_soft_cap)) {
    mask = causal_mask(query, key);
  }
  if (mask) {
    const double low = dtype == DType::float16 ? -0.7 * 65500 : -0.7 * 3.38953e38;
    const Tensor masked = select(mask, as(0, dtype), as(low, dtype));
    added = added ? added + masked : masked;
  }
  if (added) added = four_dimensional(added, query, key);
  Tensor y;
  if (attn_logits_soft_cap) {
    y = capped_attention(query, key, value, added, scale, *attn_logits_soft_cap);
  } else if (added) {
    y = scale ? make<v::v13::ScaledDotProductAttention>(query, key, value, added, as(scale, dtype), false)
              : make<v::v13::ScaledDotProductAttention>(query, key, value, added, false);
  } else {
    if (scale)
      query = query * as(scale, dtype) * std::sqrt(static_cast<double>(static_dim(query, 3, "dimensions of a head")));
    y = make<v::v13::ScaledDotProductAttention>(query, key, value, is_causal);
  }
  return swap_heads(y);
}

namespace {
constexpr OpDef kOps[] = {
    op<&dot_product_attention>("nn.dot_product_attention(query, key, value, bias=None, mask=None, scale=None, "
                               "is_causal=False, flash_attention=None, attn_logits_soft_cap=None)",
                               "Scaled dot-product attention."),
};
}  // namespace
std::span<const OpDef> attention_ops() { return kOps; }

}  // namespace keravino::ops
