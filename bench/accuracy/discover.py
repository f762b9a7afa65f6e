"""Which registered ops are functions of numbers, element by element: those must have a row."""

import numpy as np

from accuracy.functions import ALIASES, EXACT, FUNCTIONS

MODULES = ("numpy", "math", "nn")


def is_rounded(op, arity):
    """Whether a float op of `arity` tensors works element by element, with results other than its operands, 0 and 1."""
    rng = np.random.default_rng(0)
    rounded = False
    for place in ((0, 1), (2, 0), (1, 4)):
        one, other = (rng.uniform(-0.9, 0.9, (arity, 3, 5)).astype("float32") for _ in range(2))
        other[:, *place] = one[:, *place]
        try:
            a, b = op(*one).numpy(), op(*other).numpy()
        except Exception:  # an op that does not take such arguments
            return False
        if not isinstance(a, np.ndarray) or a.shape != one.shape[1:] or a.dtype != "float32":
            return False
        if not np.array_equal(a[place], b[place], equal_nan=True):
            return False
        rounded |= a[place] not in (0, 1, *one[:, *place])
    return rounded


def missing():
    """The full names of the element-wise float ops without a row."""
    import keravino  # noqa: F401  (before Keras)
    from keravino import _native

    known = {f.op for f in FUNCTIONS} | set(EXACT) | set(ALIASES)
    return [
        f"{module}.{name}"
        for module in MODULES
        for name, op in _native.ops[module].items()
        if f"{module}.{name}" not in known and any(is_rounded(op, arity) for arity in (1, 2, 3))
    ]
