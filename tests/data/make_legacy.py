"""Writes tests/data/legacy: models in the .h5 form of Keras 2, saved by tf_keras, with inputs and tf_keras's outputs.

It takes the packages tensorflow and tf_keras. The tests read the files that are committed.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np
import tf_keras as keras

L = keras.layers
FOLDER = Path(__file__).parent / "legacy"


def sequential():
    return keras.Sequential(
        [
            L.Conv2D(4, 3, padding="same", input_shape=(8, 8, 2)),
            L.BatchNormalization(),
            L.LeakyReLU(),
            L.DepthwiseConv2D(3),
            L.SeparableConv2D(3, 2, activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(3, activation="softmax"),
        ]
    )


def functional():
    """Two inputs and outputs, arguments in the call, a shared layer, nested models that are called twice."""
    a, b = keras.Input((5, 4), name="a"), keras.Input((5, 4), name="b")
    attended = L.MultiHeadAttention(2, 3)(a, value=b)
    inner_in = keras.Input((5, 4))
    inner = keras.Model(inner_in, L.LayerNormalization()(L.Dense(4)(L.BatchNormalization()(inner_in))), name="inner")
    stack = keras.Sequential([L.Dense(3), L.BatchNormalization(), L.Dense(2)], name="stack")
    shared = L.Dense(4, name="shared")
    x, y = inner(shared(attended)), inner(shared(b))
    both = L.Concatenate()([stack(x), stack(y), y])
    state = L.LSTM(3)(both, initial_state=[L.Dense(3)(L.Flatten()(a)), L.Dense(3)(L.Flatten()(b))])
    return keras.Model([a, b], [state, L.Add()([stack.layers[0](x), L.Dense(3)(y)]), inner(y)])


def recurrent():
    return keras.Sequential(
        [
            L.Embedding(7, 4, mask_zero=True, input_length=6),
            L.Bidirectional(L.GRU(3, return_sequences=True)),
            L.GRU(3, reset_after=False, return_sequences=True, recurrent_activation="hard_sigmoid"),
            L.TimeDistributed(keras.Sequential([L.Dense(3), L.BatchNormalization()])),
            L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_sequences=True),
            L.SimpleRNN(2, return_sequences=True),
            L.Bidirectional(L.LSTM(2, go_backwards=True), merge_mode="sum"),
        ]
    )


def frozen():
    model = keras.Sequential(
        [
            L.Dense(3, input_shape=(4,)),
            keras.Sequential([L.Dense(3), L.BatchNormalization(), L.Dense(3)]),
            L.BatchNormalization(axis=-1),
            L.Dense(2),
        ]
    )
    model.layers[1].layers[0].trainable = False
    model.layers[2].trainable = False
    return model


def inputs_of(model, rng):
    if isinstance(model.layers[0], L.Embedding):
        return [np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 1, 2, 0]], "float32")]
    return [rng.normal(size=(2, *x.shape[1:])).astype("float32") for x in model.inputs]


def cudnn(source, target):
    """The file as CuDNNLSTM and CuDNNGRU have their weights, by tf_keras's own conversion from them turned around."""
    from tf_keras.src.saving.legacy.hdf5_format import _convert_rnn_weights

    model = keras.Sequential([L.LSTM(3, return_sequences=True, input_shape=(5, 2)), L.GRU(3)])
    reference = save(source, model)
    target.write_bytes(source.read_bytes())
    with h5py.File(target, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        kept = {"name", "trainable", "dtype", "units", "return_sequences", "batch_input_shape"}
        for layer in config["config"]["layers"][1:]:
            layer["class_name"] = f"CuDNN{layer['class_name']}"
            layer["config"] = {key: value for key, value in layer["config"].items() if key in kept}
        del config["config"]["layers"][0]
        file.attrs["model_config"] = json.dumps(config)
        for layer, name in zip(model.layers, ("CuDNNLSTM", "CuDNNGRU"), strict=True):
            group = file["model_weights"][layer.name]
            like = type(name, (), {"units": 3, "reset_after": True})()
            turned = _convert_rnn_weights(like, layer.get_weights())
            for key, value in zip(group.attrs["weight_names"], turned, strict=True):
                del group[key]
                group[key] = value
    source.unlink()
    np.savez(target.with_suffix(".npz"), **reference)


def save(path, model):
    rng = np.random.default_rng(7)
    data = inputs_of(model, rng)
    model(data[0] if len(data) == 1 else data)
    for weight in model.weights:  # none is what a layer starts with, and variances are positive
        weight.assign(rng.uniform(0.1, 0.9, weight.shape) - (0 if "variance" in weight.name else 0.4))
    model.save(path)
    outputs = model(data[0] if len(data) == 1 else data)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    named = {f"x{i}": x for i, x in enumerate(data)}
    return named | {f"y{i}": y.numpy() for i, y in enumerate(outputs)}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for make in (sequential, functional, recurrent, frozen):
        keras.backend.clear_session()
        model = make()
        arrays = save(FOLDER / f"{make.__name__}.h5", model)
        np.savez(FOLDER / f"{make.__name__}.npz", **arrays)
    model.save_weights(FOLDER / "frozen_weights.h5")
    cudnn(FOLDER / "rnn.h5", FOLDER / "cudnn.h5")
    sys.stdout.write("\n".join(f"{p.stat().st_size:7} {p.name}" for p in sorted(FOLDER.iterdir())) + "\n")
