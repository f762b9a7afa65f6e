"""Each published flaw of Keras's loaders, as a file: the command refuses it, and does nothing else that it asks for."""

import json
import struct

import h5py
import keras
import numpy as np
import pytest
import saved

from command import run


def edited(tmp_path, change):
    saved.save(saved.mlp(), tmp_path / "good.keras")
    saved.edit(tmp_path / "good.keras", tmp_path / "bad.keras", change)
    return refused(tmp_path, "bad.keras")


def refused(folder, name):
    """What the command says of a file; it is one line, and no file was made on the way."""
    before = sorted(folder.iterdir())
    status, out, err = run("inspect", name, cwd=folder)
    assert status == 2 and out == "" and err.count("\n") == 1, (status, out, err)
    assert sorted(folder.iterdir()) == before
    return err


def layer(module, class_name, config):
    def change(model):
        model["config"]["layers"][1] = {"module": module, "class_name": class_name, "config": config}

    return change


FUNCTION = {"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "function"}
CODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        # CVE-2025-1550: a module and a function of Python's own in the place of a layer.
        (layer("os", "system", {"command": "touch made"}), 'unknown layer class "system"'),
        (layer("subprocess", "Popen", {"args": ["touch", "made"]}), 'unknown layer class "Popen"'),
        # CVE-2025-8747: a function of Keras's that fetches or writes files.
        (layer("keras.layers", "Lambda", {"name": "l", "function": FUNCTION}), "a Lambda layer holds Python code"),
        (layer("keras.utils", "get_file", {"origin": "http://127.0.0.1/x"}), 'unknown layer class "get_file"'),
        # CVE-2025-9906: a function of Keras's that turns the safe mode off.
        (layer("keras.config", "enable_unsafe_deserialization", {}), "unknown layer class"),
    ],
)
def test_code_in_a_config(change, said, tmp_path):
    assert said in edited(tmp_path, change)


def test_code_in_an_activation(tmp_path):
    def change(model):
        model["config"]["layers"][1]["config"]["activation"] = FUNCTION

    assert "activation" in edited(tmp_path, change)


def test_cve_2025_9905_a_lambda_in_an_h5(tmp_path):
    saved.save(saved.mlp(), tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1] = {"class_name": "Lambda", "config": {"name": "l", "function": CODE}}
        file.attrs["model_config"] = json.dumps(config)
    assert "a Lambda layer holds Python code" in refused(tmp_path, "m.h5")


@pytest.mark.parametrize("place", ["/etc/passwd", "http://127.0.0.1:9/words.txt", "../words.txt"])
def test_cve_2025_12058_a_vocabulary_elsewhere(place, tmp_path):
    (tmp_path / "words.txt").write_text("secret\n")
    config = {"name": "lookup", "vocabulary": place, "max_tokens": None, "num_oov_indices": 1, "output_mode": "int"}
    err = edited(tmp_path, layer("keras.layers", "StringLookup", config))
    assert "secret" not in err and "root" not in err


def weights(tmp_path, change):
    """A .keras file and a legacy one whose first kernel `change` has replaced."""
    saved.save(saved.mlp(), tmp_path / "a.weights.h5.keras")
    model = saved.save(saved.mlp(), tmp_path / "m.h5")
    model.save_weights(tmp_path / "w.weights.h5")
    errors = []
    with h5py.File(tmp_path / "w.weights.h5", "r+") as file:
        del file["layers/dense/vars/0"]
        change(file["layers/dense/vars"], "0")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        layer = next(n for n in file["model_weights"].attrs["layer_names"] if n.startswith("dense"))
        group = file["model_weights"][layer]
        kernel = group[group.attrs["weight_names"][0]]
        parent, key = kernel.parent, kernel.name.rsplit("/", 1)[1]
        del parent[key]
        change(parent, key)
    status, _, err = run("inspect", "a.weights.h5.keras", "--weights", "w.weights.h5", cwd=tmp_path)
    assert status == 2 and err.count("\n") == 1
    errors.append(err)
    errors.append(refused(tmp_path, "m.h5"))
    return errors


def test_cve_2026_0897_a_shape_with_nothing_behind_it(tmp_path):
    def bomb(group, key):
        group.create_dataset(key, shape=(1 << 20, 1 << 20), dtype="float32", chunks=(1, 1024))

    for err in weights(tmp_path, bomb):
        assert "asks for 4398046511104 bytes, more than a file of this size may" in err


def outside(tmp_path):
    np.full((4, 5), 42, "float32").tofile(tmp_path / "secret.bin")
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["kernel"] = np.full((4, 5), 42, "float32")


def test_cve_2026_12570_data_of_other_files(tmp_path):
    outside(tmp_path)
    secret = str(tmp_path / "secret.bin")

    def storage(group, key):
        group.create_dataset(key, (4, 5), "float32", external=[(secret, 0, 80)])

    def link(group, key):
        group[key] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/kernel")

    def soft(group, key):
        group[key] = h5py.SoftLink("/elsewhere")

    def virtual(group, key):
        layout = h5py.VirtualLayout((4, 5), "float32")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "kernel", (4, 5))
        group.create_virtual_dataset(key, layout)

    for change, said in (
        (storage, "keeps its data in another file"),
        (link, "is a soft or external link"),
        (soft, "is a soft or external link"),
        (virtual, "is a virtual dataset"),
    ):
        for err in weights(tmp_path, change):
            assert said in err


def heap_without_zeros(data):
    at = data.index(b"HEAP")
    size, _, names = struct.unpack_from("<QQQ", data, at + 8)
    return data[: names + size - 1] + b"x" + data[names + size :]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"deflate\0", b"deflatex"),  # of a filter
        lambda data: data.replace(b"backend\0", b"backendx"),  # of an attribute
        heap_without_zeros,  # of what is in a group
    ],
)
def test_names_without_an_end(change, tmp_path):
    """HDF5 1.10 looks for the end beyond what it has read."""
    saved.mlp().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        group = file["model_weights/out"]
        kernel = group[group.attrs["weight_names"][0]]
        parent, key, value = kernel.parent, kernel.name.rsplit("/", 1)[1], kernel[()]
        del parent[key]
        parent.create_dataset(key, data=value, compression="gzip").attrs["flags"] = np.array([True, False])
    status, _, err = run("inspect", "m.h5", cwd=tmp_path)
    assert status == 0, err
    data = (tmp_path / "m.h5").read_bytes()
    assert change(data) != data
    (tmp_path / "m.h5").write_bytes(change(data))
    assert "is damaged (a name without an end)" in refused(tmp_path, "m.h5")


@pytest.mark.parametrize("size", [10**12, 2**63, -5, float("nan"), 1e308, "x", [1, [2]]])
def test_sizes_that_no_layer_has(size, tmp_path):
    def change(model):
        model["config"]["layers"][1]["config"]["units"] = size

    assert "Dense" in edited(tmp_path, change)


def test_a_graph_in_a_circle(tmp_path):
    x = keras.Input((3,), name="x")
    a = keras.layers.ReLU(name="a")(x)
    keras.Model(x, keras.layers.ReLU(name="b")(a)).save(tmp_path / "good.keras")

    def change(model):
        history = model["config"]["layers"][1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"]
        history[0] = "b"

    saved.edit(tmp_path / "good.keras", tmp_path / "bad.keras", change)
    assert "is part of a loop" in refused(tmp_path, "bad.keras")
