"""Windows, correlations and histograms, against NumPy."""

import keras
import numpy as np
import pytest
from records import ALL, Record, check, check_error, dtype, function, pytest_params, run

TIERS = ("interpret", "compile")
F32 = ("float32",)


@pytest.mark.parametrize("tier", [*TIERS, "trace"])
@pytest.mark.parametrize("points", [0, 1, 2, 5, 8, 101])
@pytest.mark.parametrize("name", ["bartlett", "blackman", "hamming", "hanning", "kaiser"])
def test_window(name, points, tier):
    args = (8.6,) if name == "kaiser" else ()
    got = run(f"numpy.{name}", tier, np.asarray(points, "int32"), *args)[1][0]
    assert got.dtype == "float32"
    want = getattr(np, name)(points, *args)
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6 if tier == "trace" else 1e-8)


def test_window_of_keras():
    np.testing.assert_allclose(keras.ops.kaiser(keras.ops.convert_to_tensor(5), 14.0), np.kaiser(5, 14), rtol=1e-6)
    assert keras.ops.hanning(np.array([4])).shape == (4,)
    assert keras.ops.hamming(np.float32(3)).shape == (3,)


def statistic(name):
    return "float64" if name == "int64" else name if "float" in name else "float32"


RECORDS = [
    # Keras promises the shape of x.
    Record("numpy.corrcoef", np.corrcoef, inputs=((3, 6),), dtypes=ALL, symbolic=False, result=statistic, tiers=TIERS),
    Record("numpy.corrcoef", np.corrcoef, inputs=((6,),), dtypes=F32, symbolic=False, result=statistic),
    *[
        Record("numpy.correlate", np.correlate, inputs=inputs, kwargs={"mode": mode}, dtypes=dtypes,
               symbolic=False if inputs != ((7,), (3,)) else None)
        for mode in ("valid", "same", "full")
        for inputs, dtypes in ((((7,), (3,)), ALL), (((3,), (7,)), F32), (((8,), (4,)), F32), (((4,), (8,)), F32),
                               (((5,), (5,)), F32), (((6,), (6,)), F32), (((9,), (1,)), F32))
    ],
]  # fmt: skip
for record in RECORDS[2:]:
    if record.symbolic is False:
        record.result = "float32"


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize("tier", [*TIERS, "trace"])
@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("bins, limits", [(10, None), (1, None), (4, (-1.0, 2.0)), (3, (5.0, 9.0))])
def test_histogram(bins, limits, name, tier):
    x = np.random.default_rng(0).normal(size=200).astype(dtype(name))
    counts, edges = run("numpy.histogram", tier, x, bins, limits)[1]
    want = np.histogram(x.astype("float64"), bins, limits)
    assert counts.dtype == edges.dtype == x.dtype
    np.testing.assert_allclose(
        edges.astype("float64"), want[1], rtol=1e-2 if x.dtype.itemsize == 2 else 1e-6, atol=1e-6
    )
    np.testing.assert_allclose(counts.astype("float64"), want[0], atol=0 if x.dtype.itemsize > 2 else 1)


def test_histogram_of_one_number_and_of_none():
    for x in (np.full(3, 2, "float32"), np.zeros(0, "float32")):
        got = [part.numpy() for part in function("numpy.histogram")(x, 4)]
        for part, want in zip(got, np.histogram(x, 4), strict=True):
            np.testing.assert_array_equal(part, want)


X = "x.shape=(3,), x.dtype=float32"
ERRORS = [
    ("histogram", (np.ones(3, "float32"), 0), f"bins must be positive, got 0. Received: {X}, bins=0, range=None"),
    ("corrcoef", (np.ones((1, 1, 2), "float32"),), "x must be a vector or a matrix, got 3 dimensions. "
     "Received: x.shape=(1, 1, 2), x.dtype=float32"),
    ("correlate", (np.ones(3, "float32"), np.ones(3, "float32"), "all"), 'mode must be "valid", "same" or "full". '
     'Received: x1.shape=(3,), x1.dtype=float32, x2.shape=(3,), x2.dtype=float32, mode="all"'),
]  # fmt: skip


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    check_error(lambda: function(f"numpy.{name}")(*args), f"[keras.ops.{name}] {text}")
