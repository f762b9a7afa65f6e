"""keras.src.backend.numpy on OpenVINO: the registry's functions, and those that take a Python function."""

from keras.src.backend.common.backend_utils import vectorize_impl
from keras.src.backend.openvino.control import vectorized_map
from keras.src.backend.openvino.registry import fill

fill(globals(), "numpy")


def vectorize(pyfunc, *, excluded=None, signature=None):
    """A function that is applied along the leading dimensions of its arguments."""

    def vmap(function, in_axes):
        def mapped(*args):
            def call(slices):
                slices = iter(slices)
                return function(*(x if axis is None else next(slices) for x, axis in zip(args, in_axes, strict=True)))

            return vectorized_map(call, [x for x, axis in zip(args, in_axes, strict=True) if axis is not None])

        return mapped

    return vectorize_impl(pyfunc, vmap, excluded=excluded, signature=signature)
