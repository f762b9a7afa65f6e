"""Calls of ops for which the op tests have no record with float inputs, and what is left out of the sweep."""

import numpy as np
from derivatives import Call
from keras import ops

rng = np.random.default_rng(3)
MATRIX = rng.uniform(-1, 1, (2, 4, 4))
POSITIVE = MATRIX @ MATRIX.swapaxes(-1, -2) + 2 * np.eye(4)
LABELS, LENGTHS = np.array([[1, 2, 2], [3, 1, 0]], "int32"), np.array([3, 2], "int32")
INDICES = np.array([[1], [3], [1]], "int32")
SEGMENTS = np.array([0, 0, 1, 2, 2, 2], "int32")
NAN = np.where(rng.random((3, 4)) < 0.3, np.nan, rng.uniform(0.5, 2, (3, 4)))
HOMOGRAPHY = np.array([[1.1, 0.1, 0.3, -0.1, 0.9, 0.2, 0.01, 0.02]])
SCALE, SHIFT = np.array([1.31, 1.23], "float32"), np.array([0.217, 0.113], "float32")
SEED = np.array([1, 2], "uint32")


def symmetric(d):
    return (d + d.swapaxes(-1, -2)) / 2 if d.ndim > 1 else d


# Directions in which an input may go, where it is not free.
DIRECTIONS = {"linalg.cholesky": symmetric, "linalg.eigh": symmetric}


EXTRA = [
    # A complex tensor in the middle, and real ones at both ends.
    Call("math._get_complex_tensor_from_tuple", ((2, 3), (2, 3)), lambda f, re, im: ops.abs(f((re, im)))),
    Call("math.view_as_complex", ((3, 2),), lambda f, x: ops.real(ops.exp(f(x)))),
    Call("math.view_as_real", ((3, 2),), lambda f, x: f(ops.square(ops.view_as_complex(x)))),
    Call("nn.polar", ((2, 3), (2, 3)), lambda f, size, angle: ops.imag(f(size, angle))),
    Call("core.cast", ((2, 3),), lambda f, x: f(x, "float32")),
    Call("core.scatter", ((3, 2),), lambda f, x: f(INDICES, x, (5, 2))),
    Call("core.scatter_update", ((5, 2), (2, 2)), lambda f, x, u: f(x, INDICES[:2], u)),
    Call("core.slice", ((4, 5),), lambda f, x: f(x, (1, 2), (2, 3))),
    Call("core.slice_update", ((4, 5), (2, 3)), lambda f, x, u: f(x, (1, 2), u)),
    Call("image.affine_transform", ((1, 6, 7, 2),), lambda f, x: f(x, HOMOGRAPHY.astype("float32"), "bilinear")),
    Call("image.gaussian_blur", ((1, 6, 7, 2),), lambda f, x: f(x, (3, 3), (1.0, 1.0))),
    Call("image.map_coordinates", ((6, 7), (2, 5)), lambda f, x, at: f(x, at, 1), (0.3, 4.6)),
    Call(
        "image.perspective_transform",
        ((1, 6, 7, 2),),
        lambda f, x: f(
            x,
            np.array([[[0, 0], [6, 0], [0, 5], [6, 5]]], "float32"),
            np.array([[[0.3, 0.1], [5.2, 0.4], [0.2, 4.6], [5.8, 4.9]]], "float32"),
        ),
    ),
    Call("image.sobel_edges", ((1, 6, 7, 2),)),
    Call("image.scale_and_translate", ((5, 6),), lambda f, x: f(x, (7, 8), SCALE, SHIFT, (0, 1), "linear")),
    Call("linalg.eigh", (POSITIVE,)),
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
    Call(
        "numpy.select",
        ((2, 3), (2, 3)),
        lambda f, a, b: f([np.arange(6).reshape(2, 3) % 2 == 0, np.arange(6).reshape(2, 3) > 3], [a, b], 0),
    ),
    Call("numpy.view", ((2, 3),), lambda f, x: f(x)),
    *(
        Call(f"numpy.{name}", (NAN,))
        for name in ("nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar")
    ),
    *(Call(f"numpy.{name}", (NAN,), lambda f, x: f(x, axis=1)) for name in ("nancumprod", "nancumsum", "nanmedian")),
    *(
        Call(f"numpy.{name}", (NAN,), lambda f, x, q=q: f(x, q))
        for name, q in (("nanpercentile", 40.0), ("nanquantile", 0.4))
    ),
    Call("random.normal", ((), ()), lambda f, m, s: f((3, 2), m, s, seed=SEED), (0.5, 1.5)),
    Call("random.truncated_normal", ((), ()), lambda f, m, s: f((3, 2), m, s, seed=SEED), (0.5, 1.5)),
    Call("random.uniform", ((), ()), lambda f, a, b: f((3, 2), a, b + 2, seed=SEED), (0.5, 1.5)),
    Call("random.shuffle", ((5, 2),), lambda f, x: f(x, seed=SEED)),
    Call("random.dropout", ((5, 4),), lambda f, x: f(x, 0.4, seed=SEED)),
]

