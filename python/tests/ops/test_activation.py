"""Activations against NumPy, and softmax and its kin along axes."""

import math
from functools import partial

import numpy as np
import pytest
from records import FLOATS, TIERS, TRACED, Record, check, check_error, dtype, function, pytest_params, run, with_shapes

unary = partial(with_shapes, (((2, 6),), ((),), ((0, 2),), ((2, 1, 3),)), tiers=TRACED, dtypes=FLOATS)
erf = np.vectorize(math.erf, otypes=[float])
SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848


def relu6(x):
    return np.clip(x, 0, 6)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def gelu(x, approximate=True):
    if approximate:
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def glu(x, axis=-1):
    a, b = np.split(x, 2, axis)
    return a * sigmoid(b)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return e / e.sum(axis=axis, keepdims=True)


def sparsemax(x, axis=-1):
    """As Keras's NumPy backend has it."""
    ordered = -np.sort(-x, axis=axis)
    sums = np.cumsum(ordered, axis=axis)
    shape = [1] * x.ndim
    shape[axis] = -1
    support = ordered - (sums - 1) / np.arange(1, x.shape[axis] + 1).reshape(shape) > 0
    total = np.where(support, sums, 0).sum(axis=axis, keepdims=True)
    return np.maximum(x - (total - 1) / support.sum(axis=axis, keepdims=True), 0)


RECORDS = [
    *unary("nn.relu", lambda x: np.maximum(x, 0)),
    *unary("nn.relu6", relu6, domain=(-9, 9)),
    *unary("nn.sigmoid", sigmoid),
    *unary("nn.sparse_sigmoid", lambda x: np.clip((x + 1) / 2, 0, 1)),
    *unary("nn.tanh_shrink", lambda x: x - np.tanh(x)),
    *unary("nn.softplus", lambda x: np.logaddexp(x, 0), domain=(-30, 30)),
    *unary("nn.softsign", lambda x: x / (1 + abs(x))),
    *unary("nn.soft_shrink", lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0)),
    *unary("nn.sparse_plus", lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x))),
    *unary("nn.silu", lambda x: x * sigmoid(x)),
    *unary("nn.squareplus", lambda x: (x + np.sqrt(x * x + 4)) / 2),
    Record("nn.squareplus", lambda x, b: (x + np.sqrt(x * x + b)) / 2, args=(2,), dtypes=FLOATS, tiers=TRACED),
    *unary("nn.log_sigmoid", lambda x: -np.logaddexp(-x, 0), domain=(-30, 30)),
    *unary("nn.leaky_relu", lambda x: np.where(x < 0, 0.2 * x, x)),
    Record("nn.leaky_relu", lambda x, s: np.where(x < 0, s * x, x), args=(0.3,), dtypes=FLOATS, tiers=TRACED),
    *unary("nn.hard_sigmoid", lambda x: relu6(x + 3) / 6, domain=(-5, 5)),
    *unary("nn.hard_silu", lambda x: x * relu6(x + 3) / 6, domain=(-5, 5)),
    *unary("nn.elu", elu),
    Record("nn.elu", elu, args=(0.5,), dtypes=FLOATS, tiers=TRACED),
    *unary("nn.selu", lambda x: SELU_SCALE * elu(x, SELU_ALPHA)),
    *unary("nn.gelu", gelu),
    Record("nn.gelu", gelu, args=(False,), dtypes=FLOATS, tiers=TRACED),
    *unary("nn.celu", elu),
    Record(
        "nn.celu",
        lambda x, a: np.where(x > 0, x, a * np.expm1(np.minimum(x, 0) / a)),
        args=(2.0,),
        dtypes=FLOATS,
        tiers=TRACED,
    ),
    Record("nn.glu", glu, inputs=((2, 6),), dtypes=FLOATS),
    Record("nn.glu", glu, inputs=((4, 3),), kwargs={"axis": 0}, dtypes=FLOATS, tiers=TRACED),
    *unary("nn.hard_tanh", lambda x: np.clip(x, -1, 1)),
    *unary("nn.hard_shrink", lambda x: np.where(abs(x) > 0.5, x, 0)),
    Record("nn.threshold", lambda x, t, d: np.where(x > t, x, d), args=(0.5, -7.0), dtypes=FLOATS, tiers=TRACED),
    Record("nn.softmax", softmax, inputs=((2, 5),), dtypes=FLOATS),
    Record("nn.softmax", softmax, inputs=((2, 5, 3),), kwargs={"axis": 1}, dtypes=FLOATS[2:], tiers=TRACED),
    Record("nn.softmax", softmax, inputs=((2, 5),), kwargs={"axis": None}, dtypes=FLOATS[2:]),
    Record("nn.softmax", softmax, inputs=((0, 5),), dtypes=FLOATS[2:], tiers=TRACED),
    Record("nn.log_softmax", lambda x: np.log(softmax(x)), inputs=((2, 5),), dtypes=FLOATS),
    Record(
        "nn.log_softmax",
        lambda x, axis: np.log(softmax(x, axis)),
        kwargs={"axis": 0},
        dtypes=FLOATS[2:],
        tiers=TRACED,
    ),
    Record("nn.log_softmax", lambda x, axis: np.log(softmax(x, axis)), kwargs={"axis": None}, dtypes=FLOATS[2:]),
    Record("nn.sparsemax", sparsemax, inputs=((3, 5),), dtypes=FLOATS, tiers=TRACED),
    Record("nn.sparsemax", sparsemax, inputs=((3, 5, 2),), kwargs={"axis": 1}, dtypes=FLOATS),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


