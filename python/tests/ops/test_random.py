"""keras.random: the numbers of Keras on jax, distributions against SciPy, and the same numbers in every tier."""

import importlib

import jax
import ml_dtypes
import numpy as np
import pytest
from records import FLOATS, INTS, TIERS, check_error, function, run
from scipy import stats

SEED = np.array([1337, 5], "uint32")
SIZE = (101, 199)
DRAWS = {
    "uniform": ((-2.0, 3.0), stats.uniform(-2, 5)),
    "normal": ((1.0, 0.3), stats.norm(1, 0.3)),
    "truncated_normal": ((1.0, 0.3), stats.truncnorm(-2, 2, 1, 0.3)),
    "gamma": ((0.7,), stats.gamma(0.7)),
    "beta": ((0.3, 2.0), stats.beta(0.3, 2)),
}


def draw(name, *args, seed=SEED, **kwargs):
    return function(f"random.{name}")(*args, seed=seed, **kwargs).numpy()


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", [[1, 2], [2**31, 7]])
def test_distribution(name, dtype, seed):
    args, reference = DRAWS[name]
    x = draw(name, SIZE, *args, dtype=dtype, seed=np.array(seed, "uint32"))
    assert x.shape == SIZE and x.dtype == dtype
    assert stats.kstest(x.ravel(), reference.cdf).pvalue > 1e-3
    # Neighbours do not know of each other.
    z = stats.zscore(stats.rankdata(x.ravel()))
    assert abs(np.mean(z[1:] * z[:-1])) < 4 / np.sqrt(x.size)


SHARED = {
    **{name: (args, {}) for name, (args, _) in DRAWS.items()},
    "gamma of many shapes": ((np.geomspace(1e-2, 1e3, 40, dtype="float32"),), {}),
    "beta of many shapes": ((np.geomspace(0.01, 100, 40, dtype="float32"), 0.5), {}),
    "uniform between many": ((np.linspace(-3, 0, 40, dtype="float32"), 1.5), {}),
    "randint": ((-5, 1000), {}),
    "randint of all": ((-(2**31), 2**31 - 1), {}),
}


def on_jax(name, *args, seed=SEED, **kwargs):
    """The numbers of Keras's own jax backend, which is loaded beside ours."""
    random = importlib.import_module("keras.src.backend.jax.random")
    return np.asarray(getattr(random, name)(*args, seed=jax.numpy.asarray(seed), **kwargs))


@pytest.mark.parametrize("seed", [[0, 0], [1337, 5], [2**32 - 1, 2**31]])
@pytest.mark.parametrize("name", SHARED)
def test_a_seed_draws_the_numbers_of_jax(name, seed):
    (args, kwargs), name = SHARED[name], name.split()[0]
    seed = np.array(seed, "uint32")
    got = draw(name, (700, 40), *args, seed=seed, **kwargs)
    want = on_jax(name, (700, 40), *args, seed=seed, **kwargs)
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=0 if name == "randint" else 2e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal", "gamma"])
def test_a_seed_draws_the_wide_numbers_of_jax(name):
    args, _ = DRAWS[name]
    with jax.enable_x64(True):
        want = on_jax(name, (30, 40), *args, dtype="float64")
    np.testing.assert_allclose(draw(name, (30, 40), *args, dtype="float64"), want, rtol=1e-12, atol=1e-14)


def test_choices_are_those_of_jax():
    x = np.random.default_rng(0).normal(size=(50, 30)).astype("float32")
    for name, args in {
        "dropout": (x, 0.3),
        "categorical": (x, 11),
        "shuffle": (np.arange(5000),),
    }.items():
        np.testing.assert_array_equal(draw(name, *args), on_jax(name, *args), err_msg=name)
    np.testing.assert_array_equal(
        draw("dropout", x, 0.3, noise_shape=(50, 1)), on_jax("dropout", x, 0.3, noise_shape=(50, 1))
    )


