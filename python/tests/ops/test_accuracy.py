"""Errors of float32 functions in units in the last place, against mpmath, in both tiers."""

from dataclasses import dataclass

import mpmath as mp
import numpy as np
import pytest
from records import TIERS, run

TINY = float(np.finfo("float32").tiny)


@dataclass
class Accuracy:
    """An op of one tensor, its exact function, where it is sampled, and the largest error allowed in ulp."""

    op: str
    exact: object
    domain: tuple  # intervals: each is sampled evenly, and densely towards 0 and its ends
    bound: float
    count: int = 400

    def __str__(self):
        return self.op


def interval(low, high, count):
    """Floats of [low, high]: evenly spaced, and geometrically spaced towards 0 from both sides and towards both ends."""
    steps = np.geomspace(1.2e-7, 0.5, count)
    parts = [np.linspace(low, high, count), low + (high - low) * steps, high - (high - low) * steps]
    if high > 0:
        parts.append(np.geomspace(max(low, 1e-38), high, count))
    if low < 0:
        parts.append(-np.geomspace(max(-high, 1e-38), -low, count))
    x = np.unique(np.concatenate(parts).astype("float32"))
    return x[(x >= low) & (x <= high)]


def ulps(got, want):
    """The errors in float32 units in the last place; those of the smallest normal number below it."""
    unit = np.spacing(np.maximum(np.abs(want), TINY).astype("float32")).astype("float64")
    return np.where(got == want, 0.0, np.abs(got.astype("float64") - want) / unit)


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def sinc(x):
    return mp.mpf(1) if x == 0 else mp.sinpi(x) / (mp.pi * x)


def elu(x):
    return x if x > 0 else mp.expm1(x)


EVERYWHERE = ((-3e38, 3e38),)
RECORDS = [
    # 3 ulp from 1e-38, a subnormal number, to 1e6, and from -1 to 0.
    Accuracy("numpy.log1p", mp.log1p, ((1e-38, 1e6), (-0.99999994, -1e-38)), 3, count=4000),
    Accuracy("numpy.log1p", mp.log1p, ((1e6, 3.4e38),), 4),
    # The plugin's own Exp: 4.3 ulp at large |x|, and once more a product from 88 on.
    Accuracy("numpy.exp", mp.exp, ((-1, 1),), 2),
    Accuracy("numpy.exp", mp.exp, ((-87, 88),), 6),
    Accuracy("numpy.exp", mp.exp, ((88, 88.7),), 7),
    Accuracy("numpy.exp2", lambda x: mp.mpf(2) ** x, ((-126, 127.9),), 4),
    Accuracy("numpy.expm1", mp.expm1, ((-87, 20),), 4),
    Accuracy("numpy.expm1", mp.expm1, ((20, 88),), 6),
    Accuracy("numpy.log", mp.log, ((1e-37, 3e38), (0.5, 2)), 4),
    Accuracy("numpy.log2", lambda x: mp.log(x, 2), ((1e-37, 3e38), (0.5, 2)), 4),
    Accuracy("numpy.log10", mp.log10, ((1e-37, 3e38), (0.5, 2)), 4),
    Accuracy("numpy.sqrt", mp.sqrt, ((0, 3e38),), 1),
    Accuracy("math.rsqrt", lambda x: 1 / mp.sqrt(x), ((1e-37, 3e38),), 2),
    Accuracy("numpy.cbrt", lambda x: mp.sign(x) * mp.cbrt(abs(x)), EVERYWHERE, 3),
    Accuracy("numpy.reciprocal", lambda x: 1 / x, ((1e-37, 1e37), (-1e37, -1e-37)), 2),
    Accuracy("math.erf", mp.erf, ((-10, 10),), 4),
    Accuracy("math.erfc", mp.erfc, ((-10, 9),), 8),
    Accuracy("numpy.sin", mp.sin, ((-100, 100),), 4),
    Accuracy("numpy.cos", mp.cos, ((-100, 100),), 4),
    Accuracy("numpy.tan", mp.tan, ((-100, 100),), 4),
    Accuracy("numpy.arcsin", mp.asin, ((-1, 1),), 4),
    Accuracy("numpy.arccos", mp.acos, ((-1, 1),), 4),
    Accuracy("numpy.arctan", mp.atan, EVERYWHERE, 4),
    Accuracy("numpy.sinh", mp.sinh, ((-88, 88),), 4),
    Accuracy("numpy.cosh", mp.cosh, ((-88, 88),), 4),
    Accuracy("numpy.tanh", mp.tanh, ((-100, 100),), 4),
    Accuracy("numpy.arcsinh", mp.asinh, EVERYWHERE, 4),
    Accuracy("numpy.arccosh", mp.acosh, ((1, 3e38), (1, 2)), 4),
    Accuracy("numpy.arctanh", mp.atanh, ((-0.99999994, 0.99999994),), 4),
    Accuracy("numpy.sinc", sinc, ((-50, 50),), 4),
    Accuracy("nn.sigmoid", logistic, ((-80, 100),), 5),
    Accuracy("nn.log_sigmoid", lambda x: -mp.log1p(mp.exp(-x)), ((-1e4, 80),), 5),
    Accuracy("nn.softplus", lambda x: mp.log1p(mp.exp(x)), ((-80, 1e4),), 5),
    Accuracy("nn.silu", lambda x: x * logistic(x), ((-80, 100),), 6),
    Accuracy("nn.elu", elu, ((-87, 100),), 4),
    Accuracy("nn.softsign", lambda x: x / (1 + abs(x)), EVERYWHERE, 4),
    Accuracy("nn.squareplus", lambda x: (x + mp.sqrt(x * x + 4)) / 2, ((-1e18, 1e18),), 4),
]


@pytest.mark.parametrize("record", RECORDS, ids=str)
@pytest.mark.parametrize("tier", TIERS)
def test_ulp(record, tier):
    x = np.concatenate([interval(*part, record.count) for part in record.domain])
    with mp.workprec(160):
        want = np.array([float(record.exact(mp.mpf(float(v)))) for v in x])
    _, (got,) = run(record.op, tier, x)
    error = ulps(got, want)
    worst = int(np.argmax(error))
    assert error[worst] <= record.bound, (
        f"{error[worst]:.2f} ulp at {x[worst]!r}: {got[worst]!r}, exactly {want[worst]!r}"
    )


PAIRS = [
    ("numpy.logaddexp", lambda a, b: mp.log(mp.exp(a) + mp.exp(b)), (0.5, 80), 4),
    ("numpy.logaddexp2", lambda a, b: mp.log(mp.mpf(2) ** a + mp.mpf(2) ** b, 2), (0.5, 120), 4),
    ("numpy.hypot", mp.hypot, (-1e30, 1e30), 4),
    ("numpy.arctan2", mp.atan2, (-10, 10), 4),
]


@pytest.mark.parametrize("op, exact, domain, bound", PAIRS, ids=[p[0] for p in PAIRS])
@pytest.mark.parametrize("tier", TIERS)
def test_ulp_of_pairs(op, exact, domain, bound, tier):
    x1 = interval(*domain, 500)
    x2 = np.random.default_rng(0).permutation(x1)
    with mp.workprec(400):
        want = np.array([float(exact(mp.mpf(float(a)), mp.mpf(float(b)))) for a, b in zip(x1, x2, strict=True)])
    _, (got,) = run(op, tier, x1, x2)
    error = ulps(got, want)
    worst = int(np.argmax(error))
    assert error[worst] <= bound, (
        f"{error[worst]:.2f} ulp at {x1[worst]!r}, {x2[worst]!r}: {got[worst]!r}, exactly {want[worst]!r}"
    )
