"""Derivatives of records of ops, by keravino and by central differences.

A record of the op tests becomes a function of its float inputs. All outputs that are floats are summed up with random
weights, so that one number hangs on all of them; checks go along one random direction of all inputs.
"""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from records import Record, dtype, function, is_float

from keravino import _native

OPS = Path(__file__).parent.parent / "ops"
STEP = {1: 1e-5, 2: 1e-5}  # of the differences, for each order


def collected():
    """The records of all modules of op tests, those of a test's own list as well."""
    found = []
    for path in sorted(OPS.glob("test_*.py")):
        for value in vars(importlib.import_module(path.stem)).values():
            if isinstance(value, (list, tuple)):
                found += [x for x in value if isinstance(x, Record)]
    return found


class Case:
    """A record in a float dtype as a function of its float inputs.

    Attributes:
        xs: the float inputs, as arrays.
        weights: what the outputs count, once they are known.
    """

    def __init__(self, record, name):
        self.record = record
        self.inputs = [np.asarray(x).astype(dtype(name)) if np.asarray(x).dtype.kind == "f" else x for x in record.tensors(name)]
        self.places = [i for i, x in enumerate(self.inputs) if is_float(str(x.dtype))]
        self.xs = [self.inputs[i] for i in self.places]
        rng = np.random.default_rng(len(record.op))
        self.direction = [np.asarray(rng.uniform(-1, 1, x.shape)).astype(x.dtype) for x in self.xs]

    def __call__(self, xs):
        """The outputs, those that are floats, for tensors or arrays in place of the float inputs."""
        inputs = list(self.inputs)
        for i, x in zip(self.places, xs, strict=True):
            inputs[i] = x
        ys = function(self.record.op)(*inputs, *self.record.args, **self.record.kwargs)
        return [y for y in flat(ys) if is_float(str(y.dtype))]

    def seeds(self, ys):
        """Random weights of the outputs; the same in every call."""
        rng = np.random.default_rng(7)
        return [np.asarray(rng.uniform(-1, 1, y.shape)).astype(dtype(str(y.dtype))) for y in ys]

    def derivatives(self, xs, order=1):
        """The gradients of the weighted outputs by each input; for order 2 those of their product with the direction."""
        recording = _native.Recording()
        ws = [_native.watched(_native.tensor(x)) for x in xs]
        ys = self(ws)
        gs = _native.gradients(ys, ws, [_native.tensor(s) for s in self.seeds(ys)])
        if order == 2:
            present = [(g, d) for g, d in zip(gs, self.direction, strict=True) if g is not None]
            seeds = [_native.tensor(d.astype(dtype(str(g.dtype)))) for g, d in present]
            gs = _native.gradients([g for g, _ in present], ws, seeds) if present else gs
        del recording
        return [np.zeros_like(x) if g is None else g for x, g in zip(xs, numbers(gs), strict=True)]

    def moved(self, step):
        """The inputs a step along the direction."""
        return [x + step * d for x, d in zip(self.xs, self.direction, strict=True)]

    def difference(self):
        """The change of the weighted outputs along the direction, by central differences."""
        h = STEP[1]
        up, down = (numbers(self(self.moved(s))) for s in (h, -h))
        seeds = self.seeds(up)
        return sum(float(np.sum(s * (a - b))) for s, a, b in zip(seeds, up, down, strict=True)) / (2 * h)

    def second_difference(self):
        """The change of the gradients along the direction."""
        h = STEP[2]
        up, down = self.derivatives(self.moved(h)), self.derivatives(self.moved(-h))
        return [(a - b) / (2 * h) for a, b in zip(up, down, strict=True)]


def flat(ys):
    return list(ys) if isinstance(ys, (list, tuple)) else [ys]


def numbers(tensors):
    """The numbers of tensors, None for None, computed together."""
    present = iter(_native.settled([t for t in tensors if t is not None]))
    return [None if t is None else next(present).numpy() for t in tensors]


def smooth(record):
    """The record with inputs that are finite, or None."""
    arrays = [x for x in record.inputs if isinstance(x, np.ndarray) and x.dtype.kind in "fV"]
    return record if all(np.isfinite(x.astype("float64")).all() for x in arrays) else None
