"""keras.applications through the command, without Python in its process, against Keras on another backend."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from command import run

sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))
from cases import APPLICATIONS  # noqa: E402

# NASNetMobile is not constructed by Keras on torch.
BACKENDS = {"NASNetMobile": "jax"}


@pytest.fixture(params=APPLICATIONS)
def application(request, tmp_path):
    """A saved model and what Keras says of it."""
    script = Path(__file__).with_name("make_model.py")
    environment = os.environ | {"KERAS_BACKEND": BACKENDS.get(request.param, "torch"), "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([sys.executable, script, request.param, tmp_path], env=environment, check=True, capture_output=True)
    with np.load(tmp_path / f"{request.param}.npz") as reference:
        return tmp_path / f"{request.param}.keras", dict(reference)


def test_application(application, tmp_path):
    path, reference = application
    np.save(tmp_path / "x.npy", reference["x"])
    status, out, err = run("run", path, "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy", "--json")
    assert (status, err) == (0, "")
    got, wanted = np.load(tmp_path / "y.npy"), reference["y"]
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= 1e-4 * np.abs(wanted).max()
    assert json.loads(out)["precision"] == "f32"

    status, out, _ = run("inspect", path, "--json")
    assert status == 0
    inspected = json.loads(out)
    assert sum(layer["parameters"] for layer in inspected["layers"]) == reference["parameters"]
    assert inspected["transposes"]["after"] < inspected["transposes"]["before"]
