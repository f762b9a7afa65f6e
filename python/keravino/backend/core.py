"""keras.src.backend.core on OpenVINO: conversions, devices and what Keras asks a backend about itself."""

import contextlib
import re

import numpy as np
from keras.src.backend import config
from keras.src.backend.common import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.openvino import registry
from keras.src.backend.openvino.config import follow_config
from keras.src.backend.openvino.control import (  # noqa: F401  (Keras looks for them here)
    associative_scan,
    cond,
    fori_loop,
    map,
    scan,
    switch,
    vectorized_map,
    while_loop,
)
from keras.src.backend.openvino.spec import compute_output_spec  # noqa: F401
from keras.src.backend.openvino.tape import custom_gradient, remat, stop_gradient  # noqa: F401
from keras.src.backend.openvino.variable import Variable

from keravino import _native
from keravino._native import Tensor

SUPPORTS_SPARSE_TENSORS = False
SUPPORTS_RAGGED_TENSORS = False
SUPPORTS_COMPLEX_DTYPES = True
IS_THREAD_SAFE = True

registry.fill(globals(), "core")
follow_config(config)


def __getattr__(name):
    if name == "OPENVINO_DTYPES":  # on demand: it needs the openvino package in Python, and little else does
        from openvino import Type

        kinds = {"float": "f", "uint": "u", "int": "i"}
        named = {f"{kind}{bits}": getattr(Type, f"{short}{bits}") for kind, short in kinds.items()
                 for bits in ((16, 32, 64) if kind == "float" else (8, 16, 32, 64))}  # fmt: skip
        special = {"bfloat16": Type.bf16, "bool": Type.boolean, "string": Type.string}
        return named | special | {"float8_e4m3fn": Type.f8e4m3, "float8_e5m2": Type.f8e5m2}
    return registry.missing("core")(name)


OpenVINOKerasTensor = Tensor  # Keras's name for a tensor of this backend


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """A Tensor from numbers, nested lists, arrays, Variables or tensors of other libraries; arrays are copied once."""
    if sparse:
        raise ValueError("`sparse=True` is not supported with openvino backend")
    if ragged:
        raise ValueError("`ragged=True` is not supported with openvino backend")
    if dtype is None:
        if type(x) is Tensor:
            return x
    else:
        dtype = standardize_dtype(dtype)
    if isinstance(x, KerasTensor):
        raise ValueError(f"A KerasTensor is symbolic: it has no numbers to make a tensor of. Received: {x}")
    if hasattr(
        x, "detach"
    ):  # a torch tensor: off its graph and device, and bfloat16, which NumPy lacks, through float32
        x = x.detach().cpu()
        if str(x.dtype) == "torch.bfloat16":
            x, dtype = x.float(), dtype or "bfloat16"
    return _native.tensor(x, dtype)


def convert_to_numpy(x):
    """A NumPy array of its own with the numbers of x."""
    if isinstance(x, Tensor):
        return _native.to_numpy(x)
    if isinstance(x, Variable):
        return _native.to_numpy(x.value)
    if isinstance(x, (list, tuple)):
        return np.array([convert_to_numpy(e) for e in x])
    return np.array(x)


def is_tensor(x):
    """Whether x is a tensor of this backend."""
    return isinstance(x, Tensor)


def shape(x):
    """The shape of x: ints, and scalar tensors for dimensions that are not known while tracing."""
    if isinstance(x, Tensor):
        return _native.shape(x)
    if hasattr(x, "shape"):
        return tuple(x.shape)
    return _native.shape(convert_to_tensor(x))


def random_seed_dtype():
    """Seeds are pairs of uint32."""
    return "uint32"


def openvino_device(name):
    """OpenVINO's name of a device in Keras's words ("cpu:0", "gpu:1"); OpenVINO's own names stay."""
    if not isinstance(name, str):
        raise ValueError(
            "Invalid value for argument `device_name`. Expected a string like 'gpu:0' or 'cpu', or OpenVINO's own name "
            f"of a device. Received: device_name='{name}'"
        )
    match = re.fullmatch(r"([a-z]+)(?::(\d+))?", name.lower())
    if not match:
        return name
    kind, number = match[1].upper(), match[2]
    return kind if number in (None, "0") else f"{kind}.{number}"


@contextlib.contextmanager
def device_scope(device_name):
    """Within it, graphs run on this device. RuntimeError, with a list of those present, if it is absent."""
    previous = _native.set_device(openvino_device(device_name))
    try:
        yield
    finally:
        _native.set_device(previous)


def get_device():
    """OpenVINO's name of the device that graphs of this thread run on."""
    return _native.device()
