"""The models: built by Keras with seeded weights, saved once, and converted for the columns that do not read .keras.

Run by prepare.py in a process of its own: `models.py tensorflow|channels_first TARGET FOLDER`.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

BATCHES = {"MLP": (32,)}


def batches(target):
    """The batch sizes at which a target is measured."""
    return BATCHES.get(target, (1, 8))


def build(target):
    """A new Keras model; classifiers give logits, where a difference shows."""
    import keras

    if target == "MLP":
        layers = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(64, activation="relu")]
        return keras.Sequential([keras.Input((32,)), *layers, keras.layers.Dense(10)])
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


def make_keras_file(target, folder):
    """Writes TARGET.keras, an input per batch size, and tensorflow's answers as the reference."""
    model = build(target)
    seed_weights(model)
    model.save(folder / f"{target}.keras")
    for batch in batches(target):
        x = np.random.default_rng(batch).random((batch, *model.input_shape[1:]), dtype="float32")
        np.save(folder / f"{target}-b{batch}.npy", x)
        np.save(folder / f"{target}-b{batch}.reference.npy", model.predict_on_batch(x))
    return model


def convert_from_tensorflow(target, folder):
    """The detours people take today: SavedModel -> OpenVINO, and ONNX. Returns their seconds."""
    import openvino as ov

    model, seconds = make_keras_file(target, folder), {}
    start = time.perf_counter()
    saved = folder / f"{target}.saved_model"
    model.export(saved, format="tf_saved_model", verbose=False)
    ov.save_model(ov.convert_model(saved), folder / f"{target}.tf.xml", compress_to_fp16=False)
    seconds["savedmodel"] = time.perf_counter() - start
    start = time.perf_counter()
    model.export(folder / f"{target}.onnx", format="onnx", verbose=False)
    seconds["onnxruntime"] = time.perf_counter() - start
    return seconds


def convert_channels_first(target, folder):
    """The same network and weights built channels-first, one static file per batch size."""
    import keras
    import openvino as ov

    weights = keras.models.load_model(folder / f"{target}.keras").get_weights()
    start = time.perf_counter()
    if target != "MLP":
        keras.config.set_image_data_format("channels_first")
    model = build(target)
    model.set_weights(weights)
    for batch in batches(target):
        path = folder / f"{target}-b{batch}.nchw.xml"
        signature = [keras.InputSpec(shape=(batch, *model.input_shape[1:]), dtype="float32")]
        model.export(str(path), format="openvino", verbose=False, input_signature=signature)
        ov.Core().read_model(path)
    return {"channels_first": time.perf_counter() - start}


def main():
    """Makes the files of one target and leaves TARGET.KIND.json with the seconds it took."""
    kind, target, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    make = {"tensorflow": convert_from_tensorflow, "channels_first": convert_channels_first}[kind]
    (folder / f"{target}.{kind}.json").write_text(json.dumps(make(target, folder)))


if __name__ == "__main__":
    main()
