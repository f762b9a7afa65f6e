"""Small models with known weights, and what they compute, in NumPy."""

import keras
import numpy as np


def randomize(model, seed=0):
    """Gives every weight of a model random numbers; moving variances stay positive."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        numbers = rng.uniform(0.5, 1.5, weight.shape) if "variance" in weight.path else rng.normal(0, 0.3, weight.shape)
        weight.assign(numbers.astype("float32"))
    return model


def mlp():
    """Two Dense layers, 4 to 3."""
    return randomize(
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(5, activation="relu"), keras.layers.Dense(3)])
    )


def mlp_reference(model, x):
    """The same in NumPy."""
    w1, b1, w2, b2 = (np.asarray(w) for w in model.weights)
    return np.maximum(x @ w1 + b1, 0) @ w2 + b2


def two_inputs():
    """Inputs "a" (3) and "b" (2); outputs "sum" and "prod"."""
    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    x = keras.layers.Dense(4)(a)
    y = keras.layers.Dense(4)(b)
    outputs = {"sum": keras.layers.Add()([x, y]), "prod": keras.layers.Multiply()([x, y])}
    return randomize(keras.Model({"a": a, "b": b}, outputs))


def two_inputs_reference(model, a, b):
    """The same in NumPy."""
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    (wx, bx), (wy, by) = [(np.asarray(layer.kernel), np.asarray(layer.bias)) for layer in layers]
    x, y = a @ wx + bx, b @ wy + by
    return {"sum": x + y, "prod": x * y}


def cnn():
    """A small CNN for 8x8 images of one channel."""
    return randomize(
        keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                keras.layers.Conv2D(8, 3, padding="same"),
                keras.layers.BatchNormalization(),
                keras.layers.ReLU(),
                keras.layers.MaxPooling2D(),
                keras.layers.Conv2D(16, 3, activation="relu"),
                keras.layers.GlobalAveragePooling2D(),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )
    )
