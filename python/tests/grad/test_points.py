"""Derivatives at points where composed ones would lose digits, or be NaN."""

import jax
import keras
import numpy as np
import pytest
import torch
from keras import ops

import keravino

INF = np.inf
SPECIAL = np.array([0, 1e-10, -1e-10, 1e-5, -1e-3, 0.1, -0.5, 1, -2, 5, -20, 50, 120, -120, INF, -INF], "float32")


def gradient(function, *xs):
    with keravino.GradientTape() as tape:
        xs = [tape.watch(np.asarray(x, "float32")) for x in xs]
        y = function(*xs)
    return [np.asarray(g) for g in tape.gradient(y, xs)]


def torch_gradient(function, *xs):
    """In float64, whose digits the special points do not need."""
    xs = [torch.tensor(np.asarray(x, "float64"), requires_grad=True) for x in xs]
    function(*xs).sum().backward()
    return [x.grad.numpy() for x in xs]


UNARY = {
    "log1p": torch.log1p,
    "expm1": torch.expm1,
    "sinc": torch.sinc,
    "sigmoid": torch.sigmoid,
    "softplus": torch.nn.functional.softplus,
    "log_sigmoid": torch.nn.functional.logsigmoid,
    "silu": torch.nn.functional.silu,
    "erf": torch.special.erf,
    "erfinv": torch.special.erfinv,
    "arccos": torch.acos,
    "arcsin": torch.asin,
    "arctanh": torch.atanh,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "tanh": torch.tanh,
    "tanh_shrink": torch.nn.functional.tanhshrink,
    "rsqrt": torch.rsqrt,
    "relu": torch.relu,
}
# A few of torch's are NaN at infinity, or series that lose digits in float64 too.
TORCH_NAN = {"silu", "sinc", "tanh_shrink"}


@pytest.mark.parametrize("name", UNARY)
def test_unary(name):
    (got,), (want,) = gradient(getattr(ops, name), SPECIAL), torch_gradient(UNARY[name], SPECIAL)
    if name in TORCH_NAN:
        got, want = got[np.isfinite(SPECIAL)], want[np.isfinite(SPECIAL)]
    np.testing.assert_allclose(got, want.astype("float32"), rtol=1e-5, atol=1e-7)


PAIRS = [np.ravel(x) for x in np.meshgrid(*[np.array([0, 1, -1, 2, 1e-10, 3, -3], "float32")] * 2)]


@pytest.mark.parametrize(
    "name, theirs",
    [
        ("maximum", torch.maximum),
        ("minimum", torch.minimum),
        ("logaddexp", torch.logaddexp),
        ("arctan2", torch.atan2),
        ("power", torch.pow),
    ],
)
def test_binary(name, theirs):
    """Equal arguments share; zeros and their powers are no NaN."""
    got, want = gradient(getattr(ops, name), *PAIRS), torch_gradient(theirs, *PAIRS)
    for a, b in zip(got, want, strict=True):
        known = np.isfinite(b.astype("float32"))
        np.testing.assert_allclose(a[known], b[known], rtol=1e-5, atol=1e-7)


def test_logaddexp_of_infinities():
    x = np.array([INF, -INF, INF, 0, -INF], "float32")
    y = np.array([0, 0, INF, INF, -INF], "float32")
    np.testing.assert_array_equal(gradient(ops.logaddexp, x, y)[0], [1, 0, 0.5, 0, 0.5])


def test_logsumexp():
    x = np.array([[-INF, -INF], [0, -INF], [1, 1], [500, 499]], "float32")
    want = np.array(jax.nn.softmax(x, axis=1))
    want[0] = 0  # nothing has a share in a sum of zeros
    np.testing.assert_allclose(gradient(lambda x: ops.logsumexp(x, 1), x)[0], want, rtol=1e-5)


@pytest.mark.parametrize("ord", [None, 2])
def test_norm_at_zero(ord):
    x = np.array([[0, 0], [3, 4]], "float32")
    want = torch_gradient(lambda x: torch.linalg.vector_norm(x, dim=1), x)[0]
    np.testing.assert_allclose(gradient(lambda x: ops.norm(x, ord=ord, axis=1), x)[0], want, rtol=1e-6)


def test_deviation_of_equal_numbers():
    assert np.all(gradient(ops.std, np.ones(3))[0] == 0)


def test_hypot_and_cbrt():
    a, b = gradient(ops.hypot, [0, 1, -2], [0, 1, 2])
    np.testing.assert_allclose([a, b], [[0, np.sqrt(0.5), -np.sqrt(0.5)], [0, np.sqrt(0.5), np.sqrt(0.5)]], rtol=1e-6)
    np.testing.assert_allclose(gradient(ops.cbrt, [0, 8, INF])[0], [INF, 1 / 12, 0], rtol=1e-6)


def test_squareplus_at_zero():
    np.testing.assert_allclose(gradient(ops.squareplus, [0, -1e4])[0], [0.5, 1e-8], rtol=1e-3)


def test_determinant_of_singular_matrix():
    """The cofactors, which exist where no inverse does."""
    x = np.array([[1, 2], [2, 4]], "float32")
    np.testing.assert_allclose(gradient(ops.det, x)[0], [[4, -2], [-2, 1]], atol=1e-5)


def test_unused_branches_are_no_nan():
    x = np.array([0, 4], "float32")
    got = gradient(lambda x: ops.where(x > 0, ops.log(ops.where(x > 0, x, 1)), 0), x)[0]
    np.testing.assert_allclose(got, [0, 0.25])
    np.testing.assert_allclose(gradient(lambda x: ops.divide_no_nan(1.0, x), x)[0], [0, -1 / 16])


def test_ctc_loss():
    logits = np.random.default_rng(0).normal(size=(2, 6, 5)).astype("float32")
    labels, lengths, times = np.array([[1, 2, 2], [3, 1, 0]]), np.array([3, 2]), np.array([6, 4])
    got = gradient(lambda x: ops.nn.ctc_loss(labels, x, lengths, times), logits)[0]

    def theirs(x):
        logs = torch.log_softmax(x, -1).transpose(0, 1)
        args = (torch.tensor(labels), torch.tensor(times), torch.tensor(lengths))
        return torch.nn.functional.ctc_loss(logs, *args, reduction="none")

    np.testing.assert_allclose(got, torch_gradient(theirs, logits)[0], atol=1e-5)


def test_jvp():
    x, d = (np.random.default_rng(i).normal(size=(2, 3)).astype("float32") for i in (0, 1))
    y, t, aux = ops.jvp(lambda x: (ops.sin(x) * ops.sum(x), x), (x,), (d,), has_aux=True)
    want_y, want_t = jax.jvp(lambda x: jax.numpy.sin(x) * x.sum(), (x,), (d,))
    np.testing.assert_allclose(y, want_y, rtol=1e-5)
    np.testing.assert_allclose(t, want_t, rtol=1e-5)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(aux), x)
