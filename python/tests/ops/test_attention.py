"""Attention against a formula in float64."""

import numpy as np
import pytest
from records import TIERS, function, run

TOLERANCE = {"float32": 2e-6, "float16": 2e-3, "bfloat16": 1.6e-2}


def attention(query, key, value, bias=None, mask=None, scale=None, is_causal=False, attn_logits_soft_cap=None):
    query, key, value = (x.astype("float64") for x in (query, key, value))
    share = query.shape[2] // key.shape[2]
    key, value = np.repeat(key, share, 2), np.repeat(value, share, 2)
    logits = np.einsum("btnh,bsnh->bnts", query, key) * (query.shape[-1] ** -0.5 if scale is None else scale)
    cap = attn_logits_soft_cap
    logits = cap * np.tanh(logits / cap) if cap else logits
    logits = logits + bias if bias is not None else logits
    allowed = np.ones(logits.shape, bool) if mask is None else np.broadcast_to(mask, logits.shape)
    allowed = allowed & np.tri(*logits.shape[-2:], dtype=bool) if is_causal else allowed
    logits = np.where(allowed, logits, -1e30)
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return np.einsum("bnts,bsnh->btnh", weights / weights.sum(-1, keepdims=True), value)


def attends(mask=True, is_causal=False, **_):
    """(B, T, N, 1): whether a query may attend to anything."""
    allowed = np.broadcast_to(mask, (2, 6, 5, 7)) & (np.tri(5, 7, dtype=bool) if is_causal else True)
    return np.moveaxis(allowed.any(-1), 1, 2)[..., None]


RNG = np.random.default_rng(0)
CASES = {
    "plain": {},
    "scale": {"scale": 0.7},
    "causal": {"is_causal": True},
    "causal with scale": {"is_causal": True, "scale": 0.7},
    "mask": {"mask": RNG.random((2, 6, 5, 7)) < 0.6},
    "mask of keys": {"mask": RNG.random((2, 1, 1, 7)) < 0.6},
    "mask of two dimensions": {"mask": RNG.random((5, 7)) < 0.6},
    "mask of three dimensions": {"mask": RNG.random((6, 5, 7)) < 0.6},
    "mask and causal": {"mask": RNG.random((2, 1, 5, 7)) < 0.6, "is_causal": True},
    "mask and scale": {"mask": RNG.random((2, 6, 5, 7)) < 0.6, "scale": 0.3},
    "all masked": {"mask": np.zeros((2, 1, 5, 7), bool)},
    "bias": {"bias": RNG.normal(size=(2, 6, 5, 7)).astype("float32")},
    "bias of one head": {"bias": RNG.normal(size=(1, 5, 7)).astype("float32")},
    "bias and causal": {"bias": RNG.normal(size=(2, 6, 5, 7)).astype("float32"), "is_causal": True},
    "soft cap": {"attn_logits_soft_cap": 0.8},
    "soft cap and causal": {"attn_logits_soft_cap": 0.8, "is_causal": True, "scale": 0.7},
    "soft cap, bias and mask": {
        "attn_logits_soft_cap": 2,
        "bias": np.linspace(-1, 1, 35).reshape(5, 7).astype("float32"),
        "mask": np.arange(35).reshape(5, 7) % 3 > 0,
    },
    "bias and mask": {"bias": RNG.normal(size=(6, 5, 7)).astype("float32"), "mask": RNG.random((2, 1, 5, 7)) < 0.6},
}


def inputs(key_heads=6, dtype="float32"):
    rng = np.random.default_rng(1)
    shapes = (2, 5, 6, 4), (2, 7, key_heads, 4), (2, 7, key_heads, 4)
    return [function("core.cast")(rng.normal(size=s).astype("float32"), dtype).numpy() for s in shapes]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_attention(case, tier, dtype):
    arrays = inputs(dtype=dtype)
    (tensor,), (got,) = run("nn.dot_product_attention", tier, *arrays, **CASES[case])
    assert tensor.dtype == dtype and got.shape == arrays[0].shape
    want = attention(*arrays, **CASES[case])
    # In float16 the lowest logit is not so low that it would hide what is beside it where all is masked.
    some = attends(**CASES[case]) if dtype == "float16" else np.ones((1, 1, 1, 1), bool)
    np.testing.assert_allclose(
        np.where(some, got.astype("float64"), 0), np.where(some, want, 0), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype]
    )


@pytest.mark.parametrize("key_heads", [1, 2, 3])
@pytest.mark.parametrize("tier", TIERS)
def test_heads_that_share_keys(key_heads, tier):
    arrays = inputs(key_heads)
    for case in ("plain", "causal", "mask", "bias and mask"):
        got = run("nn.dot_product_attention", tier, *arrays, **CASES[case])[1][0]
        np.testing.assert_allclose(got, attention(*arrays, **CASES[case]), rtol=2e-6, atol=2e-6)


def test_errors():
    query, key, value = inputs()
    with pytest.raises(ValueError, match="attn_logits_soft_cap must be positive"):
        function("nn.dot_product_attention")(query, key, value, attn_logits_soft_cap=0.0)
    received = (
        "Received: query.shape={}, query.dtype=float32, key.shape={}, key.dtype=float32, value.shape={}, "
        "value.dtype=float32, bias=None, mask=None, scale=None, is_causal=False, flash_attention=None, "
        "attn_logits_soft_cap=None"
    )
    with pytest.raises(ValueError) as error:
        function("nn.dot_product_attention")(query[0], key, value)
    assert str(error.value) == (
        "[keras.ops.dot_product_attention] query, key and value must have four dimensions. "
        + received.format((5, 6, 4), key.shape, value.shape)
    )
    with pytest.raises(ValueError) as error:
        function("nn.dot_product_attention")(query, key[:, :, :4], value[:, :, :4])
    assert str(error.value) == (
        "[keras.ops.dot_product_attention] 6 query heads cannot share 4 key heads. "
        + received.format(query.shape, (2, 7, 4, 4), (2, 7, 4, 4))
    )
