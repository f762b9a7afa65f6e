"""Calls of any op, drawn from its row in the registry.

A parameter's type and name say what it may be; `domains.py` has the ops whose arguments hang on each other.
"""

import numpy as np
from hypothesis import strategies as st
from records import ALL, FLOATS, INTS, dtype, is_float

from keravino import _native

ROWS = {f"{module}.{name}": (params, result) for module, name, params, result, _ in _native.describe()}
KINDS = {
    "any": ALL,
    "float": FLOATS,
    "real": FLOATS + INTS,
    "int": INTS,
    "index": ("int32", "int64"),
    "bool": ("bool",),
}
SPECIAL = (np.nan, np.inf, -np.inf, -0.0, 0.0, 1e-30, -1e30)


class Draw:
    """What draws of calls are made of."""

    def __init__(self, draw):
        self.draw = draw
        self.shapes = []  # of the tensors so far

    def pick(self, *choices):
        return self.draw(st.sampled_from(choices))

    def int(self, low, high):
        return self.draw(st.integers(low, high))

    def flag(self):
        return self.draw(st.booleans())

    def shape(self, low=0, high=4, dims=(1, 2, 3, 4, 0)):
        return tuple(self.draw(st.lists(st.sampled_from(dims), min_size=low, max_size=high)))

    def dtype(self, kind="any"):
        return self.pick(*KINDS[kind]) if kind in KINDS else kind

    def array(self, shape, kind="any", low=-3, high=3, special=False):
        """Quarters in [low, high], which every float dtype holds exactly; now and then with numbers of other kinds."""
        name = self.dtype(kind)
        self.shapes.append(tuple(shape))
        rng = np.random.default_rng(self.int(0, 99))
        if name == "bool":
            return np.asarray(rng.random(shape) < 0.5)
        low = max(low, 0) if name.startswith("uint") else low
        step = 4 if is_float(name) else 1
        numbers = np.asarray(rng.integers(low * step, high * step, shape, endpoint=True) / step)
        if special and is_float(name) and self.flag():
            numbers = np.where(rng.random(shape) < 0.4, rng.choice(SPECIAL, shape), numbers)
        with np.errstate(over="ignore"):
            return np.asarray(numbers).astype(dtype(name))

    def distinct(self, shape):
        """Different numbers, float32, in any order."""
        self.shapes.append(tuple(shape))
        n = int(np.prod(shape))
        return np.random.default_rng(self.int(0, 99)).permutation(n).reshape(shape).astype("float32")

    def broadcast(self, shape):
        """A shape that broadcasts with another: some of its last dimensions, some of them 1."""
        kept = shape[self.int(0, len(shape)) :]
        return tuple(1 if self.int(0, 3) == 0 else n for n in kept)

    def axis(self, rank):
        return self.int(-rank, rank - 1)

    def axes(self, rank, low=1):
        """Different axes in any order, counted from either end."""
        some = self.draw(st.permutations(range(rank)))[: self.int(min(low, rank), rank)]
        return tuple(a - rank if self.flag() else a for a in some)


def argument(d, op, name, kind, fallback):
    """A value for one parameter after the tensors before it."""
    rank = len(d.shapes[0]) if d.shapes else 0
    if kind == "ArrayLike":
        if fallback == "None" and d.int(0, 2):
            return None
        shape = d.broadcast(d.shapes[0]) if d.shapes else d.shape()
        exact = op.startswith("numpy.")  # the others are of floats, and their references differ at infinity
        return d.array(shape, "any" if exact else "float", special=exact and op != "numpy.i0")
    if name in ("axis", "axes", "axis1", "axis2"):
        if "Sequence" in kind:
            return d.pick(None, 1, 1) and (d.axes(rank) if d.flag() or not rank else d.axis(rank))
        return d.axis(rank) if rank else (None if "None" in kind else 0)
    if name in ("dtype",):
        return d.dtype() if kind == "str" or d.flag() else None
    if name == "data_format":
        return d.pick(None, "channels_last", "channels_first")
    simple = {
        "bool": d.flag,
        "float": lambda: d.pick(0.5, 1.0, 2.0, 0.25),
        "int": lambda: d.int(-3, 3),
        "Shape": lambda: d.shape(0, 3),
        "int | Tensor": lambda: d.int(0, 4),
        "int | Tensor | None": lambda: d.pick(None, 0, 2, 5),
    }
    if kind in simple:
        return simple[kind]()
    raise LookupError(f"{op}: no strategy for {name}: {kind}; domains.py is the place for one")


@st.composite
def calls(draw, op):
    """Calls that the op should understand: (arguments by place, arguments by name)."""
    from domains import DOMAINS

    d = Draw(draw)
    if op in DOMAINS:
        args = DOMAINS[op](d)
        return args if isinstance(args[-1], dict) else (*args, {})
    args, kwargs = [], {}
    for name, kind, fallback in ROWS[op][0]:
        if fallback is None:
            args.append(argument(d, op, name, kind, fallback))
        elif d.flag():
            kwargs[name] = argument(d, op, name, kind, fallback)
    return (*args, kwargs)


HOSTILE = (
    None, True, -1, 0, 7, 2**31, 2**63 - 1, -(2**63), 2**70, 1e300, float("nan"), float("inf"), 1j, "", "bogus", "same", "float32",
    "int64", "string", (), [], (-1,), (0, 0), (1, 2, 3, 4, 5), (2**40,), (2**40, 2**40), (-5, 2), [[1], [2, 3]], [None], ["a"],
    slice(None, None, 0), slice(5, -9, -2), ..., b"bytes", {}, {"a": 1}, range(3), object, "é\ud800", "channels_first",
)  # fmt: skip
WIDE = ALL + ("complex64", "complex128", "float8_e4m3fn", "float8_e5m2")


@st.composite
def bad_calls(draw, op):
    """Calls with something wrong about them, most of the time: a good one of which one or two arguments are others."""
    d = Draw(draw)
    *args, kwargs = draw(calls(op))
    names = [name for name, _, _ in ROWS[op][0] if not name.startswith("*")]
    for _ in range(d.int(1, 2)):
        place = d.pick(*range(len(args)), *names)
        if isinstance(place, str) and place in names[: len(args)]:
            place = names.index(place)
        bad = hostile(d)
        if isinstance(place, int):
            args[place] = bad
        else:
            kwargs = kwargs | {place: bad}
    return (*args, kwargs)


def hostile(d):
    """A value of any kind: arrays of every rank and dtype, with numbers that are no index and no size."""
    if d.flag():
        return d.pick(*HOSTILE)
    name, shape = d.pick(*WIDE), d.shape(0, 6, (0, 1, 2, 3, 5))
    values = d.array(shape, "float64", special=True)
    if d.flag() and not is_float(name) and name not in ("bool", "complex64", "complex128"):
        values = np.full(shape, np.iinfo(name).max if d.flag() else np.iinfo(name).min)
    with np.errstate(all="ignore"):
        array = values.astype(dtype(name))
    return [array, array] if d.int(0, 5) == 0 else array
