"""Gradients through branches, loops and recurrent layers, eagerly and in the graph of a program."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import torch
from keras import ops

import keravino
from keravino import _native

rng = np.random.default_rng(0)
W, XS = rng.uniform(-1, 1, 3).astype("float32"), rng.uniform(-1, 1, (5, 3)).astype("float32")


def gradients(function, *arrays, traced=False, order=1):
    """The gradients of a scalar function by its arguments; `traced`: by a program, of parameters of open shapes."""

    def graph(xs):
        tape = keravino.GradientTape()
        with tape:
            xs = [tape.watch(x) for x in xs]
            y = function(*xs)
            for _ in range(order - 1):
                y = sum(ops.sum(g * g) for g in tape.gradient(y, xs) if g is not None)
        return tape.gradient(y, xs)

    if not traced:
        return [np.zeros_like(x) if g is None else np.asarray(g) for x, g in zip(arrays, graph(arrays), strict=True)]
    parameters = [_native.parameter(x.shape, "float32") for x in map(np.asarray, arrays)]
    return _native.Program(parameters, graph(parameters))([np.asarray(x) for x in arrays])


def check(function, reference, *arrays):
    """Against jax, to order 2, in both tiers."""
    arrays = [np.asarray(x, "float32") for x in arrays]
    argnums = tuple(range(len(arrays)))
    first = jax.grad(reference, argnums)
    second = jax.grad(lambda *xs: sum(jnp.sum(g * g) for g in first(*xs)), argnums)
    for order, want in ((1, first(*arrays)), (2, second(*arrays))):
        for traced in (False, True):
            for got, w in zip(gradients(function, *arrays, traced=traced, order=order), want, strict=True):
                np.testing.assert_allclose(got, w, rtol=2e-4, atol=2e-5, err_msg=f"order {order}, traced {traced}")


@pytest.mark.parametrize("x", [W, -W])
def test_cond(x):
    def function(m):
        return lambda x, w: m.cond(m.sum(x) > 0, lambda: m.sum(m.sin(x) * w), lambda: m.sum(x * x))

    def reference(x, w):
        return jax.lax.cond(jnp.sum(x) > 0, lambda: jnp.sum(jnp.sin(x) * w), lambda: jnp.sum(x * x))

    check(function(ops), reference, x, XS[0])


@pytest.mark.parametrize("reverse", [False, True])
def test_scan(reverse):
    def step(m, w):
        return lambda c, x: (m.tanh(c * w + x), c * x)

    def function(w, xs, c):
        c, ys = ops.scan(step(ops, w), c, xs, reverse=reverse)
        return ops.sum(c) + ops.sum(ys**2)

    def reference(w, xs, c):
        c, ys = jax.lax.scan(step(jnp, w), c, xs, reverse=reverse)
        return jnp.sum(c) + jnp.sum(ys**2)

    check(function, reference, W, XS, W * 0.5)


@pytest.mark.parametrize("limit, steps", [(9.0, None), (-1.0, 0)])
def test_while(limit, steps):
    """jax cannot go back through a while: the same steps one by one. The count is known when it runs alone."""

    def go_on(m):
        return lambda x: m.sum(m.abs(x)) < limit

    def function(x, w):
        return ops.sum(ops.while_loop(go_on(ops), lambda x: (x * (1 + w * w) + 0.1,), (x,))[0] ** 2)

    def reference(x, w, count):
        for _ in range(count):
            x = x * (1 + w * w) + 0.1
        return jnp.sum(x**2)

    count, x = 0, W
    while steps is None and np.abs(x).sum() < limit:
        count, x = count + 1, x * (1 + XS[0] ** 2) + np.float32(0.1)
    assert count == steps or count > 2
    check(function, lambda x, w: reference(x, w, count), W, XS[0])


def test_fori():
    def function(x, w):
        return ops.sum(ops.fori_loop(0, 4, lambda i, x: ops.sin(x * w) + ops.cast(i, "float32"), x))

    def reference(x, w):
        for i in range(4):
            x = jnp.sin(x * w) + i
        return jnp.sum(x)

    check(function, reference, W, XS[0])


def test_map_and_associative_scan():
    def function(m, f_map, f_scan):
        return lambda xs, w: m.sum(f_map(lambda x: m.sin(x) * w, xs) * xs) + m.sum(f_scan(lambda a, b: a * b, xs) ** 2)

    check(function(ops, ops.map, ops.associative_scan), function(jnp, jax.lax.map, jax.lax.associative_scan), XS, W)


def test_nested():
    """A loop in a loop, with a branch in it."""

    def function(xs, w):
        def inner(c, x):
            return ops.cond(x > 0, lambda: c * x, lambda: c + ops.sin(x)), c

        def outer(c, row):
            c, ys = ops.scan(inner, c, row)
            return c * w[0], ops.sum(ys)

        c, ys = ops.scan(outer, w[1], xs)
        return c + ops.sum(ys * ys)

    def reference(xs, w):
        def inner(c, x):
            return jnp.where(x > 0, c * x, c + jnp.sin(x)), c

        def outer(c, row):
            c, ys = jax.lax.scan(inner, c, row)
            return c * w[0], jnp.sum(ys)

        c, ys = jax.lax.scan(outer, w[1], xs)
        return c + jnp.sum(ys * ys)

    check(function, reference, XS, W)


def test_state_that_changes_its_shape():
    def function(x):
        return ops.sum(ops.while_loop(lambda x: ops.shape(x)[0] < 9, lambda x: (ops.concatenate([x, x]),), (x,))[0])

    parameter = _native.parameter((3,), "float32")
    with keravino.GradientTape() as tape:
        y = function(parameter)
    with pytest.raises(NotImplementedError, match="a loop whose state changes its shape"):
        tape.gradient(y, parameter)


MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]], bool)
SEQUENCE = rng.uniform(-1, 1, (2, 5, 3)).astype("float32")
LAYERS = {
    "simple": lambda **k: keras.layers.SimpleRNN(4, **k),
    "lstm": lambda **k: keras.layers.LSTM(4, **k),
    "gru": lambda **k: keras.layers.GRU(4, reset_after=True, **k),
    "gru before": lambda **k: keras.layers.GRU(4, reset_after=False, **k),
    "bidirectional": lambda **k: keras.layers.Bidirectional(keras.layers.LSTM(4, **k)),
}


@pytest.mark.parametrize("mask", [None, MASK])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_recurrent_layers(kind, sequences, backwards, mask):
    """The loop against the layer unrolled, whose graph is made of simple nodes."""
    if kind == "bidirectional" and backwards:
        backwards, sequences = False, not sequences  # Keras turns the second layer round by itself
    found = []
    for unroll in (False, True):
        keras.utils.set_random_seed(1)
        layer = LAYERS[kind](return_sequences=sequences, go_backwards=backwards, unroll=unroll)
        layer.build(SEQUENCE.shape)
        with keravino.GradientTape() as tape:
            x = tape.watch(SEQUENCE)
            y = layer(x, mask=None if mask is None else ops.convert_to_tensor(mask), training=True)
            loss = ops.sum(ops.sin(y * 2))
        found.append([np.asarray(g) for g in tape.gradient(loss, [x, *layer.trainable_weights])])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_lstm_against_torch():
    layer = keras.layers.LSTM(4, return_sequences=True)
    layer.build(SEQUENCE.shape)
    with keravino.GradientTape() as tape:
        x = tape.watch(SEQUENCE)
        loss = ops.sum(ops.sin(layer(x, training=True)))
    got = tape.gradient(loss, [x, *layer.trainable_weights])
    theirs = torch.nn.LSTM(3, 4, batch_first=True)
    kernel, recurrent, bias = (np.asarray(w) for w in layer.trainable_weights)
    with torch.no_grad():  # both in the order input, forget, cell, output
        theirs.weight_ih_l0.copy_(torch.tensor(kernel.T))
        theirs.weight_hh_l0.copy_(torch.tensor(recurrent.T))
        theirs.bias_ih_l0.copy_(torch.tensor(bias))
        theirs.bias_hh_l0.zero_()
    x = torch.tensor(SEQUENCE, requires_grad=True)
    torch.sin(theirs(x)[0]).sum().backward()
    want = [x.grad, theirs.weight_ih_l0.grad.T, theirs.weight_hh_l0.grad.T, theirs.bias_ih_l0.grad]
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(np.asarray(a), b.numpy(), rtol=1e-4, atol=1e-5)
