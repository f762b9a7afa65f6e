"""Comparisons and choices against NumPy."""

from functools import partial

import keras
import numpy as np
import pytest
from records import ALL, FLOATS, TIERS, TRACED, Record, check, check_error, function, pytest_params, run, with_shapes

PAIRS = (((2, 3), (2, 3)), ((4, 1, 3), (2, 1)), ((0, 3), (3,)), ((), ()))
binary = partial(with_shapes, PAIRS, tiers=TRACED)
unary = partial(with_shapes, (((2, 3),), ((),), ((0, 2),)), tiers=TRACED)
MASK = np.array([[True, False, True]])


def promoted(name):
    return keras.backend.result_type(name, name)


RECORDS = [
    *binary("numpy.equal", np.equal),
    *binary("numpy.not_equal", np.not_equal),
    *binary("numpy.less", np.less),
    *binary("numpy.less_equal", np.less_equal),
    *binary("numpy.greater", np.greater),
    *binary("numpy.greater_equal", np.greater_equal),
    *binary("numpy.isclose", np.isclose),
    Record(
        "numpy.isclose",
        np.isclose,
        inputs=((2, 3), (3,)),
        kwargs={"atol": 2.0, "rtol": 0.0},
        tiers=TRACED,
    ),
    Record("numpy.isclose", np.isclose, inputs=((2, 3), (3,)), kwargs={"rtol": 1.0}, tiers=TRACED),
    Record("numpy.allclose", np.allclose, inputs=((2, 3), (3,)), symbolic=False, result="bool"),
    *unary("numpy.isfinite", np.isfinite),
    *unary("numpy.isinf", np.isinf),
    *unary("numpy.isnan", np.isnan),
    *unary("numpy.isneginf", np.isneginf, dtypes=FLOATS),
    *unary("numpy.isposinf", np.isposinf, dtypes=FLOATS),
    *unary("numpy.isreal", np.isreal),
    Record("numpy.where", np.where, inputs=(MASK, (2, 3), (3,)), tiers=TRACED),
    Record("numpy.where", lambda c, x1, x2: np.where(c, x1, x2), inputs=(MASK, (2, 3)), args=(1,), dtypes=ALL[2:8]),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
def test_where_of_a_condition_alone(tier):
    condition = np.array([[0.0, 2.0, 0.0], [3.0, 0.0, 0.0]], "float32")
    (tensor,), (got,) = run("numpy.where", tier, condition)
    assert tensor.dtype == "int32"
    np.testing.assert_array_equal(got, np.stack(np.nonzero(condition)))


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
def test_select(tier):
    x = np.arange(6, dtype="float32")
    _, (got,) = run("numpy.select", tier, [x < 2, x < 4], [x, x * 10], -1)
    np.testing.assert_array_equal(got, np.select([x < 2, x < 4], [x, x * 10], -1))
    (tensor,), (got,) = run("numpy.select", tier, [x < 2], [x.astype("int8")], 7)
    assert tensor.dtype == "int8"
    np.testing.assert_array_equal(got, [0, 1, 7, 7, 7, 7])


@pytest.mark.parametrize("tier", (*TIERS, "trace"))
def test_isclose_of_nan_and_infinity(tier):
    x1 = np.float32([np.nan, np.inf, -np.inf, np.inf, 1, np.nan])[:, None]
    x2 = np.float32([np.nan, np.inf, -np.inf, 1, 1 + 1e-6])
    for equal_nan in (False, True):
        _, (got,) = run("numpy.isclose", tier, x1, x2, equal_nan=equal_nan)
        np.testing.assert_array_equal(got, np.isclose(x1, x2, equal_nan=equal_nan))


ERRORS = [
    (
        "numpy.where",
        (np.array([True]), np.float32(1)),
        "[keras.ops.where] x1 and x2 must both be given, or neither. "
        "Received: condition.shape=(1,), condition.dtype=bool, x1.shape=(), x1.dtype=float32, x2=None",
    ),
    (
        "numpy.select",
        ([np.array([True])], []),
        "[keras.ops.select] wanted as many choices as conditions, and at least one; got 1 conditions and 0 choices. "
        "Received: condlist=(<tensor (1,) bool>,), choicelist=(), default=0",
    ),
]


@pytest.mark.parametrize("op, args, text", ERRORS, ids=[e[0] for e in ERRORS])
def test_error(op, args, text):
    check_error(lambda: function(op)(*args), text)
