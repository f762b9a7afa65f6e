"""Training in half precision: what float32 reaches is reached, and a scaled loss keeps small gradients."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from keravino import _native

POLICIES = ("mixed_bfloat16", "mixed_float16")


@pytest.fixture(autouse=True)
def float32_again():
    yield
    keras.config.set_dtype_policy("float32")


def test_every_number_of_float16():
    """What a step of training rounds to, against NumPy: each number, what lies between two, and any float32."""
    halves = np.arange(2**16, dtype="uint16").view("float16").astype("float32")
    between = (halves[:0x7BFF] + halves[1:0x7C00]) / 2
    near = [np.nextafter(between, np.float32(0)), np.nextafter(between, np.float32(np.inf))]
    other = np.random.default_rng(0).integers(0, 2**32, 10**5, dtype="uint32").view("float32")
    x = np.concatenate([halves, between, -between, *near, other, np.array([65519.99, 65520, -7e4], "float32")])
    parameter = _native.parameter(x.shape, "float32")
    rounded = ops.cast(ops.cast(parameter, "float16") * 1, "float32")
    with np.errstate(over="ignore"):
        wanted = x.astype("float16").astype("float32")
    np.testing.assert_array_equal(_native.Program([parameter], [rounded], precision="typed")([x])[0], wanted)


def cnn(policy):
    keras.utils.set_random_seed(7)
    keras.config.set_dtype_policy(policy)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 16),
            layers.Conv2D(16, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(32, 3, padding="same", activation="gelu"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax", dtype="float32"),
        ]
    )


def digits():
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1).astype("float32")
    return train_test_split(images, labels, test_size=0.2, random_state=7, stratify=labels)


def accuracy(policy, epochs=12):
    x, x_test, y, y_test = digits()
    model = cnn(policy)
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    losses = model.fit(x, y, batch_size=64, epochs=epochs, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]
    assert {str(w.dtype) for w in model.trainable_weights} == {"float32"}
    return model.evaluate(x_test, y_test, verbose=0, return_dict=True)["accuracy"]


def test_the_same_accuracy_on_the_digits():
    wanted = accuracy("float32")
    assert wanted > 0.95
    for policy in POLICIES:
        assert accuracy(policy) > wanted - 0.015, policy


@pytest.mark.parametrize("policy", POLICIES)
def test_eager_is_the_same(policy):
    x, _, y, _ = digits()
    losses = []
    for eager in (False, True):
        model = cnn(policy)
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", run_eagerly=eager)
        losses.append([model.train_on_batch(x[:32], y[:32]) for _ in range(3)])
    np.testing.assert_allclose(*losses, rtol=2e-2)


@pytest.mark.parametrize("eager", [False, True])
def test_what_is_lost_in_float16(eager):
    """A gradient below float16's least number is 0, but for a scaled loss; with too large a scale the step is left out
    and the scale halved."""
    x, y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
    moved, scales = [], []
    for scale in (None, 2.0**15, 2.0**60):
        keras.config.set_dtype_policy("mixed_float16")
        small = [layers.Rescaling(1e-4), layers.Rescaling(1e-4)]
        model = keras.Sequential([keras.Input((3,)), layers.Dense(1, "sigmoid", kernel_initializer="ones"), *small])
        optimizer = keras.optimizers.SGD(1e6)
        if scale:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=scale)
        model.compile(optimizer, "mse", auto_scale_loss=False, run_eagerly=eager)
        before = model.get_weights()
        model.train_on_batch(x, y)
        moved.append(any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True)))
        scales.append(float(optimizer.dynamic_scale) if scale else None)
    assert moved == [False, True, False]
    assert scales == [None, 2.0**15, 2.0**59]
