"""Loops over the slices of tensors."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.src import backend


def numbers(x):
    return ops.convert_to_numpy(x).tolist()


def test_scan():
    xs = np.array([1, 2, 3], "float32")
    carry, ys = ops.scan(lambda c, x: (c + x, c * x), np.float32(1), xs)
    assert (numbers(carry), numbers(ys)) == (7, [1, 4, 12])
    carry, ys = ops.scan(lambda c, x: (c + x, c * x), np.float32(1), xs, reverse=True)
    assert (numbers(carry), numbers(ys)) == (7, [6, 8, 3])
    carry, ys = ops.scan(lambda c, _: (c * 2, c), np.float32(1), length=4)
    assert (numbers(carry), numbers(ys)) == (16, [1, 2, 4, 8])
    carry, ys = ops.scan(
        lambda c, x: ((c[0] + x["a"], c[1]), x["b"]), (np.float32(0), np.float32(5)), {"a": xs, "b": -xs}
    )
    assert (numbers(carry[0]), numbers(carry[1]), numbers(ys)) == (6, 5, [-1, -2, -3])
    with pytest.raises(ValueError, match="Got no `xs` to scan over and `length` not provided."):
        backend.core.scan(lambda c, x: (c, x), 0)


def test_map_and_vectorized_map():
    xs = np.array([[1, 2], [3, 4]], "float32")
    assert numbers(ops.map(lambda x: x * 2, xs)) == [[2, 4], [6, 8]]
    assert numbers(ops.vectorized_map(lambda x: ops.sum(x), xs)) == [3, 7]
    both = ops.vectorized_map(lambda ab: ab[0] + ab[1], (xs, xs))
    assert numbers(both) == [[2, 4], [6, 8]]


def test_vectorize():
    function = keras.ops.vectorize(lambda a, b: a + 2 * b)
    assert numbers(function(np.array([1.0, 2.0]), np.array([3.0, 4.0]))) == [7, 10]


@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan(reverse):
    xs = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], "float32")
    got = ops.associative_scan(lambda a, b: a + b, xs, axis=1, reverse=reverse)
    want = np.cumsum(xs[:, ::-1], 1)[:, ::-1] if reverse else np.cumsum(xs, 1)
    np.testing.assert_array_equal(ops.convert_to_numpy(got), want)
