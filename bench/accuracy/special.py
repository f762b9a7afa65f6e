"""Zeros, infinities, NaN and the ends of the range: results that must be NumPy's."""

import itertools

import numpy as np
import scipy.special

MOST = float(np.finfo("float32").max)
NUMBERS = (0.0, -0.0, np.inf, -np.inf, np.nan, MOST, -MOST, 1.0, -1.0)
REPEATS = 5  # more than a vector register holds, and a rest


def special_operands(function):
    """The operands, each combination several times."""
    combinations = np.array(list(itertools.product(NUMBERS, repeat=2 if function.pairs else 1)), "float32")
    return tuple(np.tile(combinations.T, REPEATS))


def expected(function, operands):
    """NumPy's or SciPy's results; where they lack the function its limits, and NaN where nothing is promised."""
    name = function.op.split(".")[1]
    known = getattr(np, name, None) or getattr(scipy.special, name, None)
    with np.errstate(all="ignore"):
        if function.limits is None:
            return known(*operands).astype("float32")
    (x,) = operands
    want = np.full(x.shape, np.nan, "float32")
    want[x == -np.inf], want[x == np.inf] = function.limits
    return want


def differences(function, got):
    """What is not as expected, as {operands: (result, wanted)}; the sign of a zero counts where NumPy is asked."""
    if function.limits == ():
        return {}
    operands = special_operands(function)
    want = expected(function, operands)
    checked = np.isinf(operands[0]) | np.isnan(operands[0]) if function.limits else np.full(want.shape, True)
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    with np.errstate(invalid="ignore"):
        same |= np.isfinite(got) & np.isfinite(want) & (np.abs(got - want) <= 1e-6 * np.abs(want))
    if function.limits is None and function.zero_sign:
        same &= (np.signbit(got) == np.signbit(want)) | np.isnan(want)
    wrong = np.flatnonzero(checked & ~same)
    return {str(tuple(float(x[i]) for x in operands)): (float(got[i]), float(want[i])) for i in wrong}
