"""Calls of ops for which the op tests have no record with float inputs, and what is left out of the sweep."""

import numpy as np
from derivatives import Call

rng = np.random.default_rng(3)
MATRIX = rng.uniform(-1, 1, (2, 4, 4))
POSITIVE = MATRIX @ MATRIX.swapaxes(-1, -2) + 2 * np.eye(4)
LABELS, LENGTHS = np.array([[1, 2, 2], [3, 1, 0]], "int32"), np.array([3, 2], "int32")
INDICES = np.array([[1], [3], [1]], "int32")
SEGMENTS = np.array([0, 0, 1, 2, 2, 2], "int32")
NAN = np.where(rng.random((3, 4)) < 0.3, np.nan, rng.uniform(0.5, 2, (3, 4)))
HOMOGRAPHY = np.array([[1.1, 0.1, 0.3, -0.1, 0.9, 0.2, 0.01, 0.02]])
SEED = np.array([1, 2], "uint32")


def symmetric(d):
    return (d + d.swapaxes(-1, -2)) / 2 if d.ndim > 1 else d


def symmetrized(f):
    """f of a symmetric matrix, which ops read in half."""
    return lambda op, x: f(op, (x + x.swapaxes(-1, -2)) / 2 if isinstance(x, np.ndarray) else x)


# Directions in which an input may go, where it is not free.
DIRECTIONS = {"linalg.cholesky": symmetric, "linalg.eigh": symmetric}


def nan_call(*args, **kwargs):
    """An op on numbers and NaN: the float input is what the numbers are scaled with."""
    return lambda f, scale: f(_scaled(scale), *args, **kwargs)


def _scaled(scale):
    return scale * NAN.astype(str(scale.dtype)) if isinstance(scale, np.ndarray) else scale * NAN.astype(scale.dtype)


