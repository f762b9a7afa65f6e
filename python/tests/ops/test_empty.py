"""Tensors that come out empty within a compiled graph, which OpenVINO's CPU plugin does not bear (a crash ends pytest)."""

import keras
import numpy as np
import pytest
from keras import ops

from keravino import _native

ONES = np.ones((4, 3), "float32")
# A function, and the shapes of its input: with the first nothing is empty, with the others something is.
SHRINKING = {
    "a convolution": (lambda x: ops.conv(x[4:], np.ones((2, 2, 3, 5), "float32")), (6, 5, 5, 3), (4, 5, 5, 3)),
    "a dense layer": (lambda x: ops.relu(ops.matmul(x[4:], ONES) + 1), (6, 4), (3, 4), (4, 4)),
    "a product over nothing": (lambda x: ops.matmul(ops.transpose(x[4:]), x[4:]) + 1, (6, 4), (3, 4)),
    "einsum": (lambda x: ops.einsum("abc,cd->abd", x[4:], ONES), (6, 5, 4), (3, 5, 4)),
    "attention": (lambda x: ops.dot_product_attention(x[4:], x[4:], x[4:]), (6, 6, 2, 3), (3, 6, 2, 3)),
    "attention to nothing": (lambda x: ops.dot_product_attention(x, x[:, 4:], x[:, 4:]), (2, 6, 2, 3), (2, 3, 2, 3)),
    "sort": (lambda x: ops.sort(x[4:], axis=-1), (6, 4), (3, 4)),
    "sort along the axis": (lambda x: ops.sort(x[4:], axis=0), (6, 4), (3, 4)),
    "a mean of nothing": (lambda x: ops.mean(x[4:], axis=0), (6, 4), (3, 4)),
    "softmax": (lambda x: ops.softmax(x[:, 4:]), (2, 6), (2, 3)),
    "a maximum with others": (lambda x: ops.max(ops.concatenate([ops.exp(x[4:]), x]), 0), (6, 4), (3, 4)),
    "rfft": (lambda x: ops.rfft(x[4:])[0], (6, 4), (3, 4)),
    "resize": (lambda x: ops.image.resize(x[4:], (8, 8)), (6, 5, 5, 3), (3, 5, 5, 3)),
    "det": (lambda x: ops.det(x[4:]), (6, 4, 4), (3, 4, 4)),
    "segment_sum": (lambda x: ops.segment_sum(x[4:], x[4:, 0] > 9, 3), (6, 4), (3, 4)),
    "chosen by its numbers": (
        lambda x: ops.exp(ops.take(x, ops.nonzero(x[:, 0] > 0.5)[0], axis=0) * 3),
        (6, 4),
        (6, 4),
    ),
    "a branch": (lambda x: ops.cond(ops.sum(x) > 0, lambda: x, lambda: x[0:0] * 2), (3, 4), (3, 4)),
    "an empty input": (lambda x: ops.matmul(x, ONES), (3, 4), (0, 4)),
}


def program(shape, function):
    parameter = _native.parameter(shape, "float32")
    return _native.Program([parameter], [function(parameter)])


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "static"])
@pytest.mark.parametrize("name", SHRINKING)
def test_an_empty_tensor_within_a_program(name, is_open):
    function, *shapes = SHRINKING[name]
    pattern = (None, *(sizes[0] if len(set(sizes)) == 1 else None for sizes in list(zip(*shapes, strict=True))[1:]))
    shared = program(pattern, function) if is_open else None
    for sign, shape in zip((1, -1, -1), shapes, strict=False):
        x = sign * np.random.default_rng(0).uniform(0.6, 1, shape).astype("float32")
        want = ops.convert_to_numpy(function(x))
        (got,) = (shared or program(shape, function))([x])
        assert got.shape == want.shape and got.dtype == want.dtype
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", SHRINKING)
def test_an_empty_tensor_in_an_eager_graph(name):
    function, *shapes = SHRINKING[name]
    for sign, shape in zip((1, -1, -1), shapes, strict=False):
        x = ops.convert_to_tensor(sign * np.random.default_rng(0).uniform(0.6, 1, shape).astype("float32"))
        want, got = (in_tier(tier, function, x) for tier in ("interpret", "compile"))
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def in_tier(tier, function, x):
    _native.set_tier(tier)
    try:
        return ops.convert_to_numpy(function(x))
    finally:
        _native.set_tier("automatic")


def test_a_program_of_known_empty_shapes_is_not_compiled():
    """OpenVINO's patterns crash on the constants that an empty normalisation folds to."""
    layer = keras.layers.LayerNormalization()
    layer.build((1, 0, 10))
    (got,) = program((1, 0, 10), lambda x: layer(x))([np.zeros((1, 0, 10), "float32")])
    assert got.shape == (1, 0, 10)
