"""The promotion lattice against Keras's own result_type, for every pair and triple of dtypes."""

import itertools

import pytest
from keras.src.backend.common import dtypes as keras_dtypes

from keravino import _native

PYTHON = {"int": int, "float": float}
NAMES = [*keras_dtypes.ALLOWED_DTYPES, *PYTHON]


def outcome(function, names):
    """The result, or the word "error": both sides must refuse the same combinations."""
    try:
        return function(*names)
    except ValueError:
        return "error"


def keras_result_type(*names):
    return keras_dtypes.result_type(*[PYTHON.get(name, name) for name in names])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_combination(count):
    wrong = []
    for names in itertools.product(NAMES, repeat=count):
        ours, theirs = outcome(_native.result_type, names), outcome(keras_result_type, names)
        if ours != theirs:
            wrong.append((names, ours, theirs))
    assert not wrong, f"{len(wrong)} differ, for example {wrong[:5]}"


def test_nothing_is_floatx():
    assert _native.result_type() == "float32"


def test_float8_error():
    with pytest.raises(ValueError, match=r"^float8 has no implicit promotion; cast it first. Received: dtypes="):
        _native.result_type("float8_e4m3fn", "float32")


def test_no_common_bound():
    with pytest.raises(ValueError, match=r"no implicit promotion between the dtypes \(string, int32\)"):
        _native.result_type("string", "int32")