EXTRA = [
    Call("core.cast", ((2, 3),), lambda f, x: f(x, "float32")),
    Call("core.scatter", ((3, 2),), lambda f, x: f(INDICES, x, (5, 2))),
    Call("core.scatter_update", ((5, 2), (2, 2)), lambda f, x, u: f(x, INDICES[:2], u)),
    Call("core.slice", ((4, 5),), lambda f, x: f(x, (1, 2), (2, 3))),
    Call("core.slice_update", ((4, 5), (2, 3)), lambda f, x, u: f(x, (1, 2), u)),
    Call("image.affine_transform", ((1, 6, 7, 2),), lambda f, x: f(x, HOMOGRAPHY.astype("float32"), "bilinear")),
    Call("image.gaussian_blur", ((1, 6, 7, 2),), lambda f, x: f(x, (3, 3), (1.0, 1.0))),
    Call("image.map_coordinates", ((6, 7), (2, 5)), lambda f, x, at: f(x, at, 1), (0.3, 4.6)),
    Call("image.perspective_transform", ((1, 6, 7, 2),), lambda f, x: f(x, np.array([[[0, 0], [6, 0], [0, 5], [6, 5]]], "float32"), np.array([[[0.3, 0.1], [5.2, 0.4], [0.2, 4.6], [5.8, 4.9]]], "float32"))),
    Call("image.sobel_edges", ((1, 6, 7, 2),)),
    Call("image.scale_and_translate", ((5, 6),), lambda f, x: f(x, (7, 8), np.array([1.3, 1.2], "float32"), np.array([0.2, 0.1], "float32"), (0, 1), "linear")),
    Call("linalg.eigh", (POSITIVE,), lambda f, x: f(x)),
    Call("linalg.eig", (np.diag([1.0, 2, 4]) + 0.1 * rng.uniform(-1, 1, (3, 3)),)),
    Call("linalg.lu_factor", (MATRIX,)),
    Call("linalg.lu_factor", (MATRIX[0, :, :3],)),
    Call("linalg.lu_factor", (MATRIX[0, :3],)),
    Call("linalg.qr", (MATRIX,)),
    Call("linalg.qr", (MATRIX[0, :, :3],)),
    Call("linalg.qr", (MATRIX[0, :3],)),
    Call("linalg.qr", (MATRIX[0, :3],), lambda f, x: f(x, mode="complete")),
    Call("linalg.svd", (MATRIX[0, :, :3],), lambda f, x: f(x, full_matrices=False)),
    Call("linalg.svd", (MATRIX[0, :3],), lambda f, x: f(x, full_matrices=False)),
    Call("linalg.svd", (MATRIX,)),
    Call("linalg.det", (MATRIX,)),
    Call("math.extract_sequences", ((2, 9),), lambda f, x: f(x, 4, 2)),
    Call("math.fft", ((2, 5), (2, 5)), lambda f, re, im: f((re, im))),
    Call("math.fft2", ((2, 4, 5), (2, 4, 5)), lambda f, re, im: f((re, im))),
    Call("math.ifft2", ((2, 4, 5), (2, 4, 5)), lambda f, re, im: f((re, im))),
    Call("math.rfft", ((2, 6),)),
    Call("math.rfft", ((2, 5),)),
    Call("math.irfft", ((2, 4), (2, 4)), lambda f, re, im: f((re, im))),
    Call("math.irfft", ((2, 4), (2, 4)), lambda f, re, im: f((re, im), 7)),
    Call("math.stft", ((2, 20),), lambda f, x: f(x, 8, 4, 8)),
    Call("math.istft", ((2, 4, 5), (2, 4, 5)), lambda f, re, im: f((re, im), 8, 4, 8)),
    Call("math.segment_sum", ((6, 2),), lambda f, x: f(x, SEGMENTS, 3)),
    Call("math.segment_max", ((6, 2),), lambda f, x: f(x, SEGMENTS, 3)),
    Call("math.segment_min", ((6, 2),), lambda f, x: f(x, SEGMENTS, 3)),
    Call("math.segment_prod", ((6, 2),), lambda f, x: f(x, SEGMENTS, 3)),
    Call("math.top_k", ((3, 6),), lambda f, x: f(x, 3)),
    Call("nn.ctc_loss", ((2, 6, 5),), lambda f, x: f(LABELS, x, LENGTHS, np.array([6, 5], "int32"))),
    Call("nn.dot_product_attention", ((2, 3, 2, 4), (2, 5, 2, 4), (2, 5, 2, 4))),
    Call("nn.dot_product_attention", ((2, 4, 2, 3),) * 3, lambda f, *x: f(*x, is_causal=True)),
    Call("nn.sparse_categorical_crossentropy", ((3, 5),), lambda f, x: f(np.array([0, 4, 2], "int32"), x, True)),
    Call("nn.sparse_categorical_crossentropy", ((3, 5),), lambda f, x: f(np.array([0, 4, 2], "int32"), x), (0.1, 1.0)),
    Call("numpy.argpartition", ((3, 4),), lambda f, x: f(x, 2)),
    Call("numpy.bincount", ((5,),), lambda f, w: f(np.array([0, 2, 1, 2, 0], "int32"), w)),
    Call("numpy.concatenate", ((2, 3), (2, 4)), lambda f, *x: f(list(x), 1)),
    Call("numpy.dstack", ((2, 3), (2, 3)), lambda f, *x: f(list(x))),
    Call("numpy.hstack", ((2, 3), (2, 4)), lambda f, *x: f(list(x))),
    Call("numpy.vstack", ((2, 3), (1, 3)), lambda f, *x: f(list(x))),
    Call("numpy.stack", ((2, 3), (2, 3)), lambda f, *x: f(list(x), 1)),
    Call("numpy.einsum", ((2, 3, 4), (4, 5)), lambda f, a, b: f("bij,jk->bki", a, b)),
    Call("numpy.einsum", ((3, 3),), lambda f, a: f("ii->i", a)),
    Call("numpy.full", ((),), lambda f, x: f((2, 3), x)),
    Call("numpy.geomspace", ((), ()), lambda f, a, b: f(a, b, 5), (1.0, 4.0)),
    Call("numpy.linspace", ((2,), (2,)), lambda f, a, b: f(a, b, 5)),
    Call("numpy.logspace", ((), ()), lambda f, a, b: f(a, b, 5), (0.0, 1.0)),
    Call("numpy.kaiser", ((),), lambda f, beta: f(7, beta), (1.0, 4.0)),
    Call("numpy.select", ((2, 3), (2, 3)), lambda f, a, b: f([np.arange(6).reshape(2, 3) % 2 == 0, np.arange(6).reshape(2, 3) > 3], [a, b], 0)),
    Call("numpy.view", ((2, 3),), lambda f, x: f(x)),
    *(Call(f"numpy.{name}", ((3, 4),), nan_call()) for name in ("nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar")),
    *(Call(f"numpy.{name}", ((3, 4),), nan_call(axis=1)) for name in ("nancumprod", "nancumsum", "nanmedian")),
    *(Call(f"numpy.{name}", ((3, 4),), nan_call(q)) for name, q in (("nanpercentile", 40.0), ("nanquantile", 0.4))),
    Call("random.normal", ((), ()), lambda f, m, s: f((3, 2), m, s, seed=SEED), (0.5, 1.5)),
    Call("random.truncated_normal", ((), ()), lambda f, m, s: f((3, 2), m, s, seed=SEED), (0.5, 1.5)),
    Call("random.uniform", ((), ()), lambda f, a, b: f((3, 2), a, b + 2, seed=SEED), (0.5, 1.5)),
    Call("random.shuffle", ((5, 2),), lambda f, x: f(x, seed=SEED)),
    Call("random.dropout", ((5, 4),), lambda f, x: f(x, 0.4, seed=SEED)),
]
