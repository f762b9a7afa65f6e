"""Legacy .h5 files that Keras 3 saves, through the command. Those of tf_keras: tests/model/legacy_test.cc."""

from pathlib import Path

import keras
import numpy as np
import pytest
import saved
from keras import layers

from command import run

DATA = Path(__file__).parents[3] / "tests/data/legacy"


def texts():
    """Words of a call, a mask, a wrapped layer; both halves have weights of their own."""
    return keras.Sequential(
        [
            keras.Input((5,), dtype="int32", name="x"),
            layers.Embedding(9, 4, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2)),
            layers.GRU(3),
        ]
    )


def nested():
    """A nested model that is called twice and a shared layer, with statistics among what is trained."""
    x = keras.Input((4,), name="x")
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(4)])
    shared = layers.Dense(4, name="shared")
    y = inner(shared(x))
    return keras.Model(x, layers.Concatenate(name="out")([inner(y), shared(y), layers.UnitNormalization()(y)]))


def attention():
    x = keras.Input((6, 4), name="x")
    y = layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)
    y = layers.LayerNormalization()(layers.Add()([x, y]))
    return keras.Model(x, layers.EinsumDense("abc,cd->abd", output_shape=(None, 3), bias_axes="d", name="out")(y))


def frozen():
    model = saved.cnn()
    model.get_layer("conv").trainable = False
    model.get_layer("norm").trainable = False
    return model


def spectral():
    """The wrapper's kernel is that of the layer within, which the file has once."""
    x = keras.Input((6, 4), name="x")
    y = layers.SpectralNormalization(layers.Conv1D(3, 2))(x)
    y = layers.BatchNormalization()(layers.SpectralNormalization(layers.Dense(5, use_bias=False))(y))
    return keras.Model(x, layers.TimeDistributed(layers.SpectralNormalization(layers.Dense(2)), name="out")(y))


MODELS = {make.__name__: make for make in (saved.cnn, saved.mlp, texts, nested, attention, frozen, spectral)}


def numbers(model):
    rng = np.random.default_rng(3)
    shape = (3, *model.inputs[0].shape[1:])
    whole = model.inputs[0].dtype == "int32"
    return rng.integers(0, 9, shape).astype("int32") if whole else rng.normal(size=shape).astype("float32")


def predict(folder, *command):
    status, _, err = run("run", *command, "--input", "x.npy", "--output", "y.npy", cwd=folder)
    assert status == 0, err
    return np.load(folder / "y.npy")


@pytest.mark.parametrize("name", MODELS)
def test_a_model_saved_as_h5(name, tmp_path):
    model = MODELS[name]()
    if name != "texts":
        model.compile("adam", "mse", metrics=["mae"])
    saved.save(model, tmp_path / "m.h5")
    np.save(tmp_path / "x.npy", numbers(model))
    wanted = keras.models.load_model(tmp_path / "m.h5", compile=False).predict(numbers(model), verbose=0)
    np.testing.assert_allclose(predict(tmp_path, "m.h5"), wanted, rtol=1e-5, atol=1e-5)


def test_weights_of_an_h5_go_onto_a_keras_file(tmp_path):
    saved.save(saved.cnn(), tmp_path / "m.keras")
    other = saved.save(saved.cnn(), tmp_path / "other.h5", seed=1)
    np.save(tmp_path / "x.npy", numbers(other))
    wanted = other.predict(numbers(other), verbose=0)
    got = predict(tmp_path, "m.keras", "--weights", "other.h5")
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["sequential", "functional", "frozen", "cudnn"])
def test_keras_opens_what_a_file_of_keras_2_becomes(name, tmp_path):
    """A .keras file, which the command writes after a training at a rate of 0. Keras 3 opens few of the .h5 files."""
    arrays = np.load(DATA / f"{name}.npz")
    for key, array in arrays.items():
        np.save(tmp_path / f"{key}.npy", array)
    inputs, labels = ([f"{key}.npy" for key in sorted(arrays) if key[0] == kind] for kind in "xy")
    optimizer = '{"class_name": "SGD", "config": {"learning_rate": 0.0}}'
    arguments = ["--optimizer", optimizer, "--loss", "mse", "--output", "m.keras"]
    status, _, err = run(
        "train", DATA / f"{name}.h5", "--input", *inputs, "--labels", *labels, *arguments, cwd=tmp_path
    )
    assert status == 0, err
    status, _, err = run("run", "m.keras", "--input", *inputs, "--output", "y.npz", cwd=tmp_path)
    assert status == 0, err
    xs = [arrays[key] for key in sorted(arrays) if key[0] == "x"]
    wanted = keras.models.load_model(tmp_path / "m.keras").predict(xs if len(xs) > 1 else xs[0], verbose=0)
    with np.load(tmp_path / "y.npz") as got:
        assert len(got.files) == len(keras.tree.flatten(wanted)) == len(labels)
        for file, y in zip(got.files, keras.tree.flatten(wanted), strict=True):
            np.testing.assert_allclose(got[file], y, rtol=1e-5, atol=1e-5)


def test_every_command_takes_an_h5(tmp_path):
    saved.save(saved.mlp(), tmp_path / "m.h5")
    saved.save(saved.mlp(), tmp_path / "m.keras")
    for command in (
        ("inspect", "m.h5"),
        ("verify", "m.h5", "--against", "m.keras"),
        ("convert", "m.h5", "-o", "ir"),
        ("verify", "m.h5", "--against", "ir/m.xml"),
        ("bench", "m.h5", "--seconds", "0.1"),
    ):
        status, _, err = run(*command, cwd=tmp_path)
        assert status == 0, (command, err)


class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {"name": "mine"}


def test_a_subclassed_model_says_how_to_convert_it(tmp_path):
    model = Mine()
    model(np.zeros((1, 3), "float32"))
    model.save(tmp_path / "m.h5")
    status, _, err = run("inspect", "m.h5", cwd=tmp_path)
    assert status == 2
    assert err == (
        'keravino: m.h5: config.json (Mine "mine"): a model class with Python code of its own cannot be run; wanted '
        'Sequential or Functional. Where its class is known, model.export("model.xml", format="openvino") writes '
        "what OpenVINO runs\n"
    )