@pytest.mark.parametrize("count, p", [(1, 0.3), (20, 0.05), (50, 0.7), (1000, 0.4)])
def test_binomial(count, p):
    x = draw("binomial", SIZE, float(count), p).ravel()
    low, high = int(x.min()), int(x.max())
    assert 0 <= low and high <= count
    bins = np.arange(low, high + 2)
    want = stats.binom(count, p).pmf(bins[:-1]) * x.size
    want, got = want[want > 5], np.histogram(x, bins)[0][want > 5]
    assert stats.chisquare(got, want * got.sum() / want.sum()).pvalue > 1e-3


@pytest.mark.parametrize("dtype", INTS)
def test_randint(dtype):
    low = 0 if dtype.startswith("uint") else -7
    x = draw("randint", SIZE, low, 12, dtype=dtype)
    assert x.dtype == dtype
    assert set(x.ravel().tolist()) == set(range(low, 12))
    assert stats.chisquare(np.bincount(x.ravel().astype(int) - low)).pvalue > 1e-3


def test_randint_takes_bounds_that_broadcast():
    x = draw("randint", (500, 2), np.array([0, 10]), np.array([5, 20]))
    assert set(x[:, 0].tolist()) == set(range(5)) and set(x[:, 1].tolist()) == set(range(10, 20))


def test_randint_over_64_bits():
    x = draw("randint", (1000,), -(2**62), 2**62, dtype="int64")
    assert np.unique(x).size == 1000 and x.min() < -(2**61) and x.max() > 2**61


@pytest.mark.parametrize("dtype", ["int64", "uint32"])
def test_wide_randint_in_a_program(dtype):
    arguments = ((3,), 3, 9), {"dtype": dtype, "seed": np.array([7, 2], "uint32")}
    (want,), (got,) = (run("random.randint", tier, *arguments[0], **arguments[1])[1] for tier in ("interpret", "trace"))
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("dtype", FLOATS)
def test_uniform_excludes_its_end(dtype):
    for low, high in ((0.0, 1.0), (100.0, 101.0), (-1.0, 0.0)):
        x = draw("uniform", SIZE, low, high, dtype=dtype)
        assert str(x.dtype) == dtype
        assert low <= x.min() and x.max() < high
        assert abs(x.astype("float64").mean() - (low + high) / 2) < 0.01 + np.spacing(x.max())


@pytest.mark.parametrize("name", ["normal", "truncated_normal"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_rounded_float32(name, dtype):
    wide = draw(name, (7, 5), dtype="float32")
    half = draw(name, (7, 5), dtype=dtype)
    assert str(half.dtype) == dtype
    np.testing.assert_allclose(half.astype("float32"), wide, rtol=2 * float(ml_dtypes.finfo(half.dtype).eps))


@pytest.mark.parametrize("name", [*DRAWS, "randint", "binomial"])
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (5, 7)])
def test_tiers_agree_to_the_bit(name, shape):
    args = {"randint": (-3, 9), "binomial": (9.0, 0.3)}.get(name) or DRAWS[name][0]
    first, *others = (run(f"random.{name}", tier, shape, *args, seed=SEED)[1][0] for tier in (*TIERS, "interpret"))
    assert first.shape == shape
    for other in others:
        np.testing.assert_array_equal(first, other)


def test_seeds_count_by_their_32_bits():
    want = draw("uniform", (9,), seed=np.array([2**32 - 5, 3], "uint32"))
    for dtype in ("int32", "int64"):
        np.testing.assert_array_equal(want, draw("uniform", (9,), seed=np.array([-5, 3], dtype)))
    for other in ([5, 3], [2**32 - 5, 4]):
        assert not np.any(want == draw("uniform", (9,), seed=np.array(other, "uint32")))


def test_shape_prefix():
    np.testing.assert_array_equal(draw("normal", (10,)), draw("normal", (4, 5)).ravel()[:10])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("tier", TIERS)
