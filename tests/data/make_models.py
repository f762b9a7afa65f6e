"""Writes the small .keras files beside it, with what Keras says is in them.

Run by hand when a model is added: KERAS_BACKEND=torch python tests/data/make_models.py
Weights are drawn from a seed by place, so that a second run changes no number.
Each NAME.keras gets a NAME.npz: inputs x0, x1 ... and the outputs y0, y1 ... of Keras's own predict, and every weight by
its path in the file as h5py reads it (bfloat16 by its bits, uint16).
"""

import io
import json
import pathlib
import zipfile

import h5py
import keras
import numpy as np
from keras import layers as L
from keras.src.api_export import get_name_from_symbol
from keras.src.utils.naming import to_snake_case

HERE = pathlib.Path(__file__).parent


def fill(model):
    """Gives every weight a value that depends on its place only; a variance stays positive."""
    for index, variable in enumerate(model.variables):
        rng = np.random.default_rng(index)
        if np.issubdtype(keras.ops.convert_to_numpy(variable).dtype, np.integer):
            continue
        low = 0.5 if "variance" in variable.path else -1.0
        variable.assign(rng.uniform(low, 1.0, variable.shape))


def saved_weights(path):
    weights = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            weights[name] = item[()].view("uint16") if item.dtype.kind == "V" else item[()]

    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(visit)
    return weights


def deflate(path):
    """Zips the file again, compressed: Keras only stores, other tools do not."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def save(name, model):
    fill(model)
    rng = np.random.default_rng(1)
    inputs = [
        rng.uniform(-1, 1, (2, *(3 if d is None else d for d in x.shape[1:]))).astype("float32") for x in model.inputs
    ]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    path = HERE / f"{name}.keras"
    model.save(path)
    if path.stat().st_size > 50_000:
        deflate(path)
    arrays = {f"x{i}": x for i, x in enumerate(inputs)} | {f"y{i}": np.float32(y) for i, y in enumerate(outputs)}
    np.savez_compressed(HERE / f"{name}.npz", **arrays, **saved_weights(path))


def cnn():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Conv2D(4, 3, activation="relu", name="c1"),
            L.BatchNormalization(name="bn"),
            L.Conv2D(4, 3, use_bias=False, name="c2"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dropout(0.5),
            L.Dense(3, activation="softmax", name="out"),
        ],
        name="cnn",
    )
    model.compile("adam", "categorical_crossentropy")
    return model


def functional():
    """Two inputs, two outputs, one layer used twice, a nested model used twice, ops used as functions, an infinity."""
    inner_in = keras.Input((4,), name="inner_in")
    inner = keras.Model(
        inner_in, L.Dense(3, name="inner_b")(L.Dense(5, "tanh", name="inner_a")(inner_in)), name="inner"
    )
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = L.Dense(4, name="shared")
    left, right = inner(shared(a)), inner(shared(b))
    total = keras.ops.add(left, right) * 2.0
    kept = keras.ops.where(total > -0.5, total, -np.inf)
    joined = L.Concatenate(name="joined")([left, L.Add(name="added")([left, right])])
    return keras.Model([a, b], [kept, L.Dense(2, name="head")(joined)], name="two_by_two")


def shared_deep():
    """One layer in a model and in the model nested in it."""
    block = L.Dense(4, name="block")
    nested = keras.Sequential([keras.Input((4,)), block, L.Dense(4, name="own")], name="nested")
    return keras.Sequential([keras.Input((4,)), block, nested, L.Dense(2, name="last")], name="shared_deep")


def wrappers():
    x = inputs = keras.Input((6, 4), name="tokens")
    x = L.Bidirectional(L.LSTM(3, return_sequences=True), name="bi")(x)
    x = L.TimeDistributed(keras.Sequential([L.Dense(2), L.Dropout(0.5), L.Dense(3)]), name="each")(x)
    x = L.MultiHeadAttention(2, 2, name="mha")(x, x)
    x = L.GroupQueryAttention(2, 2, 1, name="gqa")(x, x)
    x = L.RNN([L.LSTMCell(2), L.GRUCell(2), L.LSTMCell(2)], return_sequences=True, name="stack")(x)
    x = L.SpectralNormalization(L.Conv1D(2, 2), name="spectral")(x)
    return keras.Model(inputs, L.GRU(2, name="gru")(x), name="wrappers")


def mixed():
    """Every dtype that a Keras layer is likely to save."""
    model = keras.Sequential(
        [
            keras.Input((4,)),
            L.Dense(3, dtype="bfloat16", name="bf16"),
            L.Dense(3, dtype="float16", name="f16"),
            L.Dense(3, dtype="mixed_bfloat16", name="mixed"),
            L.Dense(3, dtype="float64", name="f64"),
            L.Dense(2, name="int8"),
        ],
        name="mixed",
    )
    fill(model)
    model.layers[-1].quantize("int8")
    return model


def class_names():
    """The group name of each exported layer class, by the class name that a config holds."""
    names = {}
    for _, cls in sorted(vars(L).items()):
        if isinstance(cls, type):
            names[get_name_from_symbol(cls).split(".")[-1]] = to_snake_case(cls.__name__)
    (HERE / "class_names.json").write_text(json.dumps(names, indent=1) + "\n")


if __name__ == "__main__":
    for build in (cnn, functional, shared_deep, wrappers, mixed):
        keras.utils.clear_session()
        save(build.__name__, build())
    class_names()
