"""The committed stub file is what the registry gives."""

from pathlib import Path

import keravino
from keravino import _native, ops, stubs


def test_stubs_are_up_to_date():
    committed = Path(keravino.__file__).with_name("ops.pyi").read_text(encoding="utf-8")
    assert committed == stubs.text(), "run `python -m keravino.stubs` and look at the difference"


def test_names_shared_by_families_mean_the_same():
    signatures = {}
    for _, name, parameters, result, _ in _native.describe():
        assert signatures.setdefault(name, (parameters, result)) == (parameters, result), name


def test_ops_run_without_keras_dispatch():
    assert ops.add([1.0, 2.0], 1).numpy().tolist() == [2.0, 3.0]
