"""Derivatives of ops, by keravino, by differences and by jax.

A record of the op tests becomes a function of its float inputs. Its outputs that are floats are summed up with random
weights, so that one number hangs on all of them; checks go along one random direction of all inputs.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np
from records import Record, dtype, function, is_float, sample

from keravino import _native

OPS = Path(__file__).parent.parent / "ops"
STEP = {"float64": 1e-4, "float32": 1e-2}  # of the differences
TOLERANCE = {"float64": 2e-7, "float32": 4e-3}


@dataclass
class Call:
    """An op in a form that records have not: `call(f, *inputs)` calls it. inputs: shapes, or arrays that keep their dtype."""

    op: str
    inputs: tuple
    call: object = lambda f, *inputs: f(*inputs)
    domain: tuple = (-3.0, 3.0)

    def tensors(self, name):
        """The inputs in a dtype; arrays of integers keep their own."""
        return [
            x if isinstance(x, np.ndarray) else sample(x, name, *self.domain, seed=i) for i, x in enumerate(self.inputs)
        ]

    def __str__(self):
        return f"{self.op}[{'x'.join(str(getattr(x, 'shape', x)) for x in self.inputs)}]"


def collected():
    """The records of all modules of op tests: {op: its records}."""
    found = {}
    for path in sorted(OPS.glob("test_*.py")):
        for value in vars(importlib.import_module(path.stem)).values():
            for x in value if isinstance(value, (list, tuple)) else ():
                if isinstance(x, Record):
                    found.setdefault(x.op, {})[str(x)] = x
    return {op: list(records.values()) for op, records in found.items()}


class Case:
    """A record in a float dtype as a function of its float inputs, of which `xs` holds the numbers."""

    def __init__(self, record, name, direct=lambda d: d):
        self.record, self.name = record, name
        inputs = [np.asarray(x) for x in record.tensors(name)]
        self.inputs = [x.astype(name) if is_float(str(x.dtype)) else x for x in inputs]
        self.places = [i for i, x in enumerate(self.inputs) if is_float(str(x.dtype))]
        self.xs = [self.inputs[i] for i in self.places]
        rng = np.random.default_rng(len(record.op))
        self.direction = [direct(rng.uniform(-1, 1, x.shape)).astype(name) for x in self.xs]

    def call(self, xs, f=None):
        """The outputs that are floats, for tensors or arrays in place of the float inputs."""
        inputs = list(self.inputs)
        for i, x in zip(self.places, xs, strict=True):
            inputs[i] = x
        f = f or function(self.record.op)
        if isinstance(self.record, Call):
            ys = self.record.call(f, *inputs)
        else:
            ys = f(*inputs, *self.record.args, **self.record.kwargs)
        return [y for y in (ys if isinstance(ys, (list, tuple)) else [ys]) if is_float(str(y.dtype))]

    def seeds(self, ys):
        """Random weights of the outputs; the same in every call."""
        rng = np.random.default_rng(7)
        return [np.asarray(rng.uniform(-1, 1, y.shape)).astype(dtype(str(y.dtype))) for y in ys]

    def derivatives(self, xs, order=1):
        """The gradients by each input of the weighted outputs; for order 2 of what they change along the direction."""
        recording = _native.Recording()
        ws = [_native.watched(_native.tensor(x)) for x in xs]
        gs = self.graph(ws, self.seeds(self.call(xs)), order)
        found = [np.zeros_like(x) if g is None else g for x, g in zip(xs, numbers(gs), strict=True)]
        del recording
        return found

    def graph(self, ws, seeds, order=1):
        """The same as a graph above tensors."""
        gs = _native.gradients(self.call(ws), ws, [_native.tensor(s) for s in seeds])
        if order == 2:
            pairs = [(g, _native.tensor(d)) for g, d in zip(gs, self.direction, strict=True) if g is not None]
            gs = _native.gradients([g for g, _ in pairs], ws, [d for _, d in pairs]) if pairs else gs
        return gs

    def along(self, f):
        """The change of f(inputs), a list of arrays, along the direction: differences of the fourth order; None where
        they show a kink. Their dtype says how far they reach."""
        wide = [x.astype("float64") for x in f(self.xs)]
        if not all(np.isfinite(x).all() for x in wide):
            return None
        found = []
        for step in STEP[self.precision] * np.array([1, 0.62, 0.37]):
            at = {k: [x.astype("float64") for x in f(self.moved(k * step))] for k in (-2, -1, 1, 2)}
            parts = zip(at[1], at[-1], at[2], at[-2], strict=True)
            found.append([(8 * (a - b) - (c - d)) / (12 * step) for a, b, c, d in parts])
        tolerance = TOLERANCE[self.precision] / 2
        smooth = all(close(a, b, tolerance) for other in found[1:] for a, b in zip(found[0], other, strict=True))
        return found[0] if smooth else None

    @property
    def precision(self):
        """The dtype of the numbers: Keras's promotion makes float32 of some float64."""
        ys = self.call(self.xs)
        return "float64" if all(str(y.dtype) == "float64" for y in ys) else "float32"

    def moved(self, step):
        """The inputs a step along the direction."""
        return [np.asarray(x + step * d).astype(x.dtype) for x, d in zip(self.xs, self.direction, strict=True)]

    def values(self, xs):
        """The numbers of the outputs."""
        return numbers(self.call(xs))

    def jax_derivatives(self, f):
        """The gradients by jax through its own function."""
        ys, back = jax.vjp(lambda *xs: self.call(xs, f), *self.xs)
        return [
            np.asarray(g)
            for g in back([np.asarray(s).astype(y.dtype) for s, y in zip(self.seeds(ys), ys, strict=True)])
        ]


def close(got, want, tolerance):
    """Whether numbers are those wanted, in proportion to the greatest of them."""
    scale = max(1.0, float(np.max(np.abs(want), initial=0)))
    return np.allclose(got, want, rtol=tolerance, atol=tolerance * scale, equal_nan=True)


def numbers(tensors):
    """The numbers of tensors, None for None, computed together."""
    present = iter(_native.settled([t for t in tensors if t is not None]))
    return [None if t is None else next(present).numpy() for t in tensors]
