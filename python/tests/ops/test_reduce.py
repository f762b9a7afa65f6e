"""Sums, means and extremes against NumPy."""

import keras
import numpy as np
import pytest
from records import ALL, Record, check, check_error, function, pytest_params, run
from scipy.special import logsumexp

FEW = ("float32", "int32", "bool")
NUMBERS = tuple(name for name in ALL if name != "bool")


def forms(op, reference, dtypes=ALL, **more):
    """An op over all axes at every dtype, and over some axes in every form at a few."""
    few = tuple(name for name in FEW if name in dtypes)
    return [
        Record(op, reference, inputs=((3, 4),), dtypes=dtypes, **more),
        Record(op, reference, inputs=((2, 3, 4),), kwargs={"axis": -1}, dtypes=dtypes, **more),
        Record(op, reference, inputs=((2, 3, 4),), kwargs={"axis": (0, -2)}, dtypes=few, **more),
        Record(op, reference, inputs=((2, 3, 4),), kwargs={"axis": (1, 2), "keepdims": True}, dtypes=few, **more),
        Record(op, reference, inputs=((2, 3),), kwargs={"keepdims": True}, dtypes=few, **more),
        Record(op, reference, inputs=((),), dtypes=few, **more),
        Record(op, reference, inputs=((1,),), dtypes=few, **more),
    ]


RECORDS = [
    *forms("numpy.sum", np.sum),
    Record("numpy.sum", np.sum, inputs=((0, 3),), args=(0,), dtypes=FEW),
    Record("numpy.sum", np.sum, inputs=((2, 0, 3),), dtypes=FEW),
    *forms("numpy.prod", np.prod),
    Record("numpy.prod", np.prod, inputs=((0, 3),), args=(0,), dtypes=FEW),
    *forms("numpy.mean", np.mean),
    Record("numpy.mean", np.mean, inputs=((0, 3),), args=(0,), dtypes=FEW),
    *forms("numpy.var", np.var),
    *forms("numpy.std", np.std),
    *forms("numpy.max", np.max),
    *forms("numpy.min", np.min),
    Record("numpy.max", np.max, kwargs={"initial": 1}, dtypes=FEW),
    Record("numpy.min", np.min, inputs=((0, 2),), args=(0,), kwargs={"initial": 1}, dtypes=FEW),
    *forms("numpy.amax", np.amax, dtypes=FEW),
    *forms("numpy.amin", np.amin, dtypes=FEW),
    *forms("numpy.ptp", np.ptp, dtypes=NUMBERS),
    *forms("numpy.all", np.all, dtypes=ALL),
    *forms("numpy.any", np.any, dtypes=ALL),
    Record("numpy.count_nonzero", np.count_nonzero, inputs=((3, 4),)),
    Record("numpy.count_nonzero", np.count_nonzero, inputs=((3, 4),), kwargs={"axis": -1}, dtypes=FEW),
    Record("numpy.average", np.average, inputs=((3, 4),)),
    Record("numpy.average", np.average, inputs=((3, 4),), kwargs={"axis": 1}, dtypes=FEW),
    *forms("math.logsumexp", logsumexp, symbolic=False, result=lambda name: name if "float" in name else "float32"),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_special_values(tier):
    inf, nan = np.inf, np.nan
    x = np.array([[1, nan, 3], [-inf, -inf, -inf], [inf, -inf, 1], [-3e38, -inf, -2.0], [inf, inf, inf]], "float32")
    for name in ("max", "min", "sum", "mean", "amax"):
        with np.errstate(all="ignore"):
            want = getattr(np, name)(x, axis=1)
        np.testing.assert_array_equal(run(f"numpy.{name}", tier, x, axis=1)[1][0], want, err_msg=name)
    with np.errstate(all="ignore"):
        for dtype in ("float32", "float64"):
            got = run("math.logsumexp", tier, x.astype(dtype), axis=1)[1][0]
            np.testing.assert_allclose(got, logsumexp(x.astype("float64"), axis=1), rtol=1e-6)
    assert run("numpy.max", tier, np.float32(-inf))[1][0] == -inf
    np.testing.assert_array_equal(
        run("numpy.any", tier, np.array([0.25, 0.0], "float32"), axis=())[1][0], [True, False]
    )


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize(
    "shape, axis",
    [
        ((1_000_000,), None),
        ((1_000_003,), 0),
        ((1000, 1000), None),
        ((1_000_000, 1), 0),
        ((8, 1250, 50), (0, 1)),
        ((7, 1031, 100), (0, 1)),
    ],
)
def test_long_sums_are_right(shape, axis, tier):
    x = np.random.default_rng(0).random(shape).astype("float32")
    for name in ("sum", "mean"):
        if name == "mean" and x.size // np.sum(x, axis=axis).size < 16384:
            continue  # one ReduceMean, which the layout pass knows; its error is 3e-6
        want = getattr(np, name)(x.astype("float64"), axis=axis)
        np.testing.assert_allclose(run(f"numpy.{name}", tier, x, axis)[1][0], want, rtol=1e-6, err_msg=name)


def test_average_with_weights():
    x, weights = np.arange(6, dtype="float32").reshape(2, 3), np.array([1, 2, 5], "float32")
    for args in ((x, None, x), (x, 1, weights), (x, -1, x), (x[0], 0, weights)):
        got = function("numpy.average")(args[0], axis=args[1], weights=args[2]).numpy()
        np.testing.assert_allclose(got, np.average(args[0], axis=args[1], weights=args[2]), rtol=1e-6)
    assert function("numpy.average")(x, axis=1, weights=weights).dtype == "float32"


def test_float_dtypes_do_not_overflow_inside():
    x = np.full((70000,), 1.0, "float16")
    assert function("numpy.mean")(x).numpy() == 1
    assert function("numpy.var")(np.array([300.0, -300.0], "float16")).numpy() == np.float16(90000)


def test_prod_dtype():
    assert function("numpy.prod")(np.array([2, 3], "int8"), dtype="float32").numpy() == 6.0
    assert keras.backend.standardize_dtype(function("numpy.prod")(np.ones(2, "uint8")).dtype) == "uint32"
    for x in ([True, True], [True, False]):
        got = function("numpy.prod")(np.array(x), dtype="bool")
        assert (got.dtype, got.numpy()) == ("bool", all(x))


ERRORS = [
    (
        "max",
        {"x": np.ones((0, 4), "float32"), "axis": 0},
        "there is no maximum of no numbers. Received: x.shape=(0, 4), "
        "x.dtype=float32, axis=0, keepdims=False, initial=None",
    ),
    (
        "sum",
        {"x": np.ones((2, 4), "float32"), "axis": 2},
        "axis 2 is out of range for a tensor of rank 2. Received: "
        "x.shape=(2, 4), x.dtype=float32, axis=2, keepdims=False",
    ),
    (
        "mean",
        {"x": np.ones((2, 4), "float32"), "axis": (1, -1)},
        "axis -1 is given twice. Received: x.shape=(2, 4), x.dtype=float32, axis=(1, -1), keepdims=False",
    ),
]


@pytest.mark.parametrize("name, kwargs, text", ERRORS)
def test_error(name, kwargs, text):
    check_error(lambda: function(f"numpy.{name}")(**kwargs), f"[keras.ops.{name}] {text}")