EXTREMES = np.float32([-np.inf, -1e30, -200, 0, 200, 1e30, np.inf])
AT_EXTREMES = {
    "sigmoid": [0, 0, 0, 0.5, 1, 1, 1],
    "softplus": [0, 0, 0, math.log(2), 200, 1e30, np.inf],
    "log_sigmoid": [-np.inf, -1e30, -200, -math.log(2), 0, 0, 0],
    "elu": [-1, -1, -1, 0, 200, 1e30, np.inf],
    "relu6": [0, 0, 0, 0, 6, 6, 6],
}


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("op", AT_EXTREMES)
def test_extremes(op, tier):
    _, (got,) = run(f"nn.{op}", tier, EXTREMES)
    np.testing.assert_allclose(got, AT_EXTREMES[op], rtol=1e-6, atol=1e-37)


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
@pytest.mark.parametrize("op", ["softmax", "log_softmax"])
def test_large_logits(op, tier):
    x = np.float32([[1000, 999, -1000], [-1e4, -1e4, -1e4]])
    _, (got,) = run(f"nn.{op}", tier, x)
    want = softmax(x.astype("float64"))
    with np.errstate(divide="ignore"):
        want = (
            want
            if op == "softmax"
            else x - x.max(1, keepdims=True) - np.log(np.exp(x - x.max(1, keepdims=True)).sum(1, keepdims=True))
        )
    np.testing.assert_allclose(got, want, rtol=2e-6, atol=1e-37)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("tier", (*TIERS, "trace"))
def test_relu_of_nan(tier, name):
    _, (got,) = run("nn.relu", tier, np.array([np.nan, -1, 2]).astype(dtype(name)))
    np.testing.assert_array_equal(got.astype("float64"), [np.nan, 0, 2])


ERRORS = [
    (
        "nn.glu",
        (np.zeros((2, 3), "float32"),),
        "[keras.ops.glu] axis 1 has an odd size, 3; it is split in halves. Received: x.shape=(2, 3), x.dtype=float32, axis=-1",
    ),
    (
        "nn.softmax",
        (np.zeros((2, 3), "float32"), 2),
        "[keras.ops.softmax] axis 2 is out of range for a tensor of rank 2. Received: x.shape=(2, 3), x.dtype=float32, axis=2",
    ),
    (
        "nn.celu",
        (np.zeros((2,), "float32"), 0.0),
        "[keras.ops.celu] alpha must not be 0. Received: x.shape=(2,), x.dtype=float32, alpha=0",
    ),
]


@pytest.mark.parametrize("op, args, text", ERRORS, ids=[e[0] for e in ERRORS])
def test_error(op, args, text):
    check_error(lambda: function(op)(*args), text)
