"""Element-wise arithmetic and functions against NumPy."""

import math
from functools import partial

import jax
import ml_dtypes
import numpy as np
import pytest
from records import (
    ALL,
    FLOATS,
    INTS,
    TIERS,
    TRACED,
    Record,
    check,
    check_error,
    function,
    pytest_params,
    run,
    with_shapes,
)

NUMBERS = FLOATS + INTS
inf, nan = np.inf, np.nan
NARROW = tuple(name for name in ALL if name != "uint64")  # Keras's specs of some functions leave uint64 as it is


def floated(name):
    """Floats stay, anything else becomes Keras's default float."""
    return name if "float" in name else "float32"


def int_safe(f):
    """NumPy's function, with 0 for an integer divided by 0."""
    return lambda x1, x2: np.where(x2 == 0, 0, f(x1, np.where(x2 == 0, 1, x2))) if x1.dtype.kind in "iu" else f(x1, x2)


def integer_power(x1, x2):
    """NumPy refuses negative exponents of integers."""
    return np.power(x1, x2) if x1.dtype.kind == "f" else np.trunc(np.power(x1.astype(float), x2.astype(float)))


PAIRS = (((2, 3), (2, 3)), ((4, 1, 3), (2, 1)), ((0, 3), (3,)), ((), ()), ((1,), (1, 1)))
SINGLES = (((2, 3),), ((),), ((0, 2),), ((1, 1, 1),))
binary = partial(with_shapes, PAIRS, tiers=TRACED)
unary = partial(with_shapes, SINGLES, tiers=TRACED)


def cbrt_dtype(name):
    return {"int64": "float64"}.get(name, floated(name))


BINARY = [
    *binary("numpy.add", np.add),
    *binary("numpy.subtract", np.subtract, dtypes=NUMBERS),
    *binary("numpy.multiply", np.multiply),
    *binary("numpy.divide", np.divide),
    *binary("numpy.true_divide", np.divide),
    *binary("numpy.divide_no_nan", lambda a, b: np.where(b == 0, 0, a / np.where(b == 0, 1, b))),
    *binary("numpy.floor_divide", int_safe(np.floor_divide)),
    *binary("numpy.mod", int_safe(np.mod)),
    *binary("numpy.fmod", int_safe(np.fmod)),
    *binary("numpy.power", integer_power, domain=(0.1, 4.0)),
    *binary("numpy.maximum", np.maximum),
    *binary("numpy.minimum", np.minimum),
    *binary("numpy.fmax", np.fmax),
    *binary("numpy.fmin", np.fmin),
    *binary("numpy.arctan2", np.arctan2),
    *binary("numpy.logaddexp", np.logaddexp, domain=(-20, 20)),
    *binary("numpy.logaddexp2", np.logaddexp2, domain=(-20, 20)),
    *binary("numpy.hypot", np.hypot, dtypes=tuple(d for d in NARROW if d != "bool")),
    *binary("numpy.heaviside", np.heaviside, dtypes=tuple(d for d in NARROW if d != "bool")),
    Record(
        "numpy.gcd",
        np.gcd,
        inputs=((4, 1, 3), (2, 1)),
        domain=(-100, 100),
        dtypes=("int8", "int32", "uint8"),
        tiers=TRACED,
    ),
    Record("numpy.lcm", np.lcm, inputs=((4, 1, 3), (2, 1)), domain=(-11, 11), dtypes=("int8", "int32", "uint8")),
    Record("numpy.ldexp", lambda x, n: np.ldexp(x, n.astype(int)), inputs=((2, 3), np.array([-3, 0, 5])), tiers=TRACED),
    Record("numpy.clip", np.clip, args=(-1, 2), dtypes=FLOATS + INTS[:4]),
    Record("numpy.clip", np.clip, args=(1, 2), dtypes=INTS, tiers=TRACED),
    Record("numpy.clip", np.clip, args=(0, 1), dtypes=("bool",)),
]

