"""Shapes and dtypes of a function's outputs, by tracing it."""

import functools

import numpy as np
from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.stateless_scope import StatelessScope
from keras.src.backend.common.symbolic_scope import SymbolicScope

from keravino import _native
from keravino._native import Tensor


def to_parameter(x):
    """A KerasTensor as a tensor to trace with; anything else as it is."""
    if not isinstance(x, KerasTensor):
        return x
    if getattr(x, "sparse", False) or getattr(x, "ragged", False):
        raise ValueError(f"Sparse and ragged tensors are not supported with openvino backend. Received: {x}")
    return _native.parameter(x.shape, x.dtype)


def to_example(x, size):
    """A KerasTensor as ones, of this size along axes whose size is open; anything else as it is."""
    if not isinstance(x, KerasTensor):
        return x
    shape = [size if n is None else n for n in x.shape]
    return _native.tensor(np.ones(shape), x.dtype)


def to_keras_tensor(x):
    """A tensor as a KerasTensor; anything else as it is."""
    return KerasTensor(x.shape, x.dtype) if isinstance(x, Tensor) else x


def of_both_sizes(a, b):
    """A KerasTensor whose axes are open where two examples differ."""
    if not isinstance(a, KerasTensor):
        return a
    return KerasTensor([m if m == n else None for m, n in zip(a.shape, b.shape, strict=True)], a.dtype)


def outputs(fn, to_argument, args, kwargs):
    """What fn returns for such arguments."""
    with StatelessScope(), SymbolicScope():
        args, kwargs = tree.map_structure(to_argument, (args, kwargs))
        return tree.map_structure(to_keras_tensor, fn(*args, **kwargs))


def compute_output_spec(fn, *args, **kwargs):
    """What `fn` returns for these arguments, with KerasTensors in place of tensors. Nothing is assigned, and nothing
    computed, unless `fn` asks for numbers, as a layer may in a model that runs eagerly: then those of two examples."""
    try:
        return outputs(fn, to_parameter, args, kwargs)
    except RuntimeError as error:
        if "a graph that is being traced has no numbers" not in str(error):
            raise
    examples = [outputs(fn, functools.partial(to_example, size=size), args, kwargs) for size in (2, 3)]
    return tree.map_structure(of_both_sizes, *examples)
