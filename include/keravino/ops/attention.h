// Attention of keras.ops.nn.
#pragma once

#include <optional>

#include "keravino/tensor.h"

namespace keravino::ops {

/// softmax(query key^T * scale + bias) value. query (B, T, N, H), key and value (B, S, K, H) where K divides N; bias
/// and the boolean mask (true: take part) broadcast to (B, N, T, S). `scale` is 1 / sqrt(H) by default. OpenVINO fuses
/// it as it is, so flash_attention changes nothing. attn_logits_soft_cap, which must be positive, makes
/// cap * tanh(query key^T * scale / cap) of the products before bias and mask.
Tensor dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor bias, Tensor mask, Tensor scale,
                             bool is_causal, std::optional<bool> flash_attention,
                             std::optional<double> attn_logits_soft_cap);

}  // namespace keravino::ops
