"""Errors of float32 functions in units in the last place: a fast part of `make accuracy`, with the same rows and points."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from records import run

sys.path.append(str(Path(__file__).resolve().parents[3] / "bench"))  # at the end: it has modules of common names
from accuracy.discover import missing  # noqa: E402
from accuracy.functions import FUNCTIONS, Function  # noqa: E402
from accuracy.points import exact, points, ulps, worst  # noqa: E402
from accuracy.special import differences, special_operands  # noqa: E402

TIERS = ("interpret", "compile", "static")
COUNT = 120


def numbers(function, tier, operands):
    """The result of a row's function in a tier; "static" is a program of parameters, which is what `make accuracy` takes."""
    if tier != "static":
        return run(function.op, tier, *operands, **function.kwargs)[1][0]
    from keravino import _native

    parameters = [_native.parameter(x.shape, "float32") for x in operands]
    return _native.Program(parameters, [function.call(keras.ops, *parameters)])(list(operands))[0]


@pytest.fixture(scope="module")
def wanted():
    """Operands and exact values of a row, computed once."""
    known = {}

    def find(function):
        if function.name not in known:
            operands = points(function, COUNT)
            known[function.name] = operands, exact(function, operands)
        return known[function.name]

    return find


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_ulp(function, tier, wanted):
    operands, want = wanted(function)
    error = worst(function, operands, want, numbers(function, tier, operands))
    assert error["normal"] <= function.bar, f"{error['normal']:.2f} ulp at {error['at']}"
    assert error["subnormal"] is None or error["subnormal"] <= function.bar, "subnormal numbers"


@pytest.mark.parametrize("tier", ("interpret", "static"))
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_special_values(function, tier):
    assert differences(function, numbers(function, tier, special_operands(function))) == {}


def test_every_function_has_a_row():
    assert missing() == []


def test_a_function_without_a_row_is_found(monkeypatch):
    monkeypatch.setattr("accuracy.discover.FUNCTIONS", [f for f in FUNCTIONS if f.op != "numpy.log1p"])
    assert missing() == ["numpy.log1p"]


def test_ulps():
    got = np.array([1 + 2**-23, 1, 2**-149, np.inf, np.nan, 0], "float32")
    want = np.array([1, 1 - 2**-25, 2**-148, 2.0**128 - 2.0**104, 1, 0])
    assert ulps(got, want).tolist() == [1, 0.5, 1, 1, np.inf, 0]


def test_the_tool_sees_an_error():
    function = Function("numpy.exp", FUNCTIONS[0].exact)
    operands = points(function, COUNT)
    want = exact(function, operands)
    with np.errstate(over="ignore"):
        rounded = want.astype("float32")
        shifted = np.nextafter(rounded, np.float32(np.inf))
    assert worst(function, operands, want, rounded)["normal"] <= 0.5
    assert 1 <= worst(function, operands, want, shifted)["normal"] <= 2.5
