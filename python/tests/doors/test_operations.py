"""Op nodes and activations of saved models through the command, against Keras on torch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from layer_check import check

from command import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("operations")
    environment = os.environ | {"KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}
    script = Path(__file__).with_name("operation_cases.py")
    subprocess.run([sys.executable, script, folder], env=environment, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize(("kind", "least"), [("", 9), ("named_", 30), ("called_", 20)])
def test_as_keras(folder, kind, least):
    names = sorted(path.stem for path in folder.glob(f"{kind}*.keras"))
    if not kind:
        names = [name for name in names if not name.startswith(("named_", "called_"))]
    assert len(names) >= least
    wrong = {name: what for name in names if (what := check(folder, name))}
    assert not wrong


def test_every_op_of_any_number_of_tensors_has_a_case(folder):
    _, out, _ = run("ops", "--json")
    variadic = {op["name"] for op in json.loads(out) if "*" in op["signature"].replace("**", "")}
    assert {"einsum", "meshgrid"} <= variadic
    assert not [name for name in variadic if len(list(folder.glob(f"{name}_of_*.keras"))) < 2]
