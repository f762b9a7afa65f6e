"""Models saved for the tests of the command: each is a function, saved once a run with what it computes."""

import json
import zipfile

import keras
import numpy as np

layers = keras.layers


def mlp():
    stack = [keras.Input((4,), name="x"), layers.Dense(5, activation="relu"), layers.Dense(3, name="out")]
    return keras.Sequential(stack, name="mlp")


def pair():
    left, right = keras.Input((3,), name="left"), keras.Input((2,), name="right")
    a, b = layers.Dense(4, name="a")(left), layers.Dense(4, name="b")(right)
    return keras.Model([left, right], [layers.Add(name="sum")([a, b]), layers.Multiply(name="product")([a, b])])


def whole():
    """int32 in and out: every number twice."""
    x = keras.Input((3,), name="x", dtype="int32")
    return keras.Model(x, layers.Add(name="out")([x, x]))


def fixed():
    x = keras.Input(batch_shape=(4, 3), name="x")
    return keras.Model(x, layers.ReLU(name="out")(x))


def states():
    """A last layer of three outputs."""
    return keras.Sequential([keras.Input((5, 3), name="x"), layers.LSTM(4, return_state=True, name="lstm")])


def cnn():
    stack = [
        keras.Input((8, 8, 3), name="image"),
        layers.Conv2D(4, 3, name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.MaxPooling2D(name="pool"),
        layers.Flatten(name="flat"),
        layers.Dense(3, name="out"),
    ]
    return keras.Sequential(stack, name="cnn")


def pixels(height, width, channels):
    """Returns the image that it is given."""
    x = keras.Input((height, width, channels), name="image")
    return keras.Model(x, layers.Activation("linear", name="out")(x))


def save(model, path, seed=0):
    """Saves a model with random weights; returns it."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        weight.assign(
            rng.uniform(0.5, 1.5, weight.shape) if "variance" in weight.path else rng.normal(size=weight.shape)
        )
    model.save(path)
    return model


def edit(source, target, change=None, without=()):
    """Copies a .keras file without some entries; `change` edits its config."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name in without:
                continue
            data = old.read(name)
            if name == "config.json" and change:
                config = json.loads(data)
                change(config)
                data = json.dumps(config)
            new.writestr(name, data)
    return target
