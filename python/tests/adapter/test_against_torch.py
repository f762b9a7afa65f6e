"""The same saved model with Keras on torch, in a process of its own."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

MAKE = """
import sys
import keras
import numpy as np

name, folder = sys.argv[1:]
rng = np.random.default_rng(7)


def mobilenet():
    shape = (96, 96, 3)
    return keras.applications.MobileNetV2(shape, weights=None, classifier_activation=None, classes=100)


def digits():
    return keras.Sequential([
        keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 2), keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.MaxPooling2D(), keras.layers.Conv2D(16, 3, strides=2, padding="same"),
        keras.layers.BatchNormalization(), keras.layers.Activation("silu"), keras.layers.Flatten(),
        keras.layers.Dropout(0.5), keras.layers.Dense(10, activation="softmax"),
    ])


def several_inputs():
    image, number = keras.Input((16, 16, 3), name="image"), keras.Input((4,), name="number")
    x = keras.layers.SeparableConv2D(8, 3, padding="same", activation="gelu")(image)
    x = keras.layers.Concatenate()([x, keras.layers.AveragePooling2D(2, strides=1, padding="same")(x)])
    x = keras.layers.GlobalAveragePooling2D()(x)
    y = keras.layers.LayerNormalization()(keras.layers.Dense(16, activation="tanh")(number))
    outputs = [keras.layers.Dense(3, name="a")(keras.layers.add([x, y])), keras.layers.multiply([x, y])]
    return keras.Model([image, number], outputs)


model = globals()[name]()
for weight in model.weights:
    scale = 1.5 / np.sqrt(max(1, np.prod(weight.shape[:-1])))
    positive = "variance" in weight.path or "gamma" in weight.path
    weight.assign(rng.uniform(0.5, 1.5, weight.shape) if positive else rng.normal(0, scale, weight.shape))
inputs = [rng.normal(size=(3, *x.shape[1:])).astype("float32") for x in model.inputs]
outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
model.save(f"{folder}/model.keras")
outputs = outputs if isinstance(outputs, list) else [outputs]
np.savez(f"{folder}/numbers.npz", *inputs, *outputs)
"""


@pytest.mark.parametrize("name", ["digits", "several_inputs", "mobilenet"])
def test_agrees(name, tmp_path):
    script = tmp_path / "make.py"
    script.write_text(MAKE)
    environment = os.environ | {"KERAS_BACKEND": "torch", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, script, name, tmp_path], env=environment, check=True, capture_output=True)
    with np.load(tmp_path / "numbers.npz") as file:
        numbers = list(file.values())
    model = keras.saving.load_model(tmp_path / "model.keras")
    inputs, wanted = numbers[: len(model.inputs)], numbers[len(model.inputs) :]
    for predict in (lambda x: model.predict(x, batch_size=2, verbose=0), model.predict_on_batch):
        outputs = predict(inputs if len(inputs) > 1 else inputs[0])
        outputs = outputs if isinstance(outputs, list) else [outputs]
        assert len(outputs) == len(wanted)
        for got, want in zip(outputs, wanted, strict=True):
            assert want.std() > 0.01 * np.abs(want).max()  # or agreement would say nothing
            assert np.abs(got - want).max() <= 1e-5 * np.abs(want).max()