UNARY = [
    *unary("numpy.negative", np.negative, dtypes=NUMBERS),
    *unary("numpy.absolute", np.absolute),
    *unary("numpy.abs", np.abs),
    *unary("numpy.fabs", np.fabs),
    *unary("numpy.sign", np.sign, dtypes=NUMBERS),
    *unary("numpy.signbit", lambda x: np.zeros_like(x) if x.dtype == bool else np.signbit(x)),
    *unary("numpy.square", np.square),
    *unary("numpy.sqrt", np.sqrt),
    *unary("math.rsqrt", lambda x: 1 / np.sqrt(x), domain=(0.1, 9), dtypes=FLOATS),
    *unary("numpy.cbrt", np.cbrt, domain=(-30, 30), result=cbrt_dtype),
    *unary("numpy.reciprocal", np.reciprocal, result=floated),
    *unary("numpy.ceil", np.ceil),
    *unary("numpy.floor", np.floor),
    *unary("numpy.trunc", np.trunc),
    *unary("numpy.round", lambda x: np.round(x) if x.dtype != bool else x),
    Record("numpy.round", np.round, kwargs={"decimals": 2}, dtypes=FLOATS[2:] + INTS, tiers=TRACED),
    Record("numpy.round", np.round, kwargs={"decimals": -1}, domain=(-100, 100), dtypes=FLOATS[2:] + INTS[:4]),
    *unary("numpy.nan_to_num", np.nan_to_num),
    *unary("numpy.real", np.real),
    *unary("numpy.imag", lambda x: np.zeros_like(x)),
    *unary("numpy.conj", np.conj, dtypes=NUMBERS),
    *unary("numpy.conjugate", np.conj, dtypes=NUMBERS),
    *unary("numpy.angle", np.angle),
    *unary("numpy.deg2rad", np.deg2rad, dtypes=NARROW, result=cbrt_dtype, domain=(-180, 180)),
    *unary("numpy.rad2deg", np.rad2deg, dtypes=NARROW, result=cbrt_dtype),
]

erf = np.vectorize(math.erf, otypes=[float])
erfc = np.vectorize(math.erfc, otypes=[float])

FUNCTIONS = [
    *unary("numpy.exp", np.exp),
    *unary("numpy.exp2", np.exp2),
    *unary("numpy.expm1", np.expm1),
    *unary("numpy.log", np.log, domain=(0.1, 9)),
    *unary("numpy.log2", np.log2, domain=(0.1, 9)),
    *unary("numpy.log10", np.log10, domain=(0.1, 9)),
    *unary("numpy.log1p", np.log1p, domain=(-0.9, 9)),
    *unary("math.erf", erf, dtypes=FLOATS),
    *unary("math.erfc", erfc),
    *unary("numpy.sin", np.sin),
    *unary("numpy.cos", np.cos),
    *unary("numpy.tan", np.tan, domain=(-1.2, 1.2)),
    *unary("numpy.arcsin", np.arcsin, domain=(-1, 1)),
    *unary("numpy.arccos", np.arccos, domain=(-1, 1)),
    *unary("numpy.arctan", np.arctan),
    *unary("numpy.sinh", np.sinh),
    *unary("numpy.cosh", np.cosh),
    *unary("numpy.tanh", np.tanh),
    *unary("nn.tanh", np.tanh, dtypes=FLOATS),
    *unary("numpy.arcsinh", np.arcsinh),
    *unary("numpy.arccosh", np.arccosh, domain=(1, 9)),
    *unary("numpy.arctanh", np.arctanh, domain=(-0.9, 0.9)),
    *unary("numpy.sinc", np.sinc),
]


@pytest.mark.parametrize("record, name", **pytest_params(BINARY + UNARY + FUNCTIONS))
def test_record(record, name):
    check(record, name)


INT32 = np.array([7, -7, 2**31 - 1, -(2**31), 16777217, -16777217, 0, 1, -1], "int32")


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize(
    "op", ["floor_divide", "mod", "fmod", "add", "subtract", "multiply", "less", "equal", "greater_equal"]
)
def test_int32_is_exact(op, tier):
    """Beyond the 24 bits of a float32; 0 where the divisor is 0; sums and products wrap around."""
    x1, x2 = INT32[:, None], np.concatenate([INT32, np.array([3, -3, 16777216, 1000], "int32")])
    _, (got,) = run(f"numpy.{op}", tier, x1, x2)
    divides = op in ("floor_divide", "mod", "fmod")
    with np.errstate(all="ignore"):
        want = getattr(np, op)(*(x.astype("int64") for x in (x1, x2)))
    np.testing.assert_array_equal(
        got, np.where(x2 == 0, 0, want).astype(got.dtype) if divides else want.astype(got.dtype)
    )


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("name", ["int8", "uint8", "int16", "uint16"])
@pytest.mark.parametrize("op", ["add", "subtract", "multiply"])
def test_narrow_integers_wrap(op, name, tier):
    info = np.iinfo(name)
    x1, x2 = np.array([info.max, info.min, 100, 3], name), np.array([[info.max], [1], [2]], name)
    _, (got,) = run(f"numpy.{op}", tier, x1, x2)
    np.testing.assert_array_equal(got, getattr(np, op)(x1, x2))


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", ["int8", "uint8", "int16", "uint16", "int32", "uint32"])
def test_floats_beyond_an_integer_become_its_end(name, kind, tier):
    """As jax has it, for whom NaN is 0."""
    numbers = np.array([1.5, -2.5, 300.0, -129.75, 7e4, -7e4, 3e9, -3e9, 1e30, inf, -inf, nan] * 8)
    with np.errstate(over="ignore"):
        numbers = numbers.astype(ml_dtypes.bfloat16 if kind == "bfloat16" else kind)
    if (name, tier) == ("int32", "trace"):  # of open shapes, where the device has its own
        numbers = numbers[np.abs(numbers.astype("float64")) < 2**31]
    _, (got,) = run("core.cast", tier, numbers, name)
    np.testing.assert_array_equal(got, jax.numpy.asarray(numbers.astype("float32")).astype(name))


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
def test_float64_becomes_float32_with_its_infinities(tier):
    numbers = np.array([np.inf, -np.inf, 1e300, 1.5] * 64)
    _, (floats,) = run("core.cast", tier, numbers, "float32")
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(floats, numbers.astype("float32"))


