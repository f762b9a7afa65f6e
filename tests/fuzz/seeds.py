"""The first inputs of each fuzz target, out of the models of tests/data."""

import io
import json
import pathlib
import zipfile

import h5py

DATA = pathlib.Path(__file__).parent.parent / "data"
SHARD = "a.weights.h5"  # as in index.cc


def deflated(archive):
    out = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
    return out.getvalue()


def archives():
    for path in DATA.glob("*.keras"):
        yield path.read_bytes()
        yield deflated(path)
    for path in DATA.glob("legacy/*.h5"):
        yield path.read_bytes()


def tensors(call):
    """The tensors that a call is given, as they are in its config."""
    if isinstance(call, dict) and call.get("class_name") == "__keras_tensor__":
        yield call["config"]
    elif isinstance(call, dict | list):
        for item in call.values() if isinstance(call, dict) else call:
            yield from tensors(item)


def models_of_one_layer(model):
    """Each layer of a Functional model as one of its own, which takes far less time to build."""
    for layer in model["config"]["layers"]:
        if not layer.get("inbound_nodes"):
            continue
        layers = []
        for number, tensor in enumerate(tensors(layer["inbound_nodes"][:1])):
            name = f"x{number}"
            tensor["keras_history"] = [name, 0, 0]
            config = {"name": name, "batch_shape": tensor["shape"], "dtype": tensor["dtype"]}
            layers.append({"class_name": "InputLayer", "name": name, "config": config, "inbound_nodes": []})
        layer["inbound_nodes"] = layer["inbound_nodes"][:1]
        ends = {"input_layers": [[x["name"], 0, 0] for x in layers], "output_layers": [[layer["name"], 0, 0]]}
        yield {"class_name": "Functional", "config": {"name": "one", "layers": [*layers, layer], **ends}}


def called(config, *inputs):
    """A model of one call, which gives it these inputs: (name, shape, dtype)."""
    layers, args = [], []
    for name, shape, dtype in inputs:
        tensor = {"shape": shape, "dtype": dtype, "keras_history": [name, 0, 0]}
        args.append({"class_name": "__keras_tensor__", "config": tensor})
        own = {"name": name, "batch_shape": shape, "dtype": dtype}
        layers.append({"class_name": "InputLayer", "name": name, "config": own, "inbound_nodes": []})
    layer = {"name": "y", **config, "inbound_nodes": [{"args": args, "kwargs": {}}]}
    ends = {"input_layers": [[x["name"], 0, 0] for x in layers], "output_layers": [["y", 0, 0]]}
    model = {"class_name": "Functional", "config": {"name": "one", "layers": [*layers, layer], **ends}}
    return b"cnn.keras\n" + json.dumps(model).encode()


def operations():
    """Every op that Keras saves in a config, with one tensor and with two."""
    inputs = [("x0", [None, 4, 4], "float32"), ("x1", [None, 4, 4], "float32")]
    for name, operation in json.loads((DATA / "operations.json").read_text()).items():
        module, class_name = name.rsplit(".", 1)
        config = {"module": module, "class_name": class_name, "config": dict.fromkeys(operation["config"], 1)}
        yield called(config, *inputs[:1])
        yield called(config, *inputs)


def configs():
    for path in DATA.glob("*.keras"):
        with zipfile.ZipFile(path) as archive:
            config = archive.read("config.json")
            yield f"{path.name}\n".encode() + config
            # Of a legacy model, since it is built once with whatever weights its layers want.
            for model in models_of_one_layer(json.loads(config)):
                yield b"legacy/sequential.h5\n" + json.dumps(model).encode()
    for path in DATA.glob("legacy/*.h5"):
        with h5py.File(path) as file:
            if "model_config" in file.attrs:
                yield f"legacy/{path.name}\n{file.attrs['model_config']}".encode()


def hdf5_files():
    for path in DATA.glob("*.keras"):
        with zipfile.ZipFile(path) as archive:
            yield archive.read("model.weights.h5")
    for path in DATA.glob("legacy/*.h5"):
        yield path.read_bytes()


def indices():
    for shard in (SHARD, [SHARD, "b.weights.h5"], f"../{SHARD}", 1, {}):
        index = {"metadata": {"total_size": 1.0}, "weight_map": {"/layers/dense/vars": shard}}
        yield json.dumps(index).encode()


def arrays():
    for path in (*DATA.glob("npy/*"), *DATA.glob("*.npz")):
        yield path.read_bytes()


SEEDS = {"archive": archives, "config": configs, "hdf5": hdf5_files, "index": indices, "npy": arrays}


def write(target, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[target]()):
        (folder / f"seed-{number}").write_bytes(seed)
