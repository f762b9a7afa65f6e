"""Logical and bitwise functions against NumPy."""

from functools import partial

import numpy as np
import pytest
from records import FLOATS, INTS, TIERS, TRACED, Record, check, function, pytest_params, run, with_shapes

BITS = tuple(name for name in INTS if name != "uint64") + ("bool",)
# Keras promises the shape of x here, so y is the one to be broadcast.
binary = partial(with_shapes, (((2, 3), (2, 3)), ((2, 3), (3,)), ((0, 3), (3,)), ((), ())), tiers=TRACED)
unary = partial(with_shapes, (((2, 3),), ((),), ((0, 2),)), tiers=TRACED)

RECORDS = [
    *binary("numpy.logical_and", np.logical_and),
    *binary("numpy.logical_or", np.logical_or),
    *binary("numpy.logical_xor", np.logical_xor),
    *unary("numpy.logical_not", np.logical_not),
    *binary("numpy.bitwise_and", np.bitwise_and, dtypes=BITS),
    *binary("numpy.bitwise_or", np.bitwise_or, dtypes=BITS),
    *binary("numpy.bitwise_xor", np.bitwise_xor, dtypes=BITS),
    *unary("numpy.bitwise_not", np.bitwise_not, dtypes=BITS),
    *unary("numpy.bitwise_invert", np.bitwise_not, dtypes=BITS),
    *binary("numpy.bitwise_left_shift", np.left_shift, dtypes=BITS[:-1], domain=(0, 6)),
    *binary("numpy.left_shift", np.left_shift, dtypes=BITS[:-1], domain=(0, 6)),
    *binary("numpy.bitwise_right_shift", np.right_shift, dtypes=BITS[:-1], domain=(0, 6)),
    *binary("numpy.right_shift", np.right_shift, dtypes=BITS[:-1], domain=(0, 6)),
    Record("numpy.left_shift", np.left_shift, args=(2,), dtypes=BITS[:-1], domain=(-9, 9), tiers=TRACED),
    Record("numpy.right_shift", np.right_shift, args=(1,), dtypes=BITS[:-1], domain=(-9, 9)),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("op", ["bitwise_and", "bitwise_or", "bitwise_xor"])
def test_all_bits_of_int32_count(op, tier):
    x, y = np.array([16777217, -16777217, 2**31 - 1], "int32"), np.array([[16777219], [-(2**31)], [255]], "int32")
    _, (got,) = run(f"numpy.{op}", tier, x, y)
    np.testing.assert_array_equal(got, getattr(np, op)(x, y))


@pytest.mark.parametrize("name", FLOATS)
def test_floats_have_no_bits(name):
    x = np.zeros(2, "float32") if name == "bfloat16" else np.zeros(2, name)
    with pytest.raises(TypeError) as error:
        function("numpy.bitwise_not")(x)
    text = f"[keras.ops.bitwise_not] wanted integers or bools, got {x.dtype}. Received: x.shape=(2,), x.dtype={x.dtype}"
    assert str(error.value) == text
