"""Ops in graphs whose batch is open: the same numbers as eagerly, for more than one batch."""

import numpy as np
import pytest
from records import function

from keravino import _native

IMAGE, MATRIX, VECTOR = (None, 4, 6, 3), (None, 5), (None,)
ones = np.ones


def op(name, *args, **kwargs):
    """A function of tensors that calls an op."""
    return lambda *xs: function(name)(*xs, *args, **kwargs)


def batch(x):
    return _native.shape(x)[0]


CASES = {
    "reshape": (op("numpy.reshape", (-1, 72)), IMAGE),
    "reshape_batch": (lambda x: function("numpy.reshape")(x, (batch(x), 24, 3)), IMAGE),
    "reshape_batch_and_rest": (lambda x: function("numpy.reshape")(x, (batch(x), -1)), IMAGE),
    "ravel": (op("numpy.ravel"), IMAGE),
    "transpose": (op("numpy.transpose", (0, 3, 1, 2)), IMAGE),
    "squeeze": (op("numpy.squeeze"), (None, 1, 3)),
    "expand_dims": (op("numpy.expand_dims", (0, -1)), MATRIX),
    "broadcast_to": (lambda x: function("numpy.broadcast_to")(x, (2, batch(x), 5)), MATRIX),
    "zeros": (lambda x: function("numpy.zeros")((batch(x), 3)), MATRIX),
    "ones_like": (op("numpy.ones_like"), MATRIX),
    "arange": (lambda x: function("numpy.arange")(batch(x)), MATRIX),
    "arange_step": (lambda x: function("numpy.arange")(1, batch(x), 2, dtype="float32"), MATRIX),
    "eye": (lambda x: function("numpy.eye")(batch(x), 3), MATRIX),
    "tril": (op("numpy.tril"), (2, None, 5)),
    "diagonal": (op("numpy.diagonal"), MATRIX),
    "concatenate": (lambda x: function("numpy.concatenate")([x, x * 2], axis=0), MATRIX),
    "stack": (lambda x: function("numpy.stack")([x, x * 2], axis=1), MATRIX),
    "split": (op("numpy.split", 2, 1), IMAGE),
    "split_at": (op("numpy.split", [1], 0), MATRIX),
    "tile": (lambda x: function("numpy.tile")(x, (batch(x), 1)), MATRIX),
    "repeat": (op("numpy.repeat", 2, 0), MATRIX),
    "flip": (op("numpy.flip", 0), MATRIX),
    "roll": (op("numpy.roll", 3, 0), MATRIX),
    "pad": (op("numpy.pad", ((0, 0), (1, 2), (2, 1), (0, 0)), "reflect"), IMAGE),
    "sum": (op("numpy.sum", (0, -1)), MATRIX),
    "mean": (op("numpy.mean", (1, 2), True), IMAGE),
    "mean_all": (op("numpy.mean"), MATRIX),
    "var": (op("numpy.var", 0), MATRIX),
    "max": (op("numpy.max", 0), MATRIX),
    "average": (op("numpy.average", 0), MATRIX),
    "logsumexp": (op("math.logsumexp", -1), MATRIX),
    "cumsum": (op("numpy.cumsum", 0), MATRIX),
    "sort": (op("numpy.sort", 0), MATRIX),
    "argsort": (op("numpy.argsort", -1), MATRIX),
    "argmax": (op("numpy.argmax", -1), MATRIX),
    "argmax_all": (op("numpy.argmax"), MATRIX),
    "top_k": (op("math.top_k", 2), MATRIX),
    "in_top_k": (lambda x: function("math.in_top_k")(function("numpy.argmax")(x, 1), x, 2), MATRIX),
    "median": (op("numpy.median", 1), MATRIX),
    "diff": (op("numpy.diff", 1, 0), MATRIX),
    "take": (op("numpy.take", np.array([0, -1]), 0), MATRIX),
    "take_along_axis": (lambda x: function("numpy.take_along_axis")(x, function("numpy.argsort")(x, 1), 1), MATRIX),
    "take_along_first": (op("numpy.take_along_axis", np.array([[0, 1, 1, 0, 1]]), 0), MATRIX),
    "item": (lambda x: x[0], MATRIX),
    "item_last": (lambda x: x[:, -1], MATRIX),
    "item_slice": (lambda x: x[:, 1:4:2, ::-1], IMAGE),
    "item_backwards": (lambda x: x[::-1, 2], MATRIX),
    "item_tail": (lambda x: x[-2:], MATRIX),
    "item_to_batch": (lambda x: x[: batch(x) - 1, None], MATRIX),
    "item_arrays": (lambda x: x[:, np.array([0, 2]), np.array([1, -1])], IMAGE),
    "item_arrays_apart": (lambda x: x[np.array([0, 1]), :, np.array([1, -1])], IMAGE),
    "item_mask": (lambda x: x[x > 0], MATRIX),
    "slice": (op("core.slice", (1, 2), (-1, 2)), MATRIX),
    "slice_traced": (lambda x: function("core.slice")(x, (batch(x) - 2, 0), (2, 5)), MATRIX),
    "slice_update": (lambda x: function("core.slice_update")(x, (batch(x) - 1, 1), ones((1, 2), "float32")), MATRIX),
    "scatter_update": (op("core.scatter_update", np.array([[0, 1], [1, -1]]), ones(2, "float32")), MATRIX),
    "one_hot": (lambda x: function("nn.one_hot")(function("core.cast")(x, "int32"), 3), MATRIX),
    "multi_hot": (lambda x: function("nn.multi_hot")(function("core.cast")(x, "int32"), 3), MATRIX),
    "matmul": (op("numpy.matmul", ones((3, 7), "float32")), IMAGE),
    "dot": (op("numpy.dot", ones((2, 5, 3), "float32")), MATRIX),
    "dense": (lambda x: function("numpy.einsum")("abcd,de->abce", x, ones((3, 7), "float32")), IMAGE),
    "heads": (lambda x: function("numpy.einsum")("aecd,abcd->acbe", x, x + 1), IMAGE),
    "heads_back": (
        lambda x: function("numpy.einsum")("acbe,aecd->abcd", x, function("numpy.swapaxes")(x, 1, 3)),
        (None, 3, 3, 2),
    ),
    "outer": (lambda x: function("numpy.einsum")("bi,bj->bij", x, x), MATRIX),
    "gram": (lambda x: function("numpy.einsum")("bi,bj->ij", x, x), MATRIX),
    "norm": (op("linalg.norm", 2, -1), MATRIX),
    "segment_sum": (lambda x: function("math.segment_sum")(x, function("core.cast")(x[:, 0], "int32"), 4), MATRIX),
    "bincount": (
        lambda x: function("numpy.bincount")(function("core.cast")(function("numpy.sum")(x * x, 1), "int32")),
        MATRIX,
    ),
    "nonzero": (lambda x: function("numpy.nonzero")(x), MATRIX),
    "meshgrid": (lambda x: function("numpy.meshgrid")(x, x + 1), VECTOR),
    "nanmean": (op("numpy.nanmean", 0), MATRIX),
}


@pytest.mark.parametrize("name", CASES)
def test_open_batch(name):
    compute, shape = CASES[name]
    parameter = _native.parameter(shape, "float32")
    outputs = compute(parameter)
    many = isinstance(outputs, (list, tuple))
    program = _native.Program([parameter], list(outputs) if many else [outputs])
    for size in (2, 5):
        x = np.random.default_rng(size).integers(-2, 3, [size if n is None else n for n in shape]).astype("float32")
        want = compute(function("numpy.array")(x))
        for got, expected in zip(program([x]), want if many else [want], strict=True):
            got, expected = np.asarray(got), expected.numpy()
            assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
            np.testing.assert_allclose(got, expected, rtol=1e-6)
