"""Writes the small .keras files beside it, with what Keras says is in them.

Run by hand when a model is added: KERAS_BACKEND=torch python tests/data/make_models.py [NAME ...]
Weights are drawn from a seed by place, so that a second run changes no number.
Each NAME.keras gets a NAME.npz: inputs x0, x1 ... and the outputs y0, y1 ... of Keras's own predict, and every weight
by its path in the file as h5py reads it (bfloat16 by its bits, uint16).
"""

import ast
import io
import json
import pathlib
import sys
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
        rng.integers(0, 5, shape).astype(x.dtype) if "int" in x.dtype else rng.uniform(-1, 1, shape).astype("float32")
        for x in model.inputs
        for shape in [(2, *(3 if d is None else d for d in x.shape[1:]))]
    ]
    given = inputs[0] if len(inputs) == 1 else keras.tree.pack_sequence_as(model.input, inputs)
    outputs = keras.tree.flatten(model.predict(given, verbose=0))
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


def operations():
    """Ops used as functions, with keys, lists, constants and several outputs."""
    x, y = keras.Input((4, 6), name="x"), keras.Input((4, 6), name="y")
    ops = keras.ops
    a = ops.log1p(ops.abs(x)) - ops.sqrt(ops.square(y) + 1.0) / 3
    b = a[:, 1:3, ::2] + x[..., :3][:, -2:]
    c = ops.concatenate([ops.transpose(b, (0, 2, 1)), ops.expand_dims(ops.mean(y, axis=1)[:, :3], -1)], axis=-1)
    d = ops.reshape(ops.maximum(c, 0.1 * c), (-1, 9))
    e = keras.activations.relu(d, negative_slope=0.1, max_value=0.5, threshold=0.2)
    return keras.Model([x, y], [e, ops.max(c, axis=(1, 2), keepdims=True)], name="operations")


def branches():
    """Inputs of different dtypes, one of them tokens; a Sequential in a Functional model."""
    tokens, features = keras.Input((3,), dtype="int32", name="tokens"), keras.Input((4,), name="features")
    tower = keras.Sequential([L.Dense(4, "gelu"), L.LayerNormalization()], name="tower")
    x = L.GlobalAveragePooling1D()(L.Embedding(5, 4, name="embed")(tokens))
    x = tower(L.Concatenate()([x, tower(features)])[:, :4])
    return keras.Model([tokens, features], [x, tower(features)], name="branches")


def dicts():
    """Inputs and outputs by name, handed on to a nested model."""
    inner_in = {"q": keras.Input((4,), name="q_in"), "k": keras.Input((4,), name="k_in")}
    inner = keras.Model(
        inner_in, {"sum": inner_in["q"] + inner_in["k"], "far": L.Dense(2)(inner_in["q"])}, name="inner"
    )
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    out = inner({"k": L.Dense(4)(a), "q": b})
    return keras.Model({"one": a, "two": b}, {"z": out["sum"], "y": out["far"]}, name="dicts")


def layers1d():
    return keras.Sequential(
        [
            keras.Input((12, 4)),
            L.ZeroPadding1D((1, 2)),
            L.Conv1D(6, 3, padding="causal", dilation_rate=2),
            L.SeparableConv1D(5, 3, strides=2, padding="same", depth_multiplier=2),
            L.DepthwiseConv1D(3, depth_multiplier=2, activation="silu"),
            L.Conv1DTranspose(4, 3, strides=2, padding="same"),
            L.AveragePooling1D(2),
            L.UpSampling1D(2),
            L.Cropping1D((1, 0)),
            L.MaxPooling1D(2, padding="same"),
            L.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d", activation="tanh"),
            L.RMSNormalization(),
            L.Permute((2, 1)),
            L.Reshape((-1, 3)),
            L.UnitNormalization(),
            L.GlobalMaxPooling1D(),
            L.RepeatVector(3),
        ],
        name="layers1d",
    )


def layers2d():
    x = inputs = keras.Input((9, 10, 4), name="image")
    x = L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0])(L.Rescaling(2.0, -0.5)(x))
    x = L.ZeroPadding2D(((1, 0), (2, 1)))(x)
    x = L.Conv2D(8, 3, strides=2, padding="same", groups=2, activation="relu6")(x)
    x = L.GroupNormalization(4)(x)
    x = L.Conv2DTranspose(6, 3, strides=2, padding="same", output_padding=1)(x)
    x = L.LayerNormalization(axis=(2, 3))(L.PReLU(shared_axes=(1, 2))(x))
    x = L.DepthwiseConv2D(3, depth_multiplier=2)(x)
    x = L.SeparableConv2D(5, (3, 2), padding="same")(x)
    x = L.UpSampling2D((2, 1))(L.Cropping2D(((1, 0), (0, 1)))(x))
    y = L.AveragePooling2D(3, strides=2, padding="same")(x)
    x = L.MaxPooling2D(3, strides=2, padding="same")(x)
    x = L.CenterCrop(4, 3)(L.Add()([x, y]))
    return keras.Model(inputs, [L.GlobalAveragePooling2D(keepdims=True)(x), L.Flatten()(x)], name="layers2d")


def layers3d():
    return keras.Sequential(
        [
            keras.Input((6, 6, 6, 2)),
            L.ZeroPadding3D(1),
            L.Conv3D(3, 3, activation="elu"),
            L.BatchNormalization(scale=False),
            L.MaxPooling3D(2),
            L.Conv3DTranspose(2, 2, strides=2),
            L.AveragePooling3D(2),
            L.UpSampling3D(2),
            L.Cropping3D(1),
            L.GlobalAveragePooling3D(),
        ],
        name="layers3d",
    )


