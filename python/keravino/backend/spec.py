"""Shapes and dtypes of a function's outputs, by tracing it."""

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


def to_keras_tensor(x):
    """A tensor as a KerasTensor; anything else as it is."""
    return KerasTensor(x.shape, x.dtype) if isinstance(x, Tensor) else x


def compute_output_spec(fn, *args, **kwargs):
    """What `fn` returns for these arguments, with KerasTensors in place of tensors. Nothing is computed or assigned."""
    with StatelessScope(), SymbolicScope():
        args, kwargs = tree.map_structure(to_parameter, (args, kwargs))
        return tree.map_structure(to_keras_tensor, fn(*args, **kwargs))
