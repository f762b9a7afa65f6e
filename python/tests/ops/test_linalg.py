"""Matrix decompositions and what is made of them, against NumPy; those that are not unique by what they must satisfy."""

import keras
import numpy as np
import pytest
from records import FLOATS, TOLERANCE, Record, check, check_error, dtype, function, pytest_params, run

from keravino import _native

TIERS = ("interpret", "compile", "trace")
RNG = np.random.default_rng(0)


def matrices(*shape):
    return RNG.uniform(-1, 1, shape)


SQUARE = matrices(2, 4, 4) + 3 * np.eye(4)
POSITIVE = np.matmul(SQUARE, np.swapaxes(SQUARE, -1, -2)) / 8
WIDE, TALL = matrices(2, 3, 5), matrices(2, 5, 3)
DEFICIENT = np.matmul(matrices(5, 2), matrices(2, 4))


def records(op, reference, *inputs, dtypes=FLOATS, **kwargs):
    """Records on the same numbers at each dtype."""
    return [
        Record(
            f"linalg.{op}" if "." not in op else op,
            reference,
            inputs=tuple(x.astype(dtype(name)) for x in inputs),
            dtypes=(name,),
            tiers=TIERS,
            **{"scale": 4, **kwargs},
        )  # fmt: skip
        for name in dtypes
    ]


def solve(a, b):
    return np.linalg.solve(a, b[..., None])[..., 0] if b.ndim == a.ndim - 1 else np.linalg.solve(a, b)


def triangle(lower):
    return lambda a, b, **_: solve(np.tril(a) if lower else np.triu(a), b)


def cut(inverse, rcond):
    return lambda *args, **_: inverse(*args, rcond=rcond)


F32 = ("float32",)
RECORDS = [
    *records("cholesky", np.linalg.cholesky, POSITIVE),
    *records("cholesky", lambda x, upper: np.swapaxes(np.linalg.cholesky(x), 1, 2), POSITIVE, kwargs={"upper": True}),
    *records("cholesky_inverse", lambda x: np.linalg.inv(x @ np.swapaxes(x, 1, 2)), np.tril(SQUARE)),
    *records(
        "cholesky_inverse",
        lambda x, upper: np.linalg.inv(np.swapaxes(x, 1, 2) @ x),
        np.triu(SQUARE),
        kwargs={"upper": True},
    ),
    *records("det", np.linalg.det, SQUARE),
    *records("det", np.linalg.det, SQUARE[0, [1, 0, 2, 3]], dtypes=F32),
    *records("det", np.linalg.det, np.ones((3, 3)), np.zeros((0, 0))[:0], dtypes=()),
    *records("inv", np.linalg.inv, SQUARE),
    *records("inv", np.linalg.inv, SQUARE[0], dtypes=F32),
    *records("inv", np.linalg.inv, np.zeros((3, 0, 0)), dtypes=F32),
    *records("solve", solve, SQUARE, matrices(2, 4, 3)),
    *records("solve", solve, SQUARE, matrices(2, 4), dtypes=F32),
    *records("solve", solve, SQUARE[0], matrices(4), dtypes=F32),
    *records("solve", solve, SQUARE[0], matrices(4, 2), dtypes=F32),
    *records("solve_triangular", triangle(False), SQUARE, matrices(2, 4, 3)),
    *records("solve_triangular", triangle(True), SQUARE, matrices(2, 4), kwargs={"lower": True}),
    *records("svd", np.linalg.svd, WIDE, kwargs={"full_matrices": False, "compute_uv": False}),
    *records("svd", np.linalg.svd, TALL, kwargs={"full_matrices": True, "compute_uv": False}, dtypes=F32),
    *records("lstsq", lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], TALL[0], matrices(5, 2)),
    *records("lstsq", lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], WIDE[0], matrices(3), dtypes=F32),
    *records(
        "lstsq",
        lambda a, b, rcond: np.linalg.lstsq(a, b, rcond)[0],
        DEFICIENT,
        matrices(5),
        dtypes=F32,
        kwargs={"rcond": 1e-3},
    ),  # fmt: skip
    *records("pinv", np.linalg.pinv, TALL),
    *records("pinv", np.linalg.pinv, WIDE, dtypes=F32),
    *records("pinv", cut(np.linalg.pinv, 1e-3), DEFICIENT, kwargs={"rcond": 1e-3}, dtypes=F32),
    *records("matrix_rank", np.linalg.matrix_rank, SQUARE),
    *records("matrix_rank", lambda x: 2, DEFICIENT, dtypes=("float32", "float64")),
    *records("matrix_rank", lambda x, tol: np.linalg.matrix_rank(x, tol), SQUARE, kwargs={"tol": 3.0}, dtypes=F32),
    # Keras promises a scalar sign whatever the batch.
    *[
        Record(
            "numpy.slogdet",
            lambda x: tuple(np.linalg.slogdet(x)),
            inputs=(x.astype(dtype(name)),),
            dtypes=(name,),
            tiers=TIERS,
            symbolic=False,
            result=lambda name: (name, name),
            scale=4,
        )  # fmt: skip
        for x in (SQUARE, -SQUARE[:, :3, :3], np.ones((2, 2)))
        for name in FLOATS
    ],
    *records("math.logdet", lambda x: np.linalg.slogdet(x)[1], POSITIVE),
    *[
        Record("linalg.norm", np.linalg.norm, inputs=((3, 4),), kwargs={"ord": order, **more}, dtypes=FLOATS, scale=2)
        for order in (2, -2, "nuc")
        for more in ({}, {"keepdims": True, "axis": (1, 0)})
    ],
    Record("linalg.norm", np.linalg.norm, inputs=((2, 3, 4),), kwargs={"ord": 2, "axis": (0, 2)}, dtypes=F32, scale=2),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


