"""What a call should give, by Keras's NumPy backend, which is loaded beside ours and shares no code with it."""

import importlib
from unittest import mock

import jax
import keras
import numpy as np
from keras.src.backend.common.dtypes import BIT64_TO_BIT32_DTYPE
from records import dtype, is_float, widened
from scipy import ndimage


def in_dtype_of_input(function):
    """The function with results in the float dtype of its first argument."""

    def call(x, *args, **kwargs):
        return function(x, *args, **kwargs).astype(x.dtype if is_float(str(x.dtype)) else "float32")

    return call


def sobel_edges(x, data_format="channels_last"):
    assert x.ndim == 4
    axes = (1, 2) if data_format == "channels_last" else (2, 3)
    smooth, slope = (
        lambda x, axis, w=w: ndimage.correlate1d(x, w, axis, mode="constant") for w in ([1, 2, 1], [-1, 0, 1])
    )
    return np.stack([smooth(slope(x, a), b) for a, b in (axes, axes[::-1])], -1)


def cast(x, dtype):
    """NumPy leaves floats beyond the ends of an integer type to the processor, where XLA takes the ends."""
    x = np.asarray(x)
    if x.dtype.kind != "f" or not str(dtype).lstrip("u").startswith("int"):
        return x.astype(dtype)
    with jax.enable_x64(True):
        return np.asarray(jax.numpy.asarray(x).astype(dtype))


# The import puts NumPy's backend, a package, in the place of the ops of ours that have the same name.
_OPS = keras.src.backend.numpy
keras_numpy = importlib.import_module("keras.src.backend.numpy")
keras.src.backend.numpy = _OPS

# Functions that the backend has not, or has for less (one matrix alone, slopes below 1), or has other edges or dtypes for.
OWN = {
    "linalg.cholesky_inverse": lambda x: np.linalg.inv(x @ x.swapaxes(-1, -2)),
    "image.sobel_edges": sobel_edges,
    "math.logsumexp": in_dtype_of_input(keras_numpy.math.logsumexp),
    "math.view_as_complex": lambda x: (x[..., 0] + 1j * x[..., 1]).astype("complex64"),  # as keras.ops casts
    "math.view_as_real": lambda x: np.stack([np.real(x), np.imag(x)], -1),
    "nn.batch_normalization": in_dtype_of_input(keras_numpy.nn.batch_normalization),
    "nn.leaky_relu": lambda x, negative_slope=0.2: np.where(x < 0, negative_slope * x, x).astype(x.dtype),
    "nn.polar": lambda r, angle: r * np.exp(1j * angle),
    "core.cast": cast,
    "numpy.array": lambda x, dtype=None: cast(x, dtype or x.dtype),
    "numpy.full": lambda shape, value, dtype="float32": np.full(shape, cast(value, dtype)),
    "numpy.full_like": lambda x, value, dtype=None: np.full_like(x, cast(value, dtype or x.dtype), dtype),
    "numpy.argsort": lambda x, axis=-1: np.argsort(x, axis, kind="stable").astype("int32"),
    "numpy.get_item": lambda x, key: x[key],
    "numpy.hypot": lambda *xs: keras_numpy.numpy.hypot(*(x + 0 if x.dtype == "bool" else x for x in xs)),
    "numpy.select": lambda conditions, xs, default: np.select(conditions, xs, default).astype(
        keras.backend.result_type(*(x.dtype for x in xs), type(default))
    ),
    "numpy.view": lambda x, dtype: x.view(dtype),
}
# Ops whose numbers nothing but this library says; they are the same in every tier.
ITS_OWN = {"image.elastic_transform", "numpy.empty", "numpy.empty_like"}


def its_own(op):
    return op in ITS_OWN or op.startswith("random.")


def call(op, args, kwargs):
    """The results by the reference, or None where it refuses the call."""
    module, name = op.split(".")
    function = OWN.get(op) or getattr(getattr(keras_numpy, module), name)
    try:
        with np.errstate(all="ignore"):
            return [np.asarray(x) for x in keras.tree.flatten(function(*args, **kwargs))]
    except Exception:
        return None


def wide(op, args, kwargs, result):
    """The same from wide numbers, as results in a dtype: what the reference computes narrowly is cut off or overflows."""
    arrays = [x for x in args if isinstance(x, np.ndarray)]
    rest = iter(widened(arrays, result))
    with mock.patch.dict(BIT64_TO_BIT32_DTYPE, {name: name for name in BIT64_TO_BIT32_DTYPE}), jax.enable_x64(True):
        found = call(op, [next(rest) if isinstance(x, np.ndarray) else x for x in args], kwargs)
    with np.errstate(all="ignore"):
        return found and [x.astype(dtype(result)) if x.dtype.kind in "fiub" else x for x in found]


def promised(op, args, kwargs):
    """The dtypes that Keras promises for symbolic tensors; nothing where it promises none."""
    module, name = op.split(".")
    function = getattr(getattr(keras.ops, module, keras.ops), name, None) or getattr(keras.ops, name, None)
    symbol = lambda x: keras.KerasTensor(x.shape, keras.backend.standardize_dtype(x.dtype))  # noqa: E731
    args, kwargs = keras.tree.map_structure(lambda x: symbol(x) if isinstance(x, np.ndarray) else x, (args, kwargs))
    if not any(isinstance(x, keras.KerasTensor) for x in keras.tree.flatten((args, kwargs))):
        return []
    try:
        return [x.dtype for x in keras.tree.flatten(function(*args, **kwargs))]
    except Exception:
        return []


def dtypes(op, args, kwargs, found, i):
    """The right dtypes of result i: the reference's, Keras's promise, or the width of an input that is kept."""
    own = keras.backend.standardize_dtype(found[i].dtype)
    right = {own, *(promised(op, args, kwargs)[i : i + 1] or [BIT64_TO_BIT32_DTYPE.get(own, own)])}
    inputs = {str(x.dtype) for x in keras.tree.flatten((args, kwargs)) if isinstance(x, np.ndarray)}
    wider = {"float32": "float64", "complex64": "complex128", "int32": "int64", "uint32": "uint64"}
    kept = {wider[name] for name in right if wider.get(name) in inputs or (name == "complex64" and "float64" in inputs)}
    return right | kept | ({"float32"} if "float64" in right and all(is_float(n) is False for n in inputs) else set())
