"""Functions that are computed again for their gradients: the same numbers, in less memory."""

import gc
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

import keravino

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


def block(x, weight, mask=None, *, parts, scale=1.0):
    """Tensors, variables, a mask, whole numbers and Python's own in nested structures, and as results too."""
    y = ops.tanh(x @ weight) * scale + ops.take(parts["rows"], parts["ids"], axis=0)
    y = y if mask is None else ops.where(mask, y, x)
    return {"y": y, "square": y**2, "size": 6, "none": None}


def gradients(function, order=1):
    weight = keras.Variable(np.eye(4, dtype="float32") + 0.1)
    frozen = keras.Variable(X[:2] * 0.5, trainable=False)
    with keravino.GradientTape() as outer:
        x = outer.watch(X)
        with keravino.GradientTape() as tape:
            found = function(x, weight, X > 0, parts={"rows": frozen, "ids": np.arange(6) % 2}, scale=0.5)
            assert found["size"] == 6 and found["none"] is None
            loss = ops.sum(found["y"] ** 3) + ops.sum(found["square"])
        results = tape.gradient(loss, [x, weight, frozen])
        assert results[2] is None
        total = ops.sum(results[0] ** 2) + ops.sum(results[1])
    return [*outer.gradient(total, [x, weight])] if order == 2 else results[:2]


@pytest.mark.parametrize("order", [1, 2])
def test_eager_gradients(order):
    for got, wanted in zip(gradients(keras.remat(block), order), gradients(block, order), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_without_a_tape_nothing_changes():
    assert float(keras.remat(lambda x: x + 1)(2.0)) == 3
    assert keras.remat(block).__doc__ == block.__doc__


def test_complex_results():
    def function(x):
        return ops.fft((x, 2 * x))

    def gradient(f):
        with keravino.GradientTape() as tape:
            x = tape.watch(X)
            real, imaginary = f(x)
            loss = ops.sum(real**2 + 3 * imaginary)
        return tape.gradient(loss, x)

    np.testing.assert_allclose(gradient(keras.remat(function)), gradient(function), rtol=1e-5, atol=1e-5)


def model():
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.3, seed=3)(layers.Flatten()(x))
    x = layers.Dense(8, "gelu", kernel_regularizer="l2")(x)
    return keras.Model(inputs, layers.Dense(2)(x))


@pytest.mark.parametrize("eager", [False, True])
def test_fit(eager):
    """Every layer and the model itself: weights, moving averages and masks of dropout are as without."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(24, 8, 8, 3)).astype("float32"), rng.normal(size=(24, 2)).astype("float32")
    runs = []
    for mode in (None, "full"):
        keras.utils.set_random_seed(0)
        with keras.RematScope(mode=mode):
            m = model()
        m.compile(keras.optimizers.SGD(0.05), "mse", run_eagerly=eager)
        history = m.fit(x, y, batch_size=12, epochs=1 if eager else 3, shuffle=False, verbose=0).history["loss"]
        runs.append([np.array(history), *m.get_weights()])
    for got, wanted in zip(*runs, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)


class Block(layers.Layer):
    """Some layers behind each other, which are computed again together or kept."""

    def __init__(self, make, again):
        super().__init__()
        self.parts = [make() for _ in range(4)]
        self.apply = keras.remat(self.apply) if again else self.apply

    def build(self, shape):
        for part in self.parts:
            part.build(shape)

    def apply(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def call(self, x):
        return self.apply(x)


def resident(key):
    """MiB of this process: VmRSS now, VmHWM at the most since the last reset."""
    return int(re.search(rf"{key}:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def peak(make, shape, batch, head, again):
    """MiB that a train step takes at its peak."""
    blocks = [Block(make, again) for _ in range(8)]
    model = keras.Sequential([keras.Input(shape), *blocks, *head, layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((batch, *shape), "float32"), np.ones((batch, 1), "float32")
    gc.collect()
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    model.train_on_batch(x, y)
    return resident("VmHWM") - before


CASES = {
    "mlp": (lambda: layers.Dense(128, "gelu"), (128,), 8192, []),
    "cnn": (
        lambda: layers.Conv2D(32, 3, padding="same", activation="relu"),
        (32, 32, 32),
        32,
        [layers.GlobalAveragePooling2D()],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_less_memory(case):
    again, kept = peak(*CASES[case], again=True), peak(*CASES[case], again=False)
    print(f"{case}: {again:.0f} MiB, {kept:.0f} without")
    assert again < 0.65 * kept