def close(got, want, name, scale=8):
    tolerance = scale * TOLERANCE[name]
    np.testing.assert_allclose(got.astype("float64"), want, rtol=tolerance, atol=tolerance)


def adjoint(x):
    return np.swapaxes(x, -1, -2).astype("float64")


def identity(x):
    return np.broadcast_to(np.eye(x.shape[-1]), (*x.shape[:-2], x.shape[-1], x.shape[-1]))


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize(
    "x", [WIDE, TALL, SQUARE[0], np.zeros((3, 3)), np.zeros((2, 3, 0))], ids=lambda x: f"{x.shape}"
)
def test_qr_and_svd(x, name, tier):
    x = x.astype(dtype(name))
    for mode in ("reduced", "complete"):
        (q, r), shapes = run("linalg.qr", tier, x, mode=mode)[1], np.linalg.qr(x.astype("float64"), mode)
        assert [q.shape, r.shape] == [part.shape for part in shapes]
        assert q.dtype == r.dtype == x.dtype
        close(q.astype("float64") @ r.astype("float64"), x.astype("float64"), name)
        close(adjoint(q) @ q.astype("float64"), identity(q), name)
        np.testing.assert_array_equal(r, np.triu(r))
    for full in (True, False):
        (u, s, vt), shapes = run("linalg.svd", tier, x, full)[1], np.linalg.svd(x.astype("float64"), full)
        assert [u.shape, s.shape, vt.shape] == [part.shape for part in shapes]
        assert u.dtype == s.dtype == vt.dtype == x.dtype
        k = s.shape[-1]
        close(
            (u[..., :k].astype("float64") * s[..., None, :]) @ vt[..., :k, :].astype("float64"),
            x.astype("float64"),
            name,
        )
        close(adjoint(u) @ u.astype("float64"), identity(u), name)
        close(vt.astype("float64") @ adjoint(vt), identity(adjoint(vt)), name)
        close(s, shapes[1], name)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("x", [SQUARE, WIDE, TALL, SQUARE[0, ::-1]], ids=lambda x: f"{x.shape}")
def test_lu_factor(x, name, tier):
    x = x.astype(dtype(name))
    factors, pivots = run("linalg.lu_factor", tier, x)[1]
    assert (factors.dtype, pivots.dtype) == (x.dtype, np.int32)
    m, n = x.shape[-2:]
    k = min(m, n)
    lower = np.tril(factors.astype("float64"), -1)[..., :k] + np.eye(m, k)
    product = lower @ np.triu(factors.astype("float64"))[..., :k, :]
    swapped = x.astype("float64").reshape(-1, m, n)
    for matrix, swaps in zip(swapped, pivots.reshape(-1, k), strict=True):
        for i, j in enumerate(swaps):
            matrix[[i, j]] = matrix[[j, i]]
    close(product.reshape(swapped.shape), swapped, name)
    assert (np.abs(lower) <= 1).all()


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", FLOATS)
def test_eigh_and_eig(name, tier):
    x = POSITIVE.astype(dtype(name))
    wide = np.tril(x.astype("float64")) + adjoint(np.tril(x, -1))
    for op in ("eigh", "eig"):
        values, vectors = (part.astype("float64") for part in run(f"linalg.{op}", tier, x)[1])
        close(wide @ vectors, vectors * values[..., None, :], name)
        close(np.sort(values), np.linalg.eigvalsh(wide), name)
        close(np.linalg.norm(vectors, axis=-2), np.ones(vectors.shape[:-1]), name)
    x = np.array([[2, 1, 0], [0, 3, 1], [0, 0, -1]]).astype(dtype(name))  # not symmetric
    values, vectors = (part.astype("float64") for part in run("linalg.eig", tier, x)[1])
    close(x.astype("float64") @ vectors, vectors * values, name)
    close(np.sort(values), [-1, 2, 3], name)


