"""Order, running sums, quantiles, groups and what passes over NaN, against NumPy."""

import keras
import numpy as np
import pytest
from records import Record, check, check_error, function, pytest_params, run

FEW = ("float32", "int32", "bool")
FLOAT32 = ("float32",)


def stable(x, axis=-1):
    return np.argsort(x, axis=axis, kind="stable")


SORT = [
    Record("numpy.sort", np.sort, inputs=((4, 7),)),
    Record("numpy.sort", np.sort, inputs=((4, 7),), args=(0,), dtypes=FEW),
    Record("numpy.sort", np.sort, inputs=((4, 7),), args=(None,), dtypes=FEW),
    Record("numpy.sort", np.sort, inputs=((0, 7),), args=(0,), dtypes=FEW),
    Record("numpy.argsort", stable, inputs=((4, 7),)),
    Record("numpy.argsort", stable, inputs=((4, 7),), args=(None,), dtypes=FEW),
    Record("numpy.argmax", np.argmax, inputs=((4, 7),)),
    Record("numpy.argmin", np.argmin, inputs=((4, 7),)),
    *[
        Record(f"numpy.{f}", getattr(np, f), inputs=((4, 7),), kwargs=k, dtypes=FEW)
        for f in ("argmax", "argmin")
        for k in ({"axis": 0}, {"axis": -1, "keepdims": True}, {"keepdims": True})
    ],
    Record("numpy.argmax", np.argmax, inputs=((),), dtypes=FEW),
    Record(
        "numpy.searchsorted",
        lambda a, v, side="left": np.searchsorted(a, v, side),
        inputs=(np.array([-2, 0, 0, 1], "int32"), (3, 5)),
        dtypes=("int32",),
    ),
    Record(
        "numpy.searchsorted",
        lambda a, v, side: np.searchsorted(a, v, side),
        args=("right",),
        inputs=(np.array([-2, 0, 0, 1], "float32"), (3, 5)),
        dtypes=FLOAT32,
    ),
    Record(
        "numpy.digitize", np.digitize, inputs=((3, 5), np.array([-2, 0, 1], "float32")), dtypes=("float32", "int32")
    ),
    Record(
        "numpy.digitize", np.digitize, inputs=((3, 5), np.array([2, 0, -1], "float32")), dtypes=("float32", "int32")
    ),
]

SCAN = [
    Record("numpy.cumsum", np.cumsum, inputs=((3, 5),), args=(1,)),
    Record("numpy.cumsum", np.cumsum, inputs=((3, 5),), dtypes=FEW),
    Record("numpy.cumsum", np.cumsum, inputs=((3, 5),), args=(0, "float16"), dtypes=FEW),
    Record("numpy.cumprod", np.cumprod, inputs=((3, 5),), args=(1,)),
    Record("numpy.cumprod", np.cumprod, inputs=((3, 5),), dtypes=FEW),
    Record("numpy.diff", np.diff, inputs=((3, 5),), dtypes=("float32", "int32")),
    Record("numpy.diff", np.diff, inputs=((3, 5),), args=(2, 0), dtypes=("float32", "int32")),
    Record("numpy.diff", np.diff, inputs=((3, 5),), args=(7,), dtypes=("float32", "int32")),
    Record("numpy.trapezoid", np.trapezoid, inputs=((3, 5),), dtypes=FLOAT32),
    Record("numpy.trapezoid", np.trapezoid, inputs=((3, 5), (5,)), dtypes=FLOAT32),
    Record("numpy.trapezoid", np.trapezoid, inputs=((3, 5),), kwargs={"dx": 0.5, "axis": 0}, dtypes=FLOAT32),
]

