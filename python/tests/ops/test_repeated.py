"""Calls that come again take shorter ways (recipes, fused loops): they give the same numbers, to the last bit."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "bench"))
import calls  # noqa: E402


@pytest.fixture(scope="module")
def tensors():
    return calls.tensors(keras)


def outcome(call, tensors):
    try:
        return keras.tree.flatten(keras.tree.map_structure(keras.ops.convert_to_numpy, call(keras.ops, tensors)))
    except Exception as error:
        return [np.array(f"{type(error).__name__}: {error}")]


@pytest.mark.parametrize("name", calls.SMALL)
def test_every_call_gives_the_same_bits(name, tensors):
    first, *later = (outcome(calls.SMALL[name], tensors) for _ in range(4))
    for again in later:
        assert [x.dtype for x in again] == [x.dtype for x in first]
        assert [x.shape for x in again] == [x.shape for x in first]
        assert [x.tobytes() for x in again] == [x.tobytes() for x in first]


SINGULAR = np.zeros((3, 3), "float32")
GOOD = np.eye(3, dtype="float32")


@pytest.mark.parametrize("order", [(GOOD, GOOD, GOOD, SINGULAR), (SINGULAR, GOOD, GOOD, GOOD, SINGULAR)])
def test_errors_of_numbers_are_raised_by_every_call(order):
    for matrix in order:
        if matrix is SINGULAR:
            with pytest.raises(ValueError, match=r"\[keras.ops.inv\] no (inv|solve) of the matrix: it is singular"):
                keras.ops.inv(matrix)
        else:
            np.testing.assert_array_equal(keras.ops.convert_to_numpy(keras.ops.inv(matrix)), GOOD)


def test_an_index_out_of_range_is_an_error_in_every_call():
    x = keras.ops.ones((3, 2))
    for _ in range(3):
        assert keras.ops.get_item(x, 2).shape == (2,)
        with pytest.raises(IndexError, match="index 3 is out of range for an axis of size 3"):
            keras.ops.get_item(x, 3)


def test_shapes_that_hang_on_numbers_are_found_anew():
    for n in (1, 5, 2, 7, 3):
        x = np.array([0, 1, 1, 0, n, n, n], "int32")
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(keras.ops.unique(x)), np.unique(x))
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(keras.ops.bincount(x)), np.bincount(x))
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(keras.ops.nonzero(x)[0]), np.nonzero(x)[0])
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(keras.ops.nonzero(x < n)[0]), np.nonzero(x < n)[0])
