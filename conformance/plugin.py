"""pytest plugin for Keras's own tests: runs them on keravino, skips none for lack of a feature, and records each.

Every op's result is turned into numbers, so that a graph that cannot be computed fails its test.
$CONFORMANCE_RECORD names the record: a line {"id", "outcome", "reason"} for each test, {"start": id} before it.
Tests that are in it are not run again: a run that was broken off goes on where it was. With $CONFORMANCE_SHARE "1/3"
each third test is run, from the second on.
"""

import functools
import os
import sys
import unittest

import pytest

os.environ["KERAS_BACKEND"] = "openvino"
from record import add_line, read_record  # noqa: E402

import keravino  # noqa: E402  (before Keras)

FAMILIES = ("core", "image", "linalg", "math", "nn", "numpy", "random")


def skip_if_backend(name, reason):
    """What Keras's tests import from their conftest: skips on another backend only."""
    return unittest.skipIf(name == "openvino", reason)


sys.modules["conftest"] = sys.modules[__name__]


def compute(result):
    """Asks for the numbers of all tensors in an op's result that have some."""
    if isinstance(result, (list, tuple)):
        for item in result:
            compute(item)
    elif isinstance(result, keravino.Tensor) and not result.traced:
        result.numpy()


def computed(function):
    """The op, with its results computed."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        result = function(*args, **kwargs)
        compute(result)
        return result

    return call


def compute_all_ops():
    from keras.src import backend

    for family in FAMILIES:
        namespace = vars(getattr(backend, family))
        ops = {name: value for name, value in namespace.items() if type(value).__name__ == "builtin_function_or_method"}
        namespace.update({name: computed(value) for name, value in ops.items()})


def divide_no_nan_gradients(self):
    """The numbers that Keras's test wants, which it takes by the tape of each backend that it knows."""
    from keras.src.ops import numpy as knp

    with keravino.GradientTape() as tape:
        x1, x2 = tape.watch([1.0, 2.0]), tape.watch([0.0, 2.0])
        y = knp.divide_no_nan(x1, x2)
    first, second = tape.gradient(y, [x1, x2])
    self.assertAllClose(first, [0.0, 0.5])
    self.assertAllClose(second, [0.0, -0.5])


# Tests that have a branch for each backend's name and none for ours.
SUPPLIED = {"test_divide_no_nan_gradients": divide_no_nan_gradients}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    """Gives such a test its way for this backend."""
    if item.name in SUPPLIED:
        item.obj = SUPPLIED[item.name].__get__(item.instance)


class Recorder:
    """Writes the record as the tests go."""

    def __init__(self, path, share):
        self.path = path
        self.part, self.count = map(int, share.split("/"))
        self.done = {line["id"] for line in read_record(path) if "id" in line}

    def pytest_collection_modifyitems(self, config, items):
        """Leaves out what is another process's share, and what an earlier run has done."""
        own = items[self.part :: self.count]
        items[:] = [item for item in own if item.nodeid not in self.done]

    def pytest_collectreport(self, report):
        """A line for a file that cannot be imported."""
        if report.failed and report.nodeid not in self.done:
            add_line(self.path, id=report.nodeid, outcome="failed", reason=reason_of(report))

    def pytest_runtest_logstart(self, nodeid, location):
        """The test that is to blame if the process ends now."""
        add_line(self.path, start=nodeid)

    def pytest_runtest_logreport(self, report):
        """One line for a test: its call, or the set-up or tear-down that did not pass."""
        if report.when == "call" or not report.passed:
            add_line(self.path, id=report.nodeid, outcome=report.outcome, reason=reason_of(report))


def reason_of(report):
    """What a failure or a skip says, in one line."""
    if report.outcome == "skipped":
        return str(report.longrepr[2]).removeprefix("Skipped: ").strip()
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr or "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if report.outcome == "failed" and not crash:
        lines = lines[-1:]
    return " ".join(lines)[:300]


def pytest_configure(config):
    for marker in ("requires_trainable_backend: trains", "multi_device: needs several devices"):
        config.addinivalue_line("markers", marker)
    compute_all_ops()
    if record := os.environ.get("CONFORMANCE_RECORD"):
        config.pluginmanager.register(Recorder(record, os.environ.get("CONFORMANCE_SHARE", "0/1")))
