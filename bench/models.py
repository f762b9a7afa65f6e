"""The models: built by Keras with seeded weights, saved once, and converted for the columns that do not read .keras.

Run by prepare.py in a process of its own: `models.py KIND TARGET FOLDER`.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

BATCHES = {"MLP": (32,), "CNN": (8,), "LSTM": (8,), "MultiHeadAttention": (8,), "BidirectionalGRU": (8,)}


def batches(target):
    """The batch sizes at which a target is measured."""
    return BATCHES.get(target, (1, 8, 32))


def _mlp(layers):
    return (32,), [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(10)]


def _cnn(layers):
    blocks = [layer for n in (16, 32) for layer in (layers.Conv2D(n, 3, activation="relu"), layers.MaxPooling2D())]
    return (28, 28, 1), [*blocks, layers.Flatten(), layers.Dense(10)]


def _lstm(layers):
    return (20, 32), [layers.LSTM(64), layers.Dense(10)]


def _gru(layers):
    both = [layers.Bidirectional(layers.GRU(256, return_sequences=more)) for more in (True, False)]
    return (128, 64), [*both, layers.Dense(10)]


# Small models: the shape of an input, and the layers.
SMALL = {"MLP": _mlp, "CNN": _cnn, "LSTM": _lstm, "BidirectionalGRU": _gru}


def build(target):
    """A new Keras model; classifiers give logits, where a difference shows."""
    import keras

    if target == "MultiHeadAttention":
        x = keras.Input((16, 32))
        return keras.Model(x, keras.layers.MultiHeadAttention(4, 8)(x, x))
    if target in SMALL:
        shape, layers = SMALL[target](keras.layers)
        return keras.Sequential([keras.Input(shape), *layers])
    return getattr(keras.applications, target)(weights=None, classifier_activation=None)


def seed_weights(model):
    """Weights under which every layer matters: no all-zero biases, no identity BatchNormalization."""
    rng = np.random.default_rng(0)
    for variable in model.variables:
        if "float" not in variable.dtype:
            continue
        kind, shape = variable.path.rsplit("/", 1)[-1], variable.shape
        if "variance" in kind or "gamma" in kind:
            value = rng.uniform(0.8, 1.2, shape)
        elif "kernel" in kind:
            fan_in = np.prod(shape[:2] if "depthwise" in variable.path else shape[:-1])
            value = rng.normal(0, np.sqrt(2 / fan_in), shape)
        else:
            value = rng.normal(0, 0.1, shape)
        variable.assign(value.astype("float32"))


def make_keras(target, folder):
    """Writes TARGET.keras, an input per batch size, and this backend's answers as the reference."""
    model = build(target)
    seed_weights(model)
    model.save(folder / f"{target}.keras")
    for batch in batches(target):
        x = np.random.default_rng(batch).random((batch, *model.input_shape[1:]), dtype="float32")
        np.save(folder / f"{target}-b{batch}.npy", x)
        np.save(folder / f"{target}-b{batch}.reference.npy", model.predict_on_batch(x))


def make_savedmodel(target, folder):
    """The detour by TensorFlow's SavedModel to OpenVINO."""
    import openvino as ov

    saved = folder / f"{target}.saved_model"
    _load(target, folder).export(saved, format="tf_saved_model", verbose=False)
    ov.save_model(ov.convert_model(saved), folder / f"{target}.tf.xml", compress_to_fp16=False)


def make_onnxruntime(target, folder):
    """The detour by tf2onnx."""
    model = _load(target, folder)
    model(np.zeros((1, *model.input_shape[1:]), "float32"))  # Keras exports no model that was never called
    model.export(folder / f"{target}.onnx", format="onnx", verbose=False)


def make_channels_first(target, folder):
    """The same network and weights built channels-first, one static file per batch size."""
    import keras

    weights = _load(target, folder).get_weights()
    if target != "MLP":
        keras.config.set_image_data_format("channels_first")
    model = build(target)
    model.set_weights(weights)
    for batch in set(batches(target)) - {32}:
        path = folder / f"{target}-b{batch}.nchw.xml"
        signature = [keras.InputSpec(shape=(batch, *model.input_shape[1:]), dtype="float32")]
        model.export(str(path), format="openvino", verbose=False, input_signature=signature)


def make_frugally_deep(target, folder):
    """frugally-deep's own format, by its own converter."""
    script = Path(os.environ["FRUGALLY_DEEP"], "frugally-deep", "keras_export", "convert_model.py")
    subprocess.run([sys.executable, script, folder / f"{target}.keras", folder / f"{target}.fdeep.json"], check=True)


def _load(target, folder):
    import keras

    return keras.models.load_model(folder / f"{target}.keras")


# Kind of file (the column that reads it) -> Keras backend that makes it, and how.
MAKERS = {
    "keras": ("tensorflow", make_keras),
    "savedmodel": ("tensorflow", make_savedmodel),
    "onnxruntime": ("tensorflow", make_onnxruntime),
    "channels_first": ("openvino", make_channels_first),
    "frugally_deep": ("tensorflow", make_frugally_deep),
}


def main():
    """Makes the files of one kind and target, and leaves TARGET.KIND.json with the seconds it took."""
    kind, target, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    start = time.perf_counter()
    MAKERS[kind][1](target, folder)
    (folder / f"{target}.{kind}.json").write_text(json.dumps(time.perf_counter() - start))


if __name__ == "__main__":
    main()
