"""bfloat16 results are the nearest ones, ties to even, in both tiers."""

import ml_dtypes
import numpy as np
import pytest
from keras import ops

import keravino
from keravino import _native

RNG = np.random.default_rng(0)
X, Y = (RNG.normal(size=(40, 40)).astype(ml_dtypes.bfloat16) for _ in range(2))
CASES = {
    "add": np.add,
    "multiply": np.multiply,
    "divide": np.divide,
    "matmul": np.matmul,
    "exp": np.exp,
    "sum": lambda x: x.sum(),
}


def wide(x):
    return np.asarray(x).astype("float32")


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("name", CASES)
def test_result(name, tier):
    args = (X, Y) if isinstance(CASES[name], np.ufunc) and CASES[name].nin == 2 else (X,)
    expected = CASES[name](*map(wide, args)).astype(ml_dtypes.bfloat16)
    keravino.set_tier(tier)
    try:
        result = ops.convert_to_numpy(getattr(ops, name)(*args))
    finally:
        keravino.set_tier("automatic")
    np.testing.assert_array_equal(wide(result), wide(expected))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "int64"])
def test_cast(dtype):
    special = [np.nan, np.inf, -np.inf, 254.99, -127.49, 3.39e38] if dtype in ("float32", "float64") else [257, 259]
    x = np.append(1000 * RNG.normal(size=1000), special).astype(dtype)
    result = ops.convert_to_numpy(ops.cast(ops.convert_to_tensor(x), "bfloat16"))
    np.testing.assert_array_equal(wide(result), wide(x.astype(ml_dtypes.bfloat16)))


def test_rounding_in_a_compiled_graph():
    """Any bits of normal numbers, those in the middle between two results, and what is beyond the ends."""
    bits = RNG.integers(0, 2**32, 100_000, dtype=np.uint64).astype(np.uint32)
    bits = np.concatenate([bits, (bits[:10_000] & 0xFFFF0000) | 0x8000])
    x = bits.view(np.float32)
    x = np.concatenate([x[(abs(x) >= np.finfo("float32").tiny) | np.isnan(x)], [0, -0.0, np.inf, -np.inf, 3.4e38]])
    x = x.astype("float32")
    symbol = _native.parameter((None,), "float32")
    (rounded,) = _native.Program([symbol], [ops.cast(ops.cast(symbol, "bfloat16"), "float32")])([x])
    np.testing.assert_array_equal(rounded, x.astype(ml_dtypes.bfloat16).astype("float32"))
