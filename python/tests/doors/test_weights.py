"""Weights from a file of their own: `--weights x.weights.h5`, or .json with its shards."""

import json

import numpy as np
import pytest
import saved

from command import run


@pytest.fixture
def files(tmp_path):
    """A model, and other weights in both forms; returns what the other weights give."""
    saved.save(saved.cnn(), tmp_path / "cnn.keras")
    other = saved.save(saved.cnn(), tmp_path / "other.keras", seed=1)
    other.save_weights(tmp_path / "one.weights.h5")
    other.save_weights(tmp_path / "many.weights.json", max_shard_size=5e-7)
    x = np.random.default_rng(1).normal(size=(4, 8, 8, 3)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    return tmp_path, other.predict(x, verbose=0)


def predict(folder, weights):
    command = ("run", "cnn.keras", "--input", "x.npy", "--output", "y.npy", "--weights", weights)
    return run(*command, cwd=folder)


@pytest.mark.parametrize("weights", ["one.weights.h5", "many.weights.json"])
def test_weights_take_the_place_of_the_models_own(files, weights):
    folder, wanted = files
    assert len(list(folder.glob("many_*.weights.h5"))) > 1
    status, _, err = predict(folder, weights)
    assert status == 0, err
    np.testing.assert_allclose(np.load(folder / "y.npy"), wanted, rtol=1e-5, atol=1e-6)


def test_shards_lie_beside_their_index(files):
    folder, _ = files
    index = json.loads((folder / "many.weights.json").read_text())
    for name in ("../other/w.h5", "/etc/passwd", "..", "", 3):
        (folder / "bad.weights.json").write_text(json.dumps(index | {"weight_map": {"/layers/conv2d/vars": name}}))
        status, _, err = predict(folder, "bad.weights.json")
        assert (status, err) == (
            2,
            f"keravino: bad.weights.json: names a shard that is no file beside it: {json.dumps(name)}\n",
        )
    (folder / "bad.weights.json").write_text(json.dumps(index | {"weight_map": {"a": "none.h5"}}))
    assert predict(folder, "bad.weights.json")[2] == "keravino: none.h5: no such file\n"
    (folder / "bad.weights.json").write_text("{}")
    assert predict(folder, "bad.weights.json")[2] == 'keravino: bad.weights.json: has no "weight_map"\n'


def test_weights_of_another_model_are_an_error(files):
    folder, _ = files
    saved.mlp().save_weights(folder / "mlp.weights.h5")
    status, _, err = predict(folder, "mlp.weights.h5")
    assert status == 2 and err.startswith("keravino: ") and "conv" in err


def test_errors_name_the_shard(files):
    folder, _ = files
    index = json.loads((folder / "many.weights.json").read_text())
    # A shard that lacks what the index says it has.
    (other,) = index["weight_map"]["/layers/conv2d/vars"]
    assert other not in index["weight_map"]["/layers/dense/vars"]
    moved = index["weight_map"] | {"/layers/dense/vars": other}
    (folder / "moved.weights.json").write_text(json.dumps(index | {"weight_map": moved}))
    status, _, err = predict(folder, "moved.weights.json")
    assert (status, err) == (
        2,
        f'keravino: {other}: has no weights for "layers/dense", as moved.weights.json says\n',
    )
    # An index without the shard of a layer.
    rest = {"/layers/conv2d/vars": other}
    (folder / "rest.weights.json").write_text(json.dumps(index | {"weight_map": rest}))
    status, _, err = predict(folder, "rest.weights.json")
    assert (status, err) == (
        2,
        'keravino: cnn.keras: config.json /config/layers/5 (Dense "out"): has no weight "kernel" of shape (36, 3): '
        "rest.weights.json has none for this layer\n",
    )
