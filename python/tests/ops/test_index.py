"""Elements taken and set by index, against NumPy."""

import keras
import numpy as np
import pytest
from records import Record, check, check_error, function, pytest_params, run

FEW = ("float32", "int32", "bool")
NO_WIDE = ("float16", "bfloat16", "float32", "int8", "int32", "int64", "uint8", "bool")

RECORDS = [
    Record("numpy.take", np.take, inputs=((4, 5),), args=(np.array([0, 3, -1]), 0), dtypes=NO_WIDE),
    Record("numpy.take", np.take, inputs=((4, 5),), args=(np.array([[0, 3], [2, -2]]), -1), dtypes=FEW),
    Record("numpy.take", np.take, inputs=((4, 5),), args=(np.array([0, 19, -3]),), dtypes=FEW),
    Record("numpy.take", np.take, inputs=((4, 5),), args=(np.array(2), 1), dtypes=FEW),
    Record("numpy.take", np.take, inputs=((4, 5),), args=(np.zeros((0,), "int32"), 1), dtypes=FEW),
    Record(
        "numpy.take_along_axis",
        np.take_along_axis,
        inputs=((4, 5),),
        args=(np.array([[0, 4, -1]] * 4), 1),
        dtypes=NO_WIDE,
    ),
    Record(
        "numpy.take_along_axis",
        np.take_along_axis,
        inputs=((4, 5),),
        args=(np.array([[0, 3, 1, 2, -1]]), 0),
        dtypes=FEW,
    ),
    Record(
        "numpy.take_along_axis",
        np.take_along_axis,
        inputs=((2, 3, 4),),
        args=(np.zeros((2, 2, 4), "int32"), 1),
        dtypes=FEW,
    ),
    Record("numpy.take_along_axis", np.take_along_axis, inputs=((4, 5),), args=(np.array([3, 19]), None), dtypes=FEW),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


X = np.arange(60, dtype="float32").reshape(3, 4, 5)
ARRAY, PAIR, MASK = np.array([2, 0, -1]), np.array([[0, 1], [2, -3]]), X[:, :, 0] > 20
KEYS = [
    0,
    -1,
    (1, 2),
    (1, 2, 3),
    slice(None),
    slice(1, None),
    slice(None, None, -1),
    slice(-1, None, -2),
    slice(5, 1, -1),
    slice(2, 1),
    slice(-100, 100),
    (slice(None), slice(1, 3), slice(None, None, 2)),
    (slice(None), slice(2, -10, -1)),
    Ellipsis,
    (Ellipsis, 0),
    (0, Ellipsis),
    (0, Ellipsis, 1),
    (Ellipsis, slice(1, 3)),
    None,
    (None, 0),
    (0, None),
    (slice(None), None, 1, None),
    (Ellipsis, None),
    ARRAY,
    PAIR,
    (slice(None), ARRAY),
    (Ellipsis, PAIR),
    (ARRAY, ARRAY),
    (slice(None), ARRAY, ARRAY),
    (ARRAY, slice(None), ARRAY),
    (ARRAY, 1),
    (1, slice(None), ARRAY),
    (1, ARRAY),
    (PAIR, ARRAY[:2]),
    (ARRAY, None, ARRAY),
    (slice(1, None), None, ARRAY),
    (slice(0, 2), ARRAY, slice(None, None, -1)),
    MASK,
    (MASK, 1),
    X > 30,
    (slice(None), np.array([True, False, True, True])),
    (Ellipsis, np.array([True] * 5)),
    np.zeros(0, "int32"),
    X < 0,
]


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("key", KEYS, ids=[str(i) for i in range(len(KEYS))])
def test_get_item(key, tier):
    want = X[key]
    _, [got] = run("numpy.get_item", tier, X, key)
    assert got.shape == want.shape
    np.testing.assert_array_equal(got, want)


def test_tensors_are_indexed_as_arrays():
    x = function("numpy.array")(X)
    np.testing.assert_array_equal(x[[0, 2]].numpy(), X[[0, 2]])
    np.testing.assert_array_equal(x[0, 2].numpy(), X[0, 2])
    np.testing.assert_array_equal(x[x > 7].numpy(), X[X > 7])
    np.testing.assert_array_equal([row.numpy() for row in x], X)  # iteration ends at an IndexError
    with pytest.raises(TypeError):
        x["a"]


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_blocks(tier):
    x = np.arange(24, dtype="float32").reshape(4, 6)
    np.testing.assert_array_equal(run("core.slice", tier, x, (1, 2), (2, 3))[1][0], x[1:3, 2:5])
    np.testing.assert_array_equal(run("core.slice", tier, x, np.array([1, 2]), (-1, 3))[1][0], x[1:, 2:5])
    for start, shape in (((1, 2), (2, 3)), ((0, 2), (4, 3)), ((0, 0), (4, 6)), ((3, 5), (1, 1)), ((2, 0), (0, 6))):
        updates = -np.ones(shape, "float32")
        want = x.copy()
        want[start[0] : start[0] + shape[0], start[1] : start[1] + shape[1]] = updates
        np.testing.assert_array_equal(run("core.slice_update", tier, x, start, updates)[1][0], want)


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int32", "int64", "uint64", "float16", "int8", "uint8", "bfloat16"]
)
def test_scatter(dtype, tier):
    dtype = keras.backend.standardize_dtype(dtype)
    indices = np.array([[1, 2], [0, 0], [1, 2], [-1, 1]])
    values = np.array([3, 4, 5, 6], "float32")
    want = np.zeros((3, 3), "float32")
    np.add.at(want, tuple(indices.T), values)
    cast = function("core.cast")
    got = run("core.scatter", tier, indices, cast(values, dtype), (3, 3))[1][0]
    np.testing.assert_array_equal(got.astype("float32"), want)
    base = np.full((3, 3), 4, "float32")
    for reduction, change in (
        (None, None),
        ("add", np.add),
        ("max", np.maximum),
        ("min", np.minimum),
        ("mul", np.multiply),
    ):
        places, numbers = (indices[1:], values[1:]) if reduction is None else (indices, values)
        want = base.copy()
        if reduction is None:
            want[tuple(places.T)] = numbers
        else:
            change.at(want, tuple(places.T), numbers)
        got = run("core.scatter_update", tier, cast(base, dtype), places, cast(numbers, dtype), reduction=reduction)[1][
            0
        ]
        np.testing.assert_array_equal(got.astype("float32"), want, err_msg=str(reduction))
    rows = run("core.scatter_update", tier, base, np.array([[0], [2]]), np.ones((2, 3), "float32"))[1][0]
    np.testing.assert_array_equal(rows, [[1] * 3, [4] * 3, [1] * 3])


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_hot(tier):
    x = np.array([[0, 2], [-1, 5]])
    eye = np.array([[[1, 0, 0], [0, 0, 1]], [[0, 0, 0], [0, 0, 0]]], "float32")
    np.testing.assert_array_equal(run("nn.one_hot", tier, x, 3)[1][0], eye)
    np.testing.assert_array_equal(run("nn.one_hot", tier, x, 3, axis=1)[1][0], np.moveaxis(eye, -1, 1))
    for dtype in ("int32", "bool", "float16", "uint8"):
        got = run("nn.one_hot", tier, x, 3, dtype=dtype)[1][0]
        assert str(got.dtype) == dtype
        np.testing.assert_array_equal(got, eye.astype(dtype))
    np.testing.assert_array_equal(run("nn.one_hot", tier, np.uint8(1), 2)[1][0], [0, 1])
    np.testing.assert_array_equal(run("nn.multi_hot", tier, x, 3)[1][0], eye.max(1))
    np.testing.assert_array_equal(run("nn.multi_hot", tier, x[0], 3, dtype="int32")[1][0], [1, 0, 1])


