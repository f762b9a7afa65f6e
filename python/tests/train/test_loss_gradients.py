"""Gradients of losses, against torch."""

import numpy as np
import pytest
import torch
from keras import ops

import keravino
from keravino import _native

RNG = np.random.default_rng(0)


def sparse(logits, labels):
    """Losses, the gradient of their weighted sum, and the op types of the compiled graph."""
    x, y = _native.parameter(logits.shape, "float32"), _native.parameter(labels.shape, "int32")
    weights = np.arange(1, labels.size + 1, dtype="float32").reshape(labels.shape)
    with keravino.GradientTape() as tape:
        losses = ops.sparse_categorical_crossentropy(y, x, from_logits=True)
        loss = ops.sum(losses * weights)
    program = _native.Program([x, y], [losses, tape.gradient(loss, x)])
    return *program([logits, labels]), program.op_types()


@pytest.mark.parametrize("shape", [(5, 7), (3, 4, 7), (2, 5000), (300, 1000), (1, 1)])
def test_sparse_categorical_crossentropy(shape):
    logits = (RNG.normal(size=shape) * 10).astype("float32")
    labels = RNG.integers(0, shape[-1], shape[:-1]).astype("int32")
    losses, gradient, types = sparse(logits, labels)
    x = torch.tensor(logits, requires_grad=True)
    wanted = torch.nn.functional.cross_entropy(
        x.reshape(-1, shape[-1]), torch.tensor(labels).long().ravel(), reduction="none"
    )
    (wanted * torch.arange(1, labels.size + 1)).sum().backward()
    assert "CrossEntropyGradient" in types
    np.testing.assert_allclose(losses.ravel(), wanted.detach(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(gradient, x.grad, rtol=1e-4, atol=1e-4)


def test_a_label_that_is_no_class():
    losses, gradient, _ = sparse(np.zeros((3, 4), "float32"), np.array([1, 4, -1], "int32"))
    assert np.isnan(losses[1:]).all() and np.isnan(gradient[1:]).all()
    np.testing.assert_allclose(losses[0], np.log(4), rtol=2e-6)


def test_a_label_that_is_no_class_where_there_is_no_kernel():
    with keravino.GradientTape() as tape:
        x = tape.watch(np.zeros((4, 3), "float32"))
        losses = ops.sparse_categorical_crossentropy(np.array([1, 4, -1]), x, from_logits=True, axis=0)
    gradient = ops.convert_to_numpy(tape.gradient(losses, x))
    np.testing.assert_allclose(losses, [np.log(4), np.nan, np.nan], rtol=2e-6)
    assert np.isnan(gradient[:, 1:]).all()
    np.testing.assert_allclose(gradient[:, 0], [0.25, -0.75, 0.25, 0.25], rtol=1e-5)


def test_second_order():
    logits = RNG.normal(size=(3, 4)).astype("float32")
    labels, direction = np.array([0, 2, 3]), RNG.normal(size=(3, 4)).astype("float32")
    with keravino.GradientTape() as outer:
        x = outer.watch(logits)
        with keravino.GradientTape() as inner:
            loss = ops.sum(ops.sparse_categorical_crossentropy(labels, x, from_logits=True) ** 2)
        first = inner.gradient(loss, x)
        slope = ops.sum(first * direction)
    second = outer.gradient(slope, x)

    def theirs(x):
        return (torch.nn.functional.cross_entropy(x, torch.tensor(labels), reduction="none") ** 2).sum()

    _, wanted = torch.autograd.functional.vhp(theirs, torch.tensor(logits), torch.tensor(direction))
    np.testing.assert_allclose(second, wanted, rtol=1e-4, atol=1e-5)
