"""The committed stub file is what the registry gives."""

from pathlib import Path

import keravino
from keravino import ops, stubs


def test_stubs_are_up_to_date():
    committed = Path(keravino.__file__).with_name("ops.pyi").read_text(encoding="utf-8")
    assert committed == stubs.text(), "run `python -m keravino.stubs` and look at the difference"


def test_no_two_families_share_a_name():
    assert len(ops.__all__) == len(set(ops.__all__))


def test_ops_run_without_keras_dispatch():
    assert ops.add([1.0, 2.0], 1).numpy().tolist() == [2.0, 3.0]
