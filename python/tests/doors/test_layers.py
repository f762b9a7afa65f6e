"""The first case of every layer class through the command, against Keras; `layers.py` runs them all."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest
from layer_cases import ABSTRACT, CASES, CELLS, REFUSED
from layer_check import check

# Keras on torch counts what "same" padding adds, and limits histograms by whole numbers; torch has no strings.
TENSORFLOW = ["AveragePooling2D", "AveragePooling3D", "ContrastLimitedAdaptiveHistogramEqualization", "FeatureSpace", "HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"]  # fmt: skip


def make(folder, *arguments):
    """Saves cases with Keras on torch, or where its answer is another than the other backends' on TensorFlow."""
    script = Path(__file__).with_name("make_layers.py")
    for backend in ("torch", "tensorflow"):
        environment = os.environ | {"KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": ""}
        names = TENSORFLOW if backend == "tensorflow" else [n for n in CASES if n not in TENSORFLOW]
        subprocess.run([sys.executable, script, folder, *arguments, *names], env=environment, check=True, capture_output=True)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")
    make(folder, "--first")
    return folder


@pytest.mark.parametrize("name", CASES)
def test_first_case(folder, name):
    assert check(folder, f"{name}-0") is None


def test_every_layer_has_cases():
    """A class of keras.layers is tested, refused for a reason, or no layer of a model."""
    classes = {c.__name__ for c in vars(keras.layers).values() if inspect.isclass(c)}
    known = {*CASES, *CELLS, *REFUSED, *ABSTRACT, "GroupedQueryAttention"}
    assert classes <= known
    assert not [name for name, cases in CASES.items() if len(cases) < 3]
