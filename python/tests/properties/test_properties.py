"""Every op of the registry, on drawn arguments: good ones give what the reference gives, bad ones an error.

`--examples N` draws N random calls of each op in place of the few that are always the same.
"""

import re

import keras
import numpy as np
import pytest
import reference
from arguments import ROWS, bad_calls, calls
from caller import Caller
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from records import TOLERANCE

TIERS = ("interpret", "repeat", "compile", "trace")
FORM = re.compile(r"\[keras\.ops\.\w+\] .+(\. Received: |Signature: )", re.DOTALL)
ERRORS = ("ValueError", "TypeError", "IndexError", "NotImplementedError", "MemoryError")
SCALE = 4  # on the tolerances of the records: some ops lose digits by nature


@pytest.fixture(scope="module")
def caller():
    caller = Caller()
    yield caller
    caller.close()


@pytest.fixture
def drawn(request):
    """Settings for so many calls of an op: repeatable ones, or random ones. They are not made smaller: each crash that
    a smaller call may cause costs a start of the process."""
    random = request.config.getoption("--examples")

    def drawn(count):
        return settings(
            max_examples=random or count,
            derandomize=not random,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

    return drawn


def is_error(result):
    return isinstance(result, tuple)


def close(got, want, tolerance):
    if got.shape != want.shape:
        return False
    if got.dtype.kind not in "fcV" and want.dtype.kind not in "fcV":
        return np.array_equal(got, want)
    wide = "complex128" if "c" in (got.dtype.kind, want.dtype.kind) else "float64"
    return np.allclose(got.astype(wide), want.astype(wide), rtol=tolerance, atol=tolerance, equal_nan=True)


def compare(op, args, kwargs, results):
    """Compares results with the reference; whether there was anything to compare."""
    found = reference.call(op, args, kwargs)
    if found is None:
        return False
    assert not is_error(results), f"an error where the reference gives numbers: {results}"
    assert len(results) == len(found)
    inputs = [str(x.dtype) for x in keras.tree.flatten((args, kwargs)) if isinstance(x, np.ndarray)]
    for i, (name, got) in enumerate(results):
        assert got.shape == found[i].shape, f"result {i}: shape {got.shape}, wanted {found[i].shape}"
        right = reference.dtypes(op, args, kwargs, found, i)
        assert name in right or name in ("int", "bool"), f"result {i}: dtype {name}, wanted one of {sorted(right)}"
        tolerance = SCALE * max(TOLERANCE.get(n, 0) for n in [name, *inputs])
        if not close(got, found[i], tolerance):
            wide = reference.wide(op, args, kwargs, name)
            assert wide and close(got, wide[i], tolerance), f"result {i}: {got!r}, wanted {found[i]!r}"
    return True


@pytest.mark.parametrize("op", ROWS)
def test_values(op, caller, drawn):
    compared = []

    @drawn(6)
    @given(calls(op), st.sampled_from(TIERS))
    def check(call, tier):
        *args, kwargs = call
        results = caller(op, tuple(args), kwargs, tier)
        note(f"tier {tier}: {results}")
        if tier == "trace" and is_error(results):  # it asks for a dimension, say, that no tracing knows
            assert results[0] in ERRORS
        elif reference.its_own(op):
            again = caller(op, tuple(args), kwargs)
            assert not is_error(results) and not is_error(again)
            for (name, got), (other, want) in zip(results, again, strict=True):
                assert name == other
                assert close(got, want, TOLERANCE.get(name, 0))
            compared.append(op)
        elif compare(op, tuple(args), kwargs, results):
            compared.append(op)

    check()
    assert compared, "the reference understands none of the calls"


@pytest.mark.parametrize("op", ROWS)
def test_bad_arguments_are_errors(op, caller, drawn):
    @drawn(8)
    @given(bad_calls(op), st.sampled_from(TIERS[:2]))
    def check(call, tier):
        *args, kwargs = call
        results = caller(op, tuple(args), kwargs, tier)
        if is_error(results):
            kind, text = results
            assert kind in ERRORS, f"{kind}: {text}"
            assert FORM.match(text) or kind == "MemoryError", text  # of numbers, which no op asks for

    check()
