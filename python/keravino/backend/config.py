"""Keras's configuration, which C++ has to know too: floatx, epsilon and image_data_format."""

import functools
import sys

from keravino import _native


def follow_config(config):
    """Gives C++ the configuration, now and whenever one of its setters is called."""
    for name in ("floatx", "epsilon", "image_data_format"):
        _follow(config, name)


def _follow(config, name):
    get, set_native = getattr(config, name), getattr(_native, f"set_{name}")
    original = getattr(config, f"set_{name}")
    set_native(get())

    @functools.wraps(original)
    def set_value(value):
        original(value)
        set_native(get())

    setattr(config, f"set_{name}", set_value)  # keras.config takes it from here, after the backend is loaded
    setattr(sys.modules["keras.src.backend"], f"set_{name}", set_value)  # has taken it already
