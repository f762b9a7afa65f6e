"""Recurrent layers in training: the kernel against the same layer made of ops, step by step."""

import keras
import numpy as np
import pytest
from keras import ops

import keravino
from keravino import _native

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 7, 3)).astype("float32")


def program(layer, x):
    """Results and gradients of a layer, of its weights and inputs, as a compiled graph, and that graph's op types."""
    symbol = _native.parameter(x.shape, "float32")
    with keravino.GradientTape() as tape:
        results = layer(symbol, training=True)
        loss = sum(ops.sum(ops.sin(y)) for y in keras.tree.flatten(results))
    gradients = tape.gradient(loss, [symbol, *layer.trainable_weights])
    return _native.Program([symbol], [*keras.tree.flatten(results), *gradients])


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize(
    "options",
    [{}, {"return_sequences": True}, {"go_backwards": True, "return_sequences": True}, {"use_bias": False},
     {"return_state": True, "return_sequences": True}],
    ids=str,
)  # fmt: skip
def test_kernel(kind, options):
    layers = [getattr(keras.layers, kind)(4, unroll=unroll, **options) for unroll in (False, True)]
    for layer in layers:
        layer.build(X.shape)
    for a, b in zip(*(layer.weights for layer in layers), strict=True):
        if "seed" not in a.path:
            a.assign(RNG.normal(0, 0.7, a.shape).astype("float32"))
            b.assign(a)
    kernel, composed = (program(layer, X) for layer in layers)
    assert "RecurrentGradient" in kernel.op_types() and "RecurrentGradient" not in composed.op_types()
    for got, wanted in zip(kernel([X]), composed([X]), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 2), (3, 1, 40)], ids=str)
def test_kernel_of_one_step_and_one_sample(kind, shape):
    keras.utils.set_random_seed(0)
    x = RNG.normal(size=shape).astype("float32")
    layers = [getattr(keras.layers, kind)(19, unroll=unroll) for unroll in (False, True)]
    for layer in layers:
        layer.build(shape)
    for a, b in zip(*(layer.trainable_weights for layer in layers), strict=True):
        b.assign(a)
    for got, wanted in zip(*(program(layer, x)([x]) for layer in layers), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)


def test_other_activations_are_no_kernel():
    layer = keras.layers.LSTM(4, activation="relu", unroll=True)
    layer.build(X.shape)
    assert "RecurrentGradient" not in program(layer, X).op_types()


def test_inference_is_no_kernel():
    """An exported graph holds standard ops."""
    symbol = _native.parameter(X.shape, "float32")
    types = _native.Program([symbol], [keras.layers.LSTM(4)(symbol)]).op_types()
    assert "Recurrent" not in types


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_fit(kind):
    """A layer learns the sum of a sequence, in batches of two sizes."""
    keras.utils.set_random_seed(0)
    x = RNG.uniform(-1, 1, (70, 6, 1)).astype("float32")
    model = keras.Sequential([keras.Input((6, 1)), getattr(keras.layers, kind)(16), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), "mse")
    losses = model.fit(x, x.sum(1), epochs=30, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < 0.05 * losses[0]