ERRORS = [
    (
        "take",
        (X, np.array([3]), 0),
        IndexError,
        "index 3 is out of range for an axis of size 3. Received: x.shape=(3, 4, 5), "
        "x.dtype=float32, indices.shape=(1,), indices.dtype=int64, axis=0",
    ),
    (
        "take",
        (X, np.array([0.5], "float32"), 0),
        TypeError,
        "indices must be integers, got float32. Received: "
        "x.shape=(3, 4, 5), x.dtype=float32, indices.shape=(1,), indices.dtype=float32, axis=0",
    ),
    (
        "get_item",
        (X, 3),
        IndexError,
        "index 3 is out of range for an axis of size 3. Received: x.shape=(3, 4, 5), x.dtype=float32, key=3",
    ),
    (
        "get_item",
        (X, (0, 0, 0, 0)),
        IndexError,
        "4 indices for 3 dimensions. Received: x.shape=(3, 4, 5), x.dtype=float32, key=(0, 0, 0, 0)",
    ),
    (
        "get_item",
        (X, 1.5),
        IndexError,
        "an index must be an integer, got 1.5. Received: x.shape=(3, 4, 5), x.dtype=float32, key=1.5",
    ),
]


@pytest.mark.parametrize("name, args, kind, text", ERRORS)
def test_error(name, args, kind, text):
    check_error(lambda: function(f"numpy.{name}")(*args), f"[keras.ops.{name}] {text}", kind)
