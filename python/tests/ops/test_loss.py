"""Losses against torch and formulas in float64."""

import keras
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from records import TIERS, Record, check, check_error, function, pytest_params, run

FLOATS = ("float16", "bfloat16", "float32")
EPSILON = 1e-7


def log_softmax(x, axis):
    return F.log_softmax(torch.tensor(x.astype("float64")), axis).numpy()


def log_probabilities(output, from_logits, axis):
    if from_logits:
        return log_softmax(output, axis)
    return np.log(np.clip(output / output.sum(axis, keepdims=True), EPSILON, 1 - EPSILON))


def categorical(target, output, from_logits=False, axis=-1):
    return -(target * log_probabilities(output, from_logits, axis)).sum(axis)


def binary(target, output, from_logits=False):
    if from_logits:
        return np.maximum(output, 0) - output * target + np.log1p(np.exp(-np.abs(output)))
    p = np.clip(output, EPSILON, 1 - EPSILON)
    return -(target * np.log(p) + (1 - target) * np.log1p(-p))


def psnr(x1, x2, max_val):
    return 10 * np.log10(max_val**2 / np.mean((x1 - x2) ** 2))


RECORDS = [
    *[
        Record("nn.categorical_crossentropy", categorical, (shape, shape), (), kwargs, (0.1, 1.0), FLOATS, scale=4.0)
        for shape, kwargs in [
            ((5, 7), {}),
            ((5, 7), {"from_logits": True}),
            ((7,), {"from_logits": True}),
            ((3, 4, 5), {"from_logits": True, "axis": 2}),
            ((0, 3), {}),
        ]
    ],
    *[
        Record("nn.binary_crossentropy", binary, (shape, shape), (), kwargs, (0.1, 0.9), FLOATS, scale=4.0)
        for shape, kwargs in [((5, 7), {}), ((5, 7), {"from_logits": True}), ((), {}), ((0, 3), {})]
    ],
    Record("nn.psnr", psnr, ((3, 5, 7), (3, 5, 7)), args=(2.0,), dtypes=("float32",), scale=4.0),
]  # fmt: skip


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("shape, axis", [((5, 7), -1), ((7,), 0), ((3, 4, 5), 1), ((3, 4, 5), -1), ((2, 3, 4, 5), 1)])
@pytest.mark.parametrize("tier", TIERS)
def test_sparse(shape, axis, from_logits, tier):
    rng = np.random.default_rng(0)
    output = rng.uniform(0.1, 1, shape).astype("float32")
    one = np.take(output, 0, axis)
    target = rng.integers(0, shape[axis], one.shape)
    logs = log_probabilities(output.astype("float64"), from_logits, axis)
    want = -np.take_along_axis(logs, np.expand_dims(target, axis), axis).squeeze(axis)
    for t in (target, np.expand_dims(target, axis), target.astype("float32"), target.astype("uint8")):
        got = run("nn.sparse_categorical_crossentropy", tier, t, output, from_logits, axis)[1][0]
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
    promise = keras.ops.sparse_categorical_crossentropy(
        keras.KerasTensor(target.shape, "int32"), keras.KerasTensor(shape), from_logits, axis
    )
    assert promise.shape == want.shape


def test_sparse_label_that_is_no_class():
    output = np.full((4, 3), 1 / 3, "float32")
    for tier in TIERS:
        got = run("nn.sparse_categorical_crossentropy", tier, np.array([0, 3, -1, 2]), output)[1][0]
        np.testing.assert_array_equal(np.isnan(got), [False, True, True, False])


@pytest.mark.parametrize("tier", TIERS)
def test_extremes_are_finite_and_exact(tier):
    logits = np.array([-1e4, -100, -20, 0, 20, 100, 1e4], "float32")
    for target in (0.0, 1.0, 0.25):
        t = np.full_like(logits, target)
        got = run("nn.binary_crossentropy", tier, t, logits, True)[1][0]
        np.testing.assert_allclose(
            got, binary(t.astype("float64"), logits.astype("float64"), True), rtol=1e-6, atol=1e-37
        )
    p = np.array([0, 1, 1e-9, 0.5], "float32")
    got = run("nn.binary_crossentropy", tier, np.array([0, 1, 1, 0.5], "float32"), p)[1][0]
    np.testing.assert_allclose(got, [1e-7, 1.192e-7, -np.log(1e-7), np.log(2)], rtol=1e-2)
    far = np.array([[1e4, 0, -1e4]], "float32")
    got = run("nn.categorical_crossentropy", tier, np.array([[0, 0, 1]], "float32"), far, True)[1][0]
    np.testing.assert_allclose(got, [2e4], rtol=1e-6)


def test_epsilon_follows_keras():
    zero, one = np.zeros(1, "float32"), np.ones(1, "float32")
    try:
        keras.config.set_epsilon(1e-3)
        got = function("nn.binary_crossentropy")(one, zero).numpy()
    finally:
        keras.config.set_epsilon(1e-7)
    np.testing.assert_allclose(got, -np.log(1e-3), rtol=1e-6)


ERRORS = [
    (lambda: function("nn.categorical_crossentropy")(np.zeros((2, 3), "float32"), np.zeros((2, 4), "float32")),
     "[keras.ops.categorical_crossentropy] target and output must have the same shape. Received: target.shape=(2, 3), "
     "target.dtype=float32, output.shape=(2, 4), output.dtype=float32, from_logits=False, axis=-1"),
    (lambda: function("nn.sparse_categorical_crossentropy")(np.zeros(3, "int32"), np.zeros((2, 4), "float32")),
     "[keras.ops.sparse_categorical_crossentropy] target must have the shape of output without the axis of classes. "
     "Received: target.shape=(3,), target.dtype=int32, output.shape=(2, 4), output.dtype=float32, from_logits=False, "
     "axis=-1"),
    (lambda: function("nn.categorical_crossentropy")(np.zeros((2, 3), "float32"), np.zeros((2, 3), "float32"), axis=2),
     "[keras.ops.categorical_crossentropy] axis 2 is out of range for a tensor of rank 2. "
     "Received: target.shape=(2, 3), target.dtype=float32, output.shape=(2, 3), output.dtype=float32, "
     "from_logits=False, axis=2"),
]  # fmt: skip


@pytest.mark.parametrize("call, text", ERRORS)
def test_error(call, text):
    check_error(call, text)
