"""Modules of ops, derived from the registry in C++."""

from keravino._native import ops


def missing(family):
    """A module's __getattr__ for ops that the registry does not have: functions that say so when they are called."""

    def __getattr__(name):
        if not name[0].islower():
            raise AttributeError(name)

        def not_implemented(*args, **kwargs):
            raise NotImplementedError(
                f"[keras.ops.{name}] is not implemented on keravino yet (backend.{family}.{name})"
            )

        not_implemented.__name__ = name
        return not_implemented

    return __getattr__


def fill(namespace, family):
    """Gives a module the ops of a family: the builtin functions themselves, so that nothing stands in between."""
    namespace.update(ops.get(family, {}))
    namespace["__getattr__"] = missing(family)