SPECIAL = np.array([nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, 3e38, -3e38, 1e-30], "float32")
SPECIAL_UNARY = (
    "absolute sign signbit square sqrt cbrt reciprocal ceil floor trunc round nan_to_num angle exp exp2 expm1 log log2 "
    "log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh isfinite isinf isnan isneginf isposinf "
    "isreal logical_not negative deg2rad"
)
SPECIAL_BINARY = (
    "add subtract multiply divide power maximum minimum fmax fmin arctan2 logaddexp logaddexp2 hypot heaviside equal less "
    "greater_equal not_equal logical_and logical_xor isclose"
)


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("op", SPECIAL_UNARY.split())
def test_special_values(op, tier):
    """NaN, infinities, signed zeros and the ends of the range."""
    _, (got,) = run(f"numpy.{op}", tier, SPECIAL)
    with np.errstate(all="ignore"):
        want = getattr(np, op)(SPECIAL)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-37, err_msg=op)


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("op", SPECIAL_BINARY.split())
def test_special_pairs(op, tier):
    x1, x2 = SPECIAL[:, None], SPECIAL
    _, (got,) = run(f"numpy.{op}", tier, x1, x2)
    with np.errstate(all="ignore"):
        want = getattr(np, op)(x1, x2)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-37, err_msg=op)


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("op", ["mod", "fmod", "floor_divide"])
def test_remainders_of_floats_are_exact(op, tier):
    rng = np.random.default_rng(0)
    x1 = np.float32([1, 1e6, -1e6, 5, -5, 7, inf, 1, nan, *rng.uniform(-1e6, 1e6, 500)])
    x2 = np.float32([0.1, 0.1, 0.1, inf, inf, -3, 3, 0, 1, *rng.uniform(-9, 9, 500)])
    _, (got,) = run(f"numpy.{op}", tier, x1, x2)
    with np.errstate(all="ignore"):
        want = getattr(np, op)(x1, x2)
    np.testing.assert_allclose(got, want, rtol=3e-7, err_msg=op)


ERRORS = [
    (
        "numpy.add",
        (np.ones((2, 3), "float32"), np.ones((4,), "float32")),
        ValueError,
        "[keras.ops.add] Argument shapes are inconsistent. "
        "Received: x1.shape=(2, 3), x1.dtype=float32, x2.shape=(4,), x2.dtype=float32",
    ),
    (
        "numpy.subtract",
        (np.array(True), np.array(False)),
        TypeError,
        "[keras.ops.subtract] bools cannot be subtracted; use logical_xor. "
        "Received: x1.shape=(), x1.dtype=bool, x2.shape=(), x2.dtype=bool",
    ),
    (
        "numpy.negative",
        (np.array([True]),),
        TypeError,
        "[keras.ops.negative] bools have no negative; use logical_not. Received: x.shape=(1,), x.dtype=bool",
    ),
    (
        "numpy.ldexp",
        (np.float32(1), np.float32(2)),
        TypeError,
        "[keras.ops.ldexp] x2 must be an integer tensor, got float32. "
        "Received: x1.shape=(), x1.dtype=float32, x2.shape=(), x2.dtype=float32",
    ),
    (
        "numpy.gcd",
        (np.float32(1), np.float32(2)),
        TypeError,
        "[keras.ops.gcd] wanted integers. Received: x1.shape=(), x1.dtype=float32, x2.shape=(), x2.dtype=float32",
    ),
]


@pytest.mark.parametrize("op, args, kind, text", ERRORS, ids=[e[0] for e in ERRORS])
def test_error(op, args, kind, text):
    check_error(lambda: function(op)(*args), text, kind)
