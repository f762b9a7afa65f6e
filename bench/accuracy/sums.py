"""Reductions and products of matrices at large sizes, whose error is measured against float64."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sum:
    """A call on float32 tensors that adds many numbers; `exact` is the same of NumPy arrays in float64."""

    name: str
    call: object
    exact: object
    shapes: tuple
    low: float = -1.0

    def operands(self):
        """The tensors: evenly distributed numbers between `low` and 1."""
        rng = np.random.default_rng(0)
        return [rng.uniform(self.low, 1, shape).astype("float32") for shape in self.shapes]


def error(got, want):
    """The largest error over the largest number, in units of 2**-24."""
    return float(np.max(np.abs(got.astype("float64") - want)) / np.max(np.abs(want)) * 2**24)


def logsumexp(x):
    return np.log(np.sum(np.exp(x - x.max()))) + x.max()


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def variance(x):
    return np.var(np.float32(x) + np.float32(1000), dtype="float64")


def product(x):
    return np.prod(np.float32(x) + np.float32(0.5), dtype="float64")


def batched(ops, a, b):
    return ops.einsum("bij,bjk->bik", a, b)


MILLION, ROWS, SQUARE, BATCH = (1_000_003,), (4096, 257), (1024, 1024), (8, 256, 256)
SUMS = [
    Sum("sum of 1,000,003", lambda ops, x: ops.sum(x), np.sum, (MILLION,), 0.0),
    Sum("sum of 4096 x 257 over axis 0", lambda ops, x: ops.sum(x, 0), lambda x: x.sum(0), (ROWS,), 0.0),
    Sum("mean of 1,000,003", lambda ops, x: ops.mean(x), np.mean, (MILLION,), 0.0),
    Sum("mean of 4096 x 257 over axis 0", lambda ops, x: ops.mean(x, 0), lambda x: x.mean(0), (ROWS,), 0.0),
    Sum("var of 1,000,003 near 1000", lambda ops, x: ops.var(x + 1000), variance, (MILLION,)),
    Sum("std of 4096 x 257 over axis 0", lambda ops, x: ops.std(x, 0), lambda x: x.std(0), (ROWS,)),
    Sum("cumsum of 1,000,003", lambda ops, x: ops.cumsum(x), np.cumsum, (MILLION,), 0.0),
    Sum("norm of 1,000,003", lambda ops, x: ops.norm(x), np.linalg.norm, (MILLION,)),
    Sum("logsumexp of 1,000,003", lambda ops, x: ops.logsumexp(x), logsumexp, (MILLION,)),
    Sum("softmax of 8 x 100,003", lambda ops, x: ops.softmax(x), softmax, ((8, 100_003),)),
    Sum("prod of 1,000", lambda ops, x: ops.prod(x + 0.5), product, ((1000,),), 0.0),
    Sum("matmul of 1024 x 1024", lambda ops, a, b: ops.matmul(a, b), np.matmul, (SQUARE, SQUARE)),
    Sum("matmul of 1024 x 1024, positive", lambda ops, a, b: ops.matmul(a, b), np.matmul, (SQUARE, SQUARE), 0.0),
    Sum("matmul of 8 x 16,384 x 8", lambda ops, a, b: ops.matmul(a, b), np.matmul, ((8, 16384), (16384, 8)), 0.0),
    Sum("dot of 1,000,003", lambda ops, a, b: ops.dot(a, b), np.dot, (MILLION, MILLION), 0.0),
    Sum("einsum of 8 x 256 x 256", batched, np.matmul, (BATCH, BATCH)),
]
