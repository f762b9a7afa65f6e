"""Keras 3 on OpenVINO, in C++.

Import it before Keras, and every Keras program runs on OpenVINO:

    import keravino
    import keras

`python -m keravino script.py` does the same for a script that does not import it.
"""

from keravino import hook

hook.install()

from keravino._native import Tensor, __version__, devices, set_tier  # noqa: E402
from keravino.options import set_defaults  # noqa: E402

__all__ = ["GradientTape", "Tensor", "__version__", "devices", "set_defaults", "set_tier", "value_and_grad"]


def __getattr__(name):
    """Training, on demand: it needs Keras, which must come after this module."""
    if name not in ("GradientTape", "value_and_grad"):
        raise AttributeError(f"module 'keravino' has no attribute '{name}'")
    from keras.src.backend.openvino import tape

    return getattr(tape, name)
