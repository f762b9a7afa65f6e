"""Special functions, distances and bits, against mpmath, NumPy and torch."""

import keras
import mpmath
import numpy as np
import pytest
import torch
from records import ALL, FLOATS, Record, check, check_error, dtype, function, pytest_params, run, sample

TIERS = ("interpret", "compile", "trace")
INF, NAN = np.inf, np.nan


def exact(name, x):
    """A function of mpmath at double precision."""
    at = {-1.0: -INF, 1.0: INF, INF: NAN if name == "erfinv" else INF, -INF: NAN if name == "erfinv" else INF}
    function_ = {"erfinv": mpmath.erfinv, "i0": lambda v: mpmath.besseli(0, v)}[name]

    def one(v):
        if np.isnan(v) or (name == "erfinv" and abs(v) > 1):
            return NAN
        if v in at and (name == "erfinv" or np.isinf(v)):
            return at[v]
        return float(function_(mpmath.mpf(v)))

    with mpmath.workdps(40):
        return np.vectorize(one, otypes=["float64"])(x.astype("float64"))


def distances(x, y):
    return np.sqrt(((x[..., :, None, :] - y[..., None, :, :]) ** 2).sum(-1))


RECORDS = [
    Record("math.erfinv", lambda x: exact("erfinv", x), domain=(-0.99, 0.99), dtypes=FLOATS, tiers=TIERS),
    Record("numpy.i0", lambda x: exact("i0", x), dtypes=ALL, tiers=TIERS),
    Record("math.cdist", distances, inputs=((4, 3), (5, 3)), dtypes=FLOATS[:3], tiers=TIERS, symbolic=False,
           result=lambda name: name),
    Record("math.cdist", distances, inputs=((2, 1, 4, 3), (3, 5, 3)), dtypes=("float32",), symbolic=False,
           result=lambda name: name),
]  # fmt: skip


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


def next_bfloat16(x, y):
    return torch.nextafter(*(torch.tensor(v.astype("float32")).bfloat16() for v in (x, y))).float().numpy()


def ulps(got, want):
    """The error in units of the last place of the right answer."""
    right = want.astype(got.dtype)
    finite = np.isfinite(right)
    np.testing.assert_array_equal(got[~finite], right[~finite])
    return np.max(
        np.abs(got[finite].astype("float64") - want[finite]) / np.spacing(np.abs(right[finite])).astype("float64")
    )


RNG = np.random.default_rng(0)
NEAR_ONE = 1 - np.logspace(-16, -1, 60)
POINTS = {
    "erfinv": np.concatenate(
        [RNG.uniform(-1, 1, 300), NEAR_ONE, -NEAR_ONE, np.logspace(-300, -1, 50), [0.0, -0.0, 1, -1, 2, -INF, NAN, 0.5]]
    ),
    "i0": np.concatenate([RNG.uniform(-90, 90, 200), np.logspace(-10, 2.84, 80), [0, 700, 713, 720, INF, -INF, NAN]]),
}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("full_name", ["math.erfinv", "numpy.i0"])
def test_accuracy(full_name, tier):
    name = full_name.split(".")[1]
    for kind, limit in (("float32", 1), ("float64", 8)):
        x = POINTS[name].astype(kind)
        assert ulps(run(full_name, tier, x)[1][0], exact(name, x)) <= limit, kind


def test_erfinv_keeps_the_sign_of_zero():
    assert np.signbit(function("math.erfinv")(np.array([-0.0], "float32")).numpy()).all()


NEXT = np.array(
    [(0.0, 1), (-0.0, -1), (1, 2), (1, 0), (-1, 0), (-1, -2), (3, 3), (INF, 0), (0, -0.0), (NAN, 1), (2, INF)]
)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", FLOATS)
def test_nextafter(name, tier):
    kind = dtype(name)
    x, y = (NEXT.T if tier == "interpret" else NEXT[2:].T).astype(kind)  # the plugin makes subnormal numbers 0
    got = run("numpy.nextafter", tier, x, y)[1][0]
    if name == "float64":  # Keras narrows the dtype of two tensors
        kind = np.dtype("float32")
        x, y = x.astype(kind), y.astype(kind)
    if kind.itemsize == 2:
        want = np.nextafter(x, y) if name == "float16" else next_bfloat16(x, y)
    else:
        want = np.nextafter(x, y)
    assert got.dtype == kind
    np.testing.assert_array_equal(got.astype("float64"), np.asarray(want).astype("float64"))


def test_nextafter_broadcasts():
    got = function("numpy.nextafter")(np.ones((3, 1), "float32"), np.array([0, 2], "float32")).numpy()
    np.testing.assert_array_equal(got, np.nextafter(np.ones((3, 2), "float32"), np.float32([[0, 2]] * 3)))


@pytest.mark.parametrize("old", [name for name in ALL if name != "bool"])
@pytest.mark.parametrize("new", [name for name in ALL if name != "bool"])
def test_view(old, new):
    x = sample((2, 8), old)
    want = x.view(dtype(new))
    for tier in ("interpret", "compile"):
        got = run("numpy.view", tier, x, new)[1][0]
        assert got.dtype == want.dtype
        assert got.shape == want.shape == tuple(keras.ops.view(keras.KerasTensor((2, 8), old), new).shape)
        assert got.tobytes() == want.tobytes()


def test_view_of_itself_and_traced():
    x = sample((2, 8), "float32")
    assert function("numpy.view")(x).dtype == "float32"
    for new in ("int32", "uint8"):
        got = run("numpy.view", "trace", x, new)[1][0]
        assert got.tobytes() == x.view(new).tobytes()


ERRORS = [
    ("math.cdist", (np.ones(3, "float32"), np.ones((2, 3), "float32")), "x and y must have at least 2 dimensions. "
     "Received: x.shape=(3,), x.dtype=float32, y.shape=(2, 3), y.dtype=float32"),
    ("math.cdist", (np.ones((2, 4), "float32"), np.ones((2, 3), "float32")), "points have 4 coordinates in x and 3 in y. "
     "Received: x.shape=(2, 4), x.dtype=float32, y.shape=(2, 3), y.dtype=float32"),
    ("numpy.view", (np.ones(3, "int16"), "int32"), "the last axis holds 6 bytes, which numbers of 4 bytes do not divide. "
     'Received: x.shape=(3,), x.dtype=int16, dtype="int32"'),
    ("numpy.view", (np.float32(1), "int16"), "a scalar has no view of another size. "
     'Received: x.shape=(), x.dtype=float32, dtype="int16"'),
]  # fmt: skip


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    check_error(lambda: function(name)(*args), f"[keras.ops.{name.split('.')[1]}] {text}")
