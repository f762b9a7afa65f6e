"""Training gives the numbers that Keras gives on torch, from the same weights and data."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from fit_cases import FIT_CASES
from optimizer_cases import optimizer_cases

RUNS = Path(__file__).parent / "runs.py"
ROUGH = {"bfloat16": 1e-2}  # the two round in other places


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What training gave on keravino and on torch: name.number: array."""
    folder = tmp_path_factory.mktemp("runs")
    processes = [
        subprocess.Popen([sys.executable, RUNS, backend, folder / f"{backend}.npz"])
        for backend in ("keravino", "torch")
    ]
    assert [process.wait() for process in processes] == [0, 0]
    return [np.load(folder / f"{backend}.npz") for backend in ("keravino", "torch")]


@pytest.mark.parametrize("name", [*FIT_CASES, *optimizer_cases(keras.optimizers)])
def test_same_numbers(runs, name):
    ours, theirs = runs
    places = [key for key in theirs.files if key.rsplit(".", 1)[0] == name]
    assert places == [key for key in ours.files if key.rsplit(".", 1)[0] == name]
    for place in places:
        scale = np.abs(theirs[place]).max()
        np.testing.assert_allclose(ours[place], theirs[place], rtol=0, atol=ROUGH.get(name, 1e-5) * max(scale, 1e-3))