def test_dropout(dtype, tier):
    x = np.linspace(1, 2, 20000).reshape(100, 200).astype("float32")
    x = function("core.cast")(x, dtype).numpy()
    y = run("random.dropout", tier, x, 0.25, seed=SEED)[1][0]
    assert y.dtype == x.dtype
    kept = y != 0
    assert abs(kept.mean() - 0.75) < 0.01
    want = x.astype("float64")[kept] / 0.75
    tolerance = {"float16": 1e-3, "bfloat16": 8e-3}.get(dtype, 1e-6)
    np.testing.assert_allclose(y.astype("float64")[kept], want, rtol=tolerance)


def test_dropout_rates_and_noise_shape():
    x = np.ones((3, 50, 7), "float32")
    np.testing.assert_array_equal(draw("dropout", x, 0.0), x)
    np.testing.assert_array_equal(draw("dropout", x, 1.0), 0 * x)
    y = draw("dropout", x, 0.5, noise_shape=(None, 50, 1))
    assert y.shape == x.shape and set(np.unique(y)) == {0, 2}
    np.testing.assert_array_equal(y, y[:, :, :1] * x)
    y = draw("dropout", x, 0.5, noise_shape=(1, None, None))
    np.testing.assert_array_equal(y, y[:1] * x)


def test_categorical():
    p = np.array([[0.1, 0.2, 0.7, 0.0], [0.5, 0.25, 0.125, 0.125]])
    with np.errstate(divide="ignore"):
        x = draw("categorical", np.log(p).astype("float32"), 20011)
    assert x.shape == (2, 20011) and x.dtype == "int32"
    for row, want in zip(x, p, strict=True):
        np.testing.assert_allclose(np.bincount(row, minlength=4) / row.size, want, atol=0.012)
    assert draw("categorical", p, 3, dtype="int64").dtype == "int64"


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_shuffle(axis):
    x = np.arange(6 * 50 * 40).reshape(6, 50, 40)
    y = draw("shuffle", x, axis=axis)
    order = np.take(y, 0, axis=(axis % 3 + 1) % 3)
    assert not np.array_equal(x, y)
    np.testing.assert_array_equal(np.sort(y, axis=axis), x)
    assert order.size  # one order for all slices: sorting by any line restores x


def test_every_order_is_as_likely():
    orders = [tuple(draw("shuffle", np.arange(3), seed=np.array([7, i], "uint32"))) for i in range(3000)]
    assert stats.chisquare([orders.count(o) for o in set(orders)]).pvalue > 1e-3 and len(set(orders)) == 6


ERRORS = [
    (lambda: function("random.uniform")((2,)),
     "[keras.ops.uniform] a seed of two integers is needed. "
     "Received: shape=(2,), minval=0, maxval=1, dtype=None, seed=None"),
    (lambda: draw("normal", (2, -3)),
     "[keras.ops.normal] a dimension of the shape is negative or None. "
     "Received: shape=(2, -3), mean=0, stddev=1, dtype=None, seed.shape=(2,), seed.dtype=uint32"),
    (lambda: draw("uniform", (2,), dtype="int32"),
     "[keras.ops.uniform] random reals need a float dtype, got int32. Received: shape=(2,), minval=0, maxval=1, "
     "dtype=\"int32\", seed.shape=(2,), seed.dtype=uint32"),
    (lambda: draw("dropout", np.ones(3, "float32"), 1.5),
     "[keras.ops.dropout] rate must be in [0, 1]. Received: inputs.shape=(3,), inputs.dtype=float32, rate=1.5, "
     "noise_shape=None, seed.shape=(2,), seed.dtype=uint32"),
    (lambda: draw("categorical", np.ones(3, "float32"), 2),
     "[keras.ops.categorical] logits must have two dimensions, (batch, classes). Received: logits.shape=(3,), "
     "logits.dtype=float32, num_samples=2, dtype=\"int32\", seed.shape=(2,), seed.dtype=uint32"),
]  # fmt: skip


@pytest.mark.parametrize("call, text", ERRORS)
def test_error(call, text):
    check_error(call, text)
