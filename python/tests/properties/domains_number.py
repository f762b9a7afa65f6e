"""The same of the ops of linalg, math and random."""

import numpy as np
from domains_shared import linalg, matrices, seed


def positive(d):
    x = matrices()(d).astype("float64")
    return ((x @ x.swapaxes(-1, -2)).astype(d.pick("float32", "float64")),)


def ordered(d):
    """Triangular matrices, since the order of the eigenvalues of others is the library's."""
    n = d.int(1, 4)
    x = np.triu(d.array((*d.shape(0, 2), n, n), "float64"), 1) + np.diag(np.arange(1.0, n + 1))
    return (x.astype(d.pick("float32", "float64")),)


def systems(d):
    a = matrices(kind=d.pick("float32", "float64"))(d)
    return a, d.array((*a.shape[:-1], d.int(1, 3)), str(a.dtype))


def triangular(d):
    a, b = systems(d)
    lower = d.flag()
    return (np.tril(a) if lower else np.triu(a)), b, {"lower": lower}


def complex_pair(low=1):
    def draw(d):
        shape = d.shape(low, 3, (1, 2, 3, 4))
        kind = d.pick("float32", "float64")
        return ((d.array(shape, kind), d.array(shape, kind)),)

    return draw


def segments(kind):
    def draw(d):
        n = d.int(1, 5)
        ids = np.array([d.int(0, 3) for _ in range(n)], "int32")
        return d.array((n, *d.shape(0, 2)), kind), ids, {"num_segments": d.pick(None, 4)}

    return draw


def sampled(*parameters, shape=True):
    """A distribution of the given parameters' ranges, and a seed."""

    def draw(d):
        size = (d.shape(0, 3),) if shape else ()
        values = [d.array((), "float32", low, high) for low, high in parameters]
        return (*size, *values, {"dtype": d.pick("float32", "float16", "bfloat16", "float64"), "seed": seed(d)})

    return draw


def norm(d):
    x = d.array(d.shape(2, 3, (1, 2, 3)), "float")
    axis = d.pick(None, d.axis(x.ndim), (-2, -1))
    orders = (
        (None,)
        if axis is None
        else (None, 1, 2, np.inf, -np.inf)
        if isinstance(axis, int)
        else (None, "fro", "nuc", 1, 2)
    )
    return x, {"ord": d.pick(*orders), "axis": axis, "keepdims": d.flag()}


def over_axes(d):
    x = d.array(d.shape(1, 4, (1, 2, 3)), "float")
    return x, {"axis": d.pick(None, d.axes(x.ndim)), "keepdims": d.flag()}


def frames(d):
    return d.array((*d.shape(0, 1, (1, 2)), d.int(8, 16)), "float32"), 4, d.int(1, 4)


def stft(d):
    return *frames(d), d.pick(4, 8), {"window": d.pick("hann", "hamming", None), "center": d.flag()}


def istft(d):
    shape = (*d.shape(0, 1, (1, 2)), d.int(3, 5), 3)
    return (d.array(shape, "float32"), d.array(shape, "float32")), 4, 2, 4, {"window": "hann", "center": True}


def irfft(d):
    shape = d.shape(1, 3, (2, 3, 4))
    return (d.array(shape, "float32"), d.array(shape, "float32")), {"fft_length": d.pick(None, 4, 5)}


def top_k(d):
    x = d.distinct(d.shape(1, 3, (1, 2, 3)))
    return x, d.int(1, x.shape[-1])


def in_top_k(d):
    n, c = d.int(1, 3), d.int(1, 4)
    return d.array((n,), "int32", 0, c - 1), d.array((n, c), "float32"), d.int(1, c)


def cdist(d):
    batch, k = d.shape(0, 1, (1, 2)), d.int(1, 3)
    return d.array((*batch, d.int(1, 3), k), "float32"), d.array((*batch, d.int(1, 3), k), "float32")


def shuffled(d):
    x = d.array(d.shape(1, 3))
    return x, {"axis": d.axis(x.ndim), "seed": seed(d)}


def whole(d):
    return d.shape(0, 3), d.int(-3, 0), d.int(1, 9), {"dtype": d.pick("int32", "int64", "uint8"), "seed": seed(d)}


def logits(d):
    return d.array((d.int(1, 3), d.int(1, 4)), "float32"), d.int(0, 4), {"seed": seed(d)}


def dropped(d):
    x = d.array(d.shape(), "float")
    return x, d.pick(0.0, 0.5), {"seed": seed(d)}


DOMAINS = {
    "linalg.cholesky": positive,
    "linalg.cholesky_inverse": lambda d: (np.linalg.cholesky(positive(d)[0]),),
    "linalg.eig": ordered,
    "linalg.eigh": positive,
    "linalg.lstsq": systems,
    "linalg.norm": norm,
    "linalg.qr": lambda d: (matrices(False, d.pick("float32", "float64"))(d), {"mode": d.pick("reduced", "complete")}),
    "linalg.solve": systems,
    "linalg.solve_triangular": triangular,
    "linalg.svd": lambda d: (matrices(False, "float32")(d), {"full_matrices": d.flag(), "compute_uv": d.flag()}),
    "linalg.matrix_rank": linalg(False),
    "linalg.pinv": linalg(False),
    **{f"linalg.{name}": linalg() for name in ("det", "inv", "lu_factor")},
    "math.logdet": positive,
    "math.logsumexp": over_axes,
    "math._get_complex_tensor_from_tuple": complex_pair(0),
    "math.cdist": cdist,
    "math.extract_sequences": frames,
    "math.fft": complex_pair(),
    "math.fft2": complex_pair(2),
    "math.ifft2": complex_pair(2),
    "math.in_top_k": in_top_k,
    "math.irfft": irfft,
    "math.rfft": lambda d: (d.array(d.shape(1, 3, (1, 2, 3, 4)), "float32"), {"fft_length": d.pick(None, 3, 4)}),
    "math.stft": stft,
    "math.istft": istft,
    **{f"math.segment_{name}": segments("float") for name in ("max", "min")},  # of integers, an empty one has no number
    **{f"math.segment_{name}": segments("real") for name in ("prod", "sum")},
    "math.top_k": top_k,
    "math.view_as_complex": lambda d: (d.array((*d.shape(0, 2), 2), d.pick("float32", "float64")),),
    "random.beta": sampled((1, 3), (1, 3)),
    "random.binomial": sampled((1, 9), (0, 1)),
    "random.categorical": logits,
    "random.dropout": dropped,
    "random.gamma": sampled((1, 3)),
    "random.normal": sampled((-1, 1), (1, 2)),
    "random.randint": whole,
    "random.shuffle": shuffled,
    "random.truncated_normal": sampled((-1, 1), (1, 2)),
    "random.uniform": sampled((-2, 0), (1, 2)),
}