QUANTILE = [
    Record("numpy.median", np.median, inputs=((4, 6),), dtypes=("float16", "float32", "int32", "int8")),
    Record("numpy.median", np.median, inputs=((4, 6),), kwargs={"axis": 1, "keepdims": True}, dtypes=FLOAT32),
    Record("numpy.median", np.median, inputs=((2, 3, 5),), kwargs={"axis": (0, -1)}, dtypes=FLOAT32),
    *[
        Record(
            "numpy.quantile",
            np.quantile,
            inputs=((4, 6),),
            args=(q,),
            kwargs={"method": method, "axis": 0},
            dtypes=FLOAT32,
        )
        for method in ("linear", "lower", "higher", "nearest", "midpoint")
        for q in (0.0, 0.3, 0.5, 1.0)
    ],
    Record(
        "numpy.quantile",
        np.quantile,
        inputs=((4, 6),),
        args=(np.array([0.1, 0.9]),),
        kwargs={"keepdims": True},
        dtypes=FLOAT32,
    ),
    Record(
        "numpy.percentile",
        np.percentile,
        inputs=((4, 6),),
        args=(np.array([10.0, 90.0]),),
        kwargs={"axis": -1},
        dtypes=FLOAT32,
    ),
]


@pytest.mark.parametrize("record, name", **pytest_params(SORT + SCAN + QUANTILE))
def test_record(record, name):
    check(record, name)


INF, NAN = np.inf, np.nan
SPECIAL = np.array([[1, NAN, 3, INF], [NAN, NAN, -INF, 2], [NAN] * 4, [-INF, 0, -0.0, INF]], "float32")


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_special_values(tier):
    for axis in (0, 1):
        np.testing.assert_array_equal(run("numpy.sort", tier, SPECIAL, axis)[1][0], np.sort(SPECIAL, axis))
        np.testing.assert_array_equal(
            run("numpy.argmax", tier, SPECIAL[1:3], axis)[1][0], np.argmax(SPECIAL[1:3], axis)
        )
        np.testing.assert_array_equal(run("numpy.argmin", tier, SPECIAL[:1], axis)[1][0], np.argmin(SPECIAL[:1], axis))
    np.testing.assert_array_equal(run("numpy.nanargmax", tier, SPECIAL, 1)[1][0], [3, 3, -1, 3])
    np.testing.assert_array_equal(run("numpy.nanargmin", tier, SPECIAL, 1)[1][0], [0, 2, -1, 0])
    values, places = run("math.top_k", tier, SPECIAL, 2)[1]
    np.testing.assert_array_equal(values, np.take_along_axis(SPECIAL, places, 1))
    bins = np.array([0.0, 1.0], "float32")
    np.testing.assert_array_equal(
        run("numpy.searchsorted", tier, bins, SPECIAL[0])[1][0], np.searchsorted(bins, SPECIAL[0])
    )


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_without_nan(tier):
    x = np.array([[1, NAN, 3, 7], [NAN, NAN, -4, 2], [NAN] * 4, [4, 0, 1, 2]], "float32")
    with pytest.warns(RuntimeWarning), np.errstate(all="ignore"):
        for name in ("nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd", "nanmedian"):
            for kwargs in ({"axis": 1}, {"axis": 0, "keepdims": True}, {}):
                want = getattr(np, name)(x, **kwargs)
                got = run(f"numpy.{name}", tier, x, **kwargs)[1][0]
                assert got.shape == want.shape
                np.testing.assert_allclose(got, want, rtol=1e-6, err_msg=f"{name} {kwargs}")
        for method in ("linear", "lower", "higher", "nearest", "midpoint"):
            want = np.nanquantile(x, [0.2, 0.5], axis=1, method=method)
            np.testing.assert_allclose(run("numpy.nanquantile", tier, x, [0.2, 0.5], 1, method)[1][0], want, rtol=1e-6)
    for name in ("nancumsum", "nancumprod"):
        np.testing.assert_allclose(run(f"numpy.{name}", tier, x, 1)[1][0], getattr(np, name)(x, 1))
    assert np.isnan(run("numpy.median", tier, x[:1], 1)[1][0]).all()


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_variance_without_nan_of_infinity(tier):
    for name in ("nanvar", "nanstd"):
        assert np.isnan(run(f"numpy.{name}", tier, np.array([1, INF, NAN], "float32"))[1][0])


