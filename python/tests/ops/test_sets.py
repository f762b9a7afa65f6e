"""Tensors as sets, against NumPy."""

import numpy as np
import pytest
from records import function, run

NAN = np.nan


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("dtype", ["float32", "int32", "int8", "bool"])
def test_unique(dtype, tier):
    x = np.array([[3, 1, 3], [0, 1, 3]]).astype(dtype)
    _, got = run("numpy.unique", tier, x, return_index=True, return_inverse=True, return_counts=True)
    want = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    for a, b, kind in zip(got, want, [dtype, "int32", "int32", "int32"], strict=True):
        assert str(a.dtype) == kind
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(run("numpy.unique", tier, x)[1][0], np.unique(x))


@pytest.mark.parametrize("axis", [0, 1])
def test_unique_slices(axis):
    x = np.array([[1, 0, 1], [1, 0, 1], [0, 5, 0]], "float32")
    _, got = run("numpy.unique", "automatic", x, return_index=True, return_inverse=True, axis=axis)
    for a, b in zip(got, np.unique(x, return_index=True, return_inverse=True, axis=axis), strict=True):
        np.testing.assert_array_equal(a, b)


def test_unique_of_a_size():
    x = np.array([3, 1, 3], "int32")
    np.testing.assert_array_equal(function("numpy.unique")(x, size=4).numpy(), [1, 3, 1, 1])
    np.testing.assert_array_equal(function("numpy.unique")(x, size=4, fill_value=9).numpy(), [1, 3, 9, 9])
    _, counts = function("numpy.unique")(x, size=1, return_counts=True)
    np.testing.assert_array_equal(counts.numpy(), [1])
    nans = function("numpy.unique")(np.array([NAN, 2, NAN], "float32")).numpy()
    np.testing.assert_array_equal(nans, [2, NAN, NAN])
    assert function("numpy.unique")(np.zeros(0, "float32")).numpy().shape == (0,)


@pytest.mark.parametrize("tier", ["interpret", "compile", "trace"])
def test_isin(tier):
    x, y = np.array([[0, 1], [2, 7]], "float32"), np.array([7, 1, -3], "int32")
    np.testing.assert_array_equal(run("numpy.isin", tier, x, y)[1][0], np.isin(x, y))
    np.testing.assert_array_equal(run("numpy.isin", tier, x, y, invert=True)[1][0], np.isin(x, y, invert=True))
    np.testing.assert_array_equal(run("numpy.isin", tier, x, y[:0])[1][0], np.zeros((2, 2), bool))
