"""keras.src.backend.linalg on OpenVINO: the registry's functions."""

from keras.src.backend.openvino.registry import fill

fill(globals(), "linalg")


def jvp(fun, primals, tangents, has_aux=False):
    """Forward-mode derivatives need gradients, which keravino does not have yet."""
    raise NotImplementedError("[keras.ops.jvp] is not implemented on keravino yet: it has no gradients so far")