def merges():
    a, b, c = keras.Input((3, 4), name="a"), keras.Input((3, 4), name="b"), keras.Input((4,), name="c")
    parts = [
        L.Subtract()([a, b]),
        L.Multiply()([a, b, c]),
        L.Average()([a, b]),
        L.Maximum()([a, b]),
        L.Minimum()([a, b]),
        L.Dot(axes=(1, 1))([a, b]),
        L.Dot(axes=-1, normalize=True)([a, c]),
        L.Dot(axes=1)([c, c]),
    ]
    return keras.Model([a, b, c], parts, name="merges")


def activations():
    """Every activation that needs no argument, and the layers that are activations."""
    x = keras.Input((8,), name="x")
    names = """celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid
               log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus
               sparse_sigmoid sparsemax squareplus tanh tanh_shrink""".split()
    outputs = [L.Activation(name)(x) for name in names]
    outputs += [L.ELU(0.5)(x), L.LeakyReLU(0.2)(x), L.PReLU()(x), L.ReLU(0.5, 0.1, 0.2)(x), L.Softmax()(x)]
    outputs += [L.Dense(3, activation=L.LeakyReLU(0.3))(x)]
    return keras.Model(x, outputs, name="activations")


def bfloat16():
    x = [keras.Input((8,)), L.Dense(8, "relu", dtype="mixed_bfloat16"), L.Dense(3, dtype="mixed_bfloat16")]
    return keras.Sequential(x, name="bfloat16")


def images():
    """Layers that resize, at every interpolation; made on jax, since torch has no Lanczos filter."""
    x = keras.Input((6, 7, 2), name="image")
    names = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
    parts = [L.UpSampling2D((2, 3), interpolation=name)(x) for name in names]
    parts += [L.UpSampling2D(2, interpolation="bilinear", data_format="channels_first")(x)]
    parts += [L.Resizing(4, 9, interpolation=name)(x) for name in names]
    parts += [L.Resizing(3, 3, interpolation=name, antialias=True)(x) for name in names[1:]]
    parts += [
        L.Resizing(4, 8, crop_to_aspect_ratio=True)(x),
        L.Resizing(8, 6, pad_to_aspect_ratio=True, fill_value=0.5)(x),
    ]
    parts += [L.Resizing(4, 5, data_format="channels_first")(x), L.CenterCrop(9, 4)(x), L.CenterCrop(5, 5)(x)]
    return keras.Model(x, parts, name="images")


def masks():
    """Masks that nothing uses, whatever they pass through."""
    tokens, steps = keras.Input((3,), dtype="int32", name="tokens"), keras.Input((3, 4), name="steps")
    x = L.Dense(3)(L.Dropout(0.5)(L.Embedding(5, 4, mask_zero=True)(tokens)))
    y = L.Masking(0.5)(L.Reshape((12, 1))(L.ReLU(max_value=0.5)(L.Rescaling(2.0)(steps))))
    return keras.Model([tokens, steps], [L.Flatten()(x), L.GlobalMaxPooling1D()(y), y], name="masks")


def stateful():
    """States that stay from one call to the next."""
    cells = [L.GRUCell(4), L.SimpleRNNCell(3)]
    x = keras.Input(batch_shape=(2, None, 3), name="x")
    y = L.LSTM(4, return_sequences=True, stateful=True)(x)
    return keras.Model(x, L.RNN(cells, stateful=True)(y))


def class_names():
    """The group name of each exported layer class, by the class name that a config holds."""
    names = {}
    for _, cls in sorted(vars(L).items()):
        if isinstance(cls, type):
            names[get_name_from_symbol(cls).split(".")[-1]] = to_snake_case(cls.__name__)
    (HERE / "class_names.json").write_text(json.dumps(names, indent=1) + "\n")


def operation_calls():
    """The backend function of each Operation class of keras.ops, the arguments of its config, and those of its call."""
    calls = {}
    for path in sorted(pathlib.Path(keras.src.ops.__file__).parent.glob("*.py")):
        if path.stem.endswith("_test") or path.stem == "operation":
            continue
        for cls in ast.parse(path.read_text()).body:
            if not isinstance(cls, ast.ClassDef):
                continue
            methods = {method.name: method for method in cls.body if isinstance(method, ast.FunctionDef)}
            if "call" not in methods:
                continue
            call = methods["call"].args
            names = [ast.unparse(node.func) for node in ast.walk(methods["call"]) if isinstance(node, ast.Call)]
            names = [name.removeprefix("backend.") for name in names if name.count(".") == 2]
            init = methods["__init__"].args if "__init__" in methods else ast.arguments(args=[], kwonlyargs=[])
            config = [arg.arg for arg in init.args[1:] + init.kwonlyargs if arg.arg != "name"]
            calls[f"keras.src.ops.{path.stem}.{cls.name}"] = {
                "function": names[0] if len(names) == 1 else "",
                "config": config,
                "call": [arg.arg for arg in [*call.args[1:], *filter(None, [call.vararg])]],
            }
    (HERE / "operations.json").write_text(json.dumps(calls, indent=1) + "\n")


BUILDERS = [cnn, functional, shared_deep, wrappers, mixed, operations, branches, dicts, layers1d, layers2d, layers3d]
BUILDERS += [merges, activations, bfloat16, images, masks, stateful]

if __name__ == "__main__":
    for build in BUILDERS:
        if sys.argv[1:] and build.__name__ not in sys.argv:
            continue
        keras.utils.clear_session()
        save(build.__name__, build())
    class_names()
    operation_calls()
