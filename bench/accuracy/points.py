"""Where a function is measured, its exact values there, and the error in units in the last place."""

import zlib

import mpmath as mp
import numpy as np

TINY = float(np.finfo("float32").tiny)
TOP = 2.0**128  # where float32 ends: an infinite result counts as this number
BITS = 400  # bits of the reference: enough to add 1 to the smallest number


def neighbours(rng, point, count):
    """Numbers around a point: at a few float32 steps, and at distances of every order."""
    steps = np.unique(np.concatenate([np.arange(1, count // 8), 2 ** rng.uniform(3, 22, count // 4)]).astype("int64"))
    bits = int(np.abs(np.float32(point)).view("int32"))
    beside = np.concatenate([bits + steps, np.maximum(bits - steps, 0)]).astype("int32").view("float32")
    distances = np.exp2(rng.uniform(-60, 2, count // 4)) * max(abs(point), 1.0)
    return [[point], np.copysign(beside, point), point + distances, point - distances]


def first_operand(function, rng, count):
    """Numbers of every size and sign, some of them subnormal, in the function's spans and around its hard points."""
    exponents = np.repeat(np.arange(-126, 128), max(count // 254, 1))
    sizes = np.ldexp(rng.uniform(1, 2, exponents.size), exponents)
    subnormal = np.ldexp(rng.uniform(1, 2, count // 20), rng.integers(-149, -126, count // 20))
    parts = [sizes, -sizes, subnormal, -subnormal]
    parts += [rng.uniform(low, high, count) for low, high in function.spans]
    for point in function.near:
        parts += neighbours(rng, point, count)
    with np.errstate(over="ignore"):
        x = np.unique(np.concatenate(parts).astype("float32"))
    return x[np.isfinite(x)]


def points(function, count=1500):
    """The operands, as a tuple of float32 vectors: the same on every run."""
    rng = np.random.default_rng(zlib.crc32(function.name.encode()))
    x = rng.permutation(first_operand(function, rng, count))  # no order that a kernel could be good for by chance
    if not function.pairs:
        return (x,)
    with np.errstate(over="ignore"):
        y = function.pairs(rng, x.astype("float64")).astype("float32")
    finite = np.isfinite(y)
    return x[finite], y[finite]


def exact(function, operands):
    """The exact values, as float64; NaN outside of the function's domain."""
    with mp.workprec(BITS):
        return np.array(
            [float(function.exact(*map(mp.mpf, map(float, numbers)))) for numbers in zip(*operands, strict=True)]
        )


def ulps(got, want, least=0.0):
    """The error of each number in float32 units in the last place of the exact one, or of `least` if that is larger."""
    with np.errstate(all="ignore"):
        exponent = np.frexp(np.maximum(np.abs(want), np.abs(least)))[1]
        unit = np.ldexp(1.0, np.clip(exponent, -125, 128) - 24)
        wide = np.clip(got.astype("float64"), -TOP, TOP)
        error = np.abs(wide - np.clip(want, -TOP, TOP)) / unit
    return np.where(np.isnan(got), np.inf, error)


def is_subnormal(operands, want):
    """Where an operand or the result is below the normal numbers and not 0."""
    small = [(np.abs(x) < limit) & (x != 0) for x, limit in ((want, TINY * (1 + 1e-6)), *((x, TINY) for x in operands))]
    return np.any(small, axis=0)


def worst(function, operands, want, got):
    """The largest errors: {"normal", "subnormal": ulp, or None without points; "at": operands of the former}."""
    usual = ~np.isnan(want)
    small = is_subnormal(operands, want)
    error = ulps(got, want, function.cancels(*operands) if function.cancels else 0.0)
    result = {"at": None}
    for kind, chosen in (("normal", usual & ~small), ("subnormal", usual & small)):
        result[kind] = float(error[chosen].max()) if chosen.any() else None
        if kind == "normal" and chosen.any():
            i = np.flatnonzero(chosen)[np.argmax(error[chosen])]
            result["at"] = [float(x[i]) for x in operands]
    return result
