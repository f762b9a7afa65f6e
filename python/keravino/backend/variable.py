"""Keras's Variable: an immutable tensor at a time, and a count of how often it was replaced."""

import itertools
import threading

import numpy as np
from keras.src.backend.common import KerasVariable
from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.openvino import tape

from keravino import _native

_tracing = threading.local()
_counter = itertools.count(1)
_latest = 0  # rises with each assignment to any variable: while it stands still, nothing has to be compared


def latest_change():
    """A number that changes whenever any variable does."""
    return _latest


class Reads:
    """Within it, notes every variable whose own value is read under a StatelessScope, with its version."""

    def __enter__(self):
        self.versions = {}
        self._outer = getattr(_tracing, "reads", None)
        _tracing.reads = self.versions
        return self

    def __exit__(self, *exception):
        _tracing.reads = self._outer


class Variable(KerasVariable):
    """A Keras Variable on keravino."""

    version = 0  # 0: not initialized

    def _initialize(self, value):
        self._direct_assign(self._convert_to_tensor(value, dtype=self._dtype))

    def _direct_assign(self, value):
        global _latest
        # A state is numbers: a pending graph would go into later traces, and a tape's would be kept from step to step.
        (self._value,) = _native.settled([value])
        self.version += 1
        _latest = next(_counter)

    def _convert_to_tensor(self, value, dtype=None):
        from keras.src.backend.openvino.core import convert_to_tensor

        return convert_to_tensor(value, dtype=dtype)

    def read(self):
        """The variable's own value, whatever the scope holds; None before it is initialized. A trace notes it."""
        reads = getattr(_tracing, "reads", None)
        if reads is not None:
            reads[id(self)] = (self, self.version)
        return self._value

    @property
    def value(self):
        """The current value; within a StatelessScope the scope's."""
        scope = get_stateless_scope()
        value = self._value
        if scope is not None:
            value = scope.get_current_value(self)
            value = self.read() if value is None else value
        if value is None:  # created under a StatelessScope: only its shape and dtype matter so far
            value = self._initializer(self._shape, dtype=self._dtype)
        return self._maybe_autocast(tape.read(self, value))

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.value.__array__(dtype, copy))


def replace(variables, values):
    """Gives variables the numbers that a program computed for them, of their shapes and dtypes."""
    global _latest
    for variable, value in zip(variables, values, strict=True):
        variable._value = value
        variable.version += 1
    _latest = next(_counter)


_native.set_variable_type(Variable)
