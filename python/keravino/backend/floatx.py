"""Keras's default float dtype, which C++ has to know too."""

import functools
import sys

from keravino import _native


def follow_floatx(config):
    """Gives C++ Keras's floatx, now and whenever `set_floatx` is called."""
    _native.set_floatx(config.floatx())
    original = config.set_floatx

    @functools.wraps(original)
    def set_floatx(value):
        original(value)
        _native.set_floatx(config.floatx())

    config.set_floatx = set_floatx  # keras.config takes it from here, after the backend is loaded
    sys.modules["keras.src.backend"].set_floatx = set_floatx  # has taken it already