def test_dtypes_of_nan_reductions():
    for name in ("nansum", "nanprod", "nanmax", "nanmean", "nanstd"):
        for dtype in ("int8", "uint8", "int64", "bool", "float16", "bfloat16"):
            spec = getattr(keras.ops, name)(keras.KerasTensor((3,), dtype))
            x = function("core.cast")(np.ones(3, "float32"), dtype)
            assert function(f"numpy.{name}")(x).dtype == spec.dtype, (name, dtype)


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_top_k(tier):
    x = np.array([[1, 5, 3, 5], [0, -1, -2, 8]], "float32")
    for dtype in ("float32", "int32", "int8", "float16"):
        values, places = run("math.top_k", tier, x.astype(dtype), 3)[1]
        np.testing.assert_array_equal(places, [[1, 3, 2], [3, 0, 1]])
        np.testing.assert_array_equal(values, [[5, 5, 3], [8, 0, -1]])
        assert (str(values.dtype), str(places.dtype)) == (dtype, "int32")
    for k, want in ((1, [True, False]), (2, [True, False]), (3, [True, True]), (0, [False, False])):
        np.testing.assert_array_equal(run("math.in_top_k", tier, np.array([3, 1]), x, k)[1][0], want)
    np.testing.assert_array_equal(run("math.in_top_k", tier, np.array([-1, 9]), x, 4)[1][0], [False, False])


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_segments(tier):
    data = np.array([[1, 2], [3, 4], [5, 6], [7, 8], [9, 9]], "float32")
    ids = np.array([2, 0, 2, -1, 7])
    low = {"float32": -INF, "int32": -(2**31), "int8": -128, "uint8": 0}
    for dtype in ("float32", "int32", "int8", "uint8"):
        x = data.astype(dtype)
        for name, empty, want in (("sum", 0, [6, 8]), ("prod", 1, [5, 12]), ("max", low[dtype], [5, 6])):
            got = run(f"math.segment_{name}", tier, x, ids, 3)[1][0]
            assert str(got.dtype) == dtype
            np.testing.assert_array_equal(
                got, np.array([[3, 4], [empty] * 2, want]).astype(dtype), err_msg=f"{name} {dtype}"
            )
    np.testing.assert_array_equal(run("math.segment_min", tier, data, ids, 3)[1][0], [[3, 4], [INF, INF], [1, 2]])
    np.testing.assert_array_equal(run("math.segment_sum", tier, data[:, 0], np.array([0, 0, 1, 1, 1]))[1][0], [4, 21])


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_searchsorted_of_nothing(tier):
    assert run("numpy.searchsorted", tier, np.zeros(0, "float32"), np.float32(1))[1][0] == 0


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_counts(tier):
    x = np.array([1, 5, 1, 0])
    weights = np.array([0.5, 1, 2, 3], "float32")
    np.testing.assert_array_equal(run("numpy.bincount", tier, x)[1][0], np.bincount(x))
    np.testing.assert_array_equal(run("numpy.bincount", tier, x, minlength=9)[1][0], np.bincount(x, minlength=9))
    np.testing.assert_array_equal(run("numpy.bincount", tier, x, weights)[1][0], np.bincount(x, weights))
    np.testing.assert_array_equal(
        run("numpy.bincount", tier, x.reshape(2, 2))[1][0], [[0, 1, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0]]
    )
    np.testing.assert_array_equal(run("numpy.nonzero", tier, x.reshape(2, 2))[1], np.nonzero(x.reshape(2, 2)))


ERRORS = [
    (
        "numpy.argmax",
        (np.ones((0, 2), "float32"), 0),
        "there is no greatest or least of no numbers. Received: x.shape=(0, 2), "
        "x.dtype=float32, axis=0, keepdims=False",
    ),
    (
        "math.top_k",
        (np.ones(3, "float32"), 4),
        "k must lie between 0 and the size of the last axis, 3. Received: x.shape=(3,), "
        "x.dtype=float32, k=4, sorted=True",
    ),
    (
        "numpy.quantile",
        (np.ones(3, "float32"), 1.5),
        "q must lie within [0, 1]. Received: x.shape=(3,), x.dtype=float32, "
        'q=1.5, axis=None, method="linear", keepdims=False',
    ),
]


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    check_error(lambda: function(name)(*args), f"[keras.ops.{name.split('.')[1]}] {text}")