def test_eigh_reads_the_lower_triangle():
    got = function("linalg.eigh")(np.triu(np.ones((2, 2)), 1).astype("float32"))[0]
    np.testing.assert_array_equal(got.numpy(), [0, 0])


def test_batches_broadcast():
    a, b = SQUARE.astype("float32"), matrices(3, 1, 4, 2).astype("float32")
    for tier in TIERS:
        got = run("linalg.solve", tier, a[None], b)[1][0]
        np.testing.assert_allclose(got, np.linalg.solve(a[None].astype("float64"), b), rtol=1e-5, atol=1e-6)
    got = run("linalg.solve_triangular", "interpret", a[0], b[:, 0], True)[1][0]
    np.testing.assert_allclose(got, np.linalg.solve(np.tril(a[0]).astype("float64"), b[:, 0]), rtol=1e-5, atol=1e-6)


def test_integers_become_floats():
    assert function("linalg.det")(np.array([[2, 1], [1, 1]])).numpy() == np.float32(1)
    assert function("linalg.inv")(np.array([[2, 0], [0, 4]])).dtype == "float32"


def test_large_matrices():
    x = np.random.default_rng(1).standard_normal((120, 90)).astype("float32")
    u, s, vt = run("linalg.svd", "interpret", x, False)[1]
    np.testing.assert_allclose((u * s) @ vt, x, atol=2e-5)
    np.testing.assert_allclose(s, np.linalg.svd(x.astype("float64"), compute_uv=False), rtol=1e-5, atol=1e-4)
    values, vectors = run("linalg.eigh", "interpret", x.T @ x)[1]
    np.testing.assert_allclose((vectors * values) @ vectors.T, x.T @ x, atol=1e-3)


BAD = np.array([[1, 0], [0, -1]], "float32")
SINGULAR = np.array([[1, 2], [2, 4]], "float32")
TURN = np.array([[0, -1], [1, 0]], "float32")
NAN = np.full((2, 2), np.nan, "float32")
RECEIVED = "x.shape=(2, 2), x.dtype=float32"
FAULTS = [
    ("cholesky", (BAD,), f"no cholesky of the matrix: it is not positive definite. Received: {RECEIVED}, upper=False"),
    ("cholesky", (NAN,), f"no cholesky of the matrix: it is not positive definite. Received: {RECEIVED}, upper=False"),
    ("inv", (SINGULAR,), f"no solve of the matrix: it is singular. Received: {RECEIVED}"),
    ("svd", (NAN,), "no svd of the matrix: it has infinite elements or NaN. "
     f"Received: {RECEIVED}, full_matrices=True, compute_uv=True"),
    ("eigh", (NAN,), f"no eigh of the matrix: it has infinite elements or NaN. Received: {RECEIVED}"),
]  # fmt: skip
ERRORS = [
    *FAULTS,
    ("inv", (np.ones(3, "float32"),), "a matrix is wanted, of at least 2 dimensions, got 1. "
     "Received: x.shape=(3,), x.dtype=float32"),
    ("det", (np.ones((2, 3), "float32"),), "a square matrix is wanted, got 2 x 3. "
     "Received: x.shape=(2, 3), x.dtype=float32"),
    ("qr", (BAD, "full"), "unknown mode. Expected one of {'reduced', 'complete'}. " f'Received: {RECEIVED}, mode="full"'),
    ("solve", (BAD, np.ones((3, 1), "float32")), "b has 3 rows, a 2. "
     "Received: a.shape=(2, 2), a.dtype=float32, b.shape=(3, 1), b.dtype=float32"),
    ("lstsq", (BAD[0], BAD), "a must be a matrix, got 1 dimensions. "
     "Received: a.shape=(2,), a.dtype=float32, b.shape=(2, 2), b.dtype=float32, rcond=None"),
]  # fmt: skip


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    check_error(lambda: function(f"linalg.{name}")(*args), f"[keras.ops.{name}] {text}")


def test_complex_eigenvalues():
    text = "no eig of matrix 1: it has complex eigenvalues, and there are no complex tensors"
    with pytest.raises(NotImplementedError, match=text):
        function("linalg.eig")(np.stack([BAD, TURN]))


@pytest.mark.parametrize("name, args, text", FAULTS)
def test_a_traced_graph_fails_when_it_runs(name, args, text):
    parameter = _native.parameter((None, None), "float32")
    outputs = function(f"linalg.{name}")(parameter)
    program = _native.Program([parameter], list(outputs) if isinstance(outputs, (list, tuple)) else [outputs])
    program([np.array([[4, 1], [1, 5]], "float32")])
    with pytest.raises((RuntimeError, ValueError), match=text.split(".")[0]):
        program(list(args))


def test_keras_functions():
    with pytest.raises(ValueError, match="Cholesky decomposition failed"):
        keras.ops.cholesky(BAD)
    assert len(keras.ops.svd(BAD)) == 3