# Ops that no record covers: their results are no floats, or nothing that they take is one.
NO_RECORD = {
    **dict.fromkeys(
        (
            "linalg.matrix_rank math.in_top_k numpy.all numpy.allclose numpy.any numpy.argmax numpy.argmin numpy.argpartition "
            "numpy.argsort numpy.bincount numpy.bitwise_and numpy.bitwise_invert numpy.bitwise_left_shift numpy.bitwise_not "
            "numpy.bitwise_or numpy.bitwise_right_shift numpy.bitwise_xor numpy.count_nonzero numpy.digitize numpy.equal "
            "numpy.gcd numpy.greater numpy.greater_equal numpy.isclose numpy.isfinite numpy.isin numpy.isinf numpy.isnan "
            "numpy.isneginf numpy.isposinf numpy.isreal numpy.lcm numpy.left_shift numpy.less numpy.less_equal "
            "numpy.logical_and numpy.logical_not numpy.logical_or numpy.logical_xor numpy.nanargmax numpy.nanargmin "
            "numpy.ndim numpy.nonzero numpy.not_equal numpy.right_shift numpy.searchsorted numpy.signbit numpy.size "
            "numpy.unravel_index random.categorical random.randint"
        ).split(),
        "results are no floats",
    ),
    **dict.fromkeys(
        "nn.multi_hot nn.one_hot numpy.arange numpy.bartlett numpy.blackman numpy.empty numpy.empty_like numpy.eye "
        "numpy.hamming numpy.hanning numpy.identity numpy.ones numpy.tri numpy.zeros".split(),
        "no float goes in that the result hangs on",
    ),
    "image.compute_homography_matrix": "of points, which are no variables of training: solve of a small matrix",
    "image.elastic_transform": "random; made of map_coordinates",
    "nn.ctc_decode": "a search",
    "numpy.get_item": "test_indexing",
    "numpy.histogram": "counts and edges",
    "numpy.nextafter": "constant steps",
    "numpy.unique": "positions",
    "random.beta": "by its shapes there is no derivative",
    "random.binomial": "counts",
    "random.gamma": "by its shape there is no derivative",
}
# Records that cannot be compared with differences.
NO_DIFFERENCES = {
    "linalg.lstsq[(5,4)x(5,),rcond=0.001]": "the derivative is that at constant rank, which differences leave",
    "linalg.pinv[(5,4),rcond=0.001]": "the same",
}
FIRST_ORDER = {"nn.ctc_loss": "the second derivative of the CTC loss is not implemented"}
# Ops of which jax takes no record, or computes something else.
NO_JAX = {
    "core.cast": "its backend function takes a dtype of its own",
    "image.affine_transform": "another value at the border",
    "image.gaussian_blur": "another border",
    "linalg.cholesky_inverse": "no batches",
    "linalg.eig": "no derivative",
    "linalg.eigh": "vectors of other signs; test_differences",
    "math._get_complex_tensor_from_tuple": "its backend has it in another form",
    "math.segment_prod": "no derivative",
    "math.view_as_complex": "its backend lacks it",
    "math.view_as_real": "its backend lacks it",
    "nn.polar": "its backend lacks it",
    "random.dropout": "other random numbers",
    "random.normal": "other random numbers",
    "random.shuffle": "other random numbers",
    "random.truncated_normal": "other random numbers",
    "random.uniform": "other random numbers",
}
# Ops whose gradients, not they themselves, have to know a shape while tracing: what they say then.
NO_OPEN_SHAPES = {
    "image.resize": "a static shape is needed",
    "linalg.lu_factor": "shape not known while tracing",
    "linalg.qr": "shape not known while tracing",
    "math.logdet": "shape not known while tracing",
    "math.rfft": "size is not known while tracing",
    "math.stft": "size is not known while tracing",
    "nn.adaptive_average_pool": "a static shape is needed",
    "nn.adaptive_max_pool": "a static shape is needed",
    "nn.average_pool": "a static shape is needed",
    "nn.fold": "a static shape is needed",
    "numpy.nanprod": "must be known",
    "numpy.prod": "must be known",
    "numpy.slogdet": "must be known",
}
OTHER_SHAPE = {"numpy.squeeze": "keeps the axes of open size"}
NOT_DIFFERENTIABLE = {"math.segment_prod": "ScatterNDUpdate that multiplies"}
