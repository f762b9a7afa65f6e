"""keras.src.backend.random on OpenVINO: the registry's functions on seeds drawn from Keras's generators."""

import functools
import inspect

from keras.src.backend.openvino.registry import missing
from keras.src.random.seed_generator import (
    SeedGenerator,  # noqa: F401  (Keras looks for both here)
    draw_seed,
    make_default_seed,  # noqa: F401
)

from keravino._native import ops


def seeded(op):
    """The op with an int, a SeedGenerator or None as its seed."""
    position = list(inspect.signature(op).parameters).index("seed")

    @functools.wraps(op)
    def function(*args, **kwargs):
        if len(args) > position:
            return op(*args[:position], draw_seed(args[position]), *args[position + 1 :], **kwargs)
        return op(*args, **kwargs | {"seed": draw_seed(kwargs.get("seed"))})

    return function


globals().update({name: seeded(op) for name, op in ops.get("random", {}).items()})
__getattr__ = missing("random")
