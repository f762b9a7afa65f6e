"""Ops that make, reshape, join, cut and move tensors, against NumPy."""

import keras
import numpy as np
import pytest
from records import Record, check, check_error, function, pytest_params, run

FEW = ("float32", "int32", "bool")


def tupled(f):
    """A reference whose axes may come as lists."""
    return lambda x, *args: f(x, *(tuple(a) if isinstance(a, list) else a for a in args))


SHAPE = [
    Record("numpy.reshape", np.reshape, args=((3, 2),)),
    Record("numpy.reshape", np.reshape, args=((-1, 2),), dtypes=FEW),
    Record("numpy.reshape", np.reshape, args=(-1,), dtypes=FEW),
    Record("numpy.reshape", np.reshape, inputs=((0, 3),), args=((3, 0, 2),), dtypes=FEW),
    Record("numpy.reshape", np.reshape, inputs=((),), args=((1, 1),), dtypes=FEW),
    Record("numpy.reshape", np.reshape, inputs=((1, 1),), args=((),), dtypes=FEW),
    Record("numpy.ravel", np.ravel, inputs=((2, 3, 2),)),
    Record("numpy.ravel", np.ravel, inputs=((),), dtypes=FEW),
    Record("numpy.transpose", np.transpose, inputs=((2, 3, 4),)),
    Record("numpy.transpose", np.transpose, inputs=((2, 3, 4),), args=((1, -1, 0),), dtypes=FEW),
    Record("numpy.transpose", np.transpose, inputs=((),), dtypes=FEW),
    Record("numpy.swapaxes", np.swapaxes, inputs=((2, 3, 4),), args=(0, -1)),
    Record("numpy.moveaxis", np.moveaxis, inputs=((2, 3, 4),), args=(0, -1)),
    Record("numpy.moveaxis", np.moveaxis, inputs=((2, 3, 4, 5),), args=((0, 1), (-1, -2)), dtypes=FEW),
    Record("numpy.squeeze", np.squeeze, inputs=((1, 3, 1),)),
    Record("numpy.squeeze", np.squeeze, inputs=((1, 3, 1),), args=(-1,), dtypes=FEW),
    Record("numpy.squeeze", np.squeeze, inputs=((1, 3, 1),), args=((0, 2),), dtypes=FEW),
    Record("numpy.expand_dims", np.expand_dims, args=(1,)),
    Record("numpy.expand_dims", np.expand_dims, args=((0, -1),), dtypes=FEW),
    Record("numpy.broadcast_to", np.broadcast_to, inputs=((1, 3),), args=((4, 2, 3),)),
    Record("numpy.broadcast_to", np.broadcast_to, inputs=((),), args=((0, 2),), dtypes=FEW),
    Record("numpy.copy", np.copy),
    Record("numpy.array", np.array, symbolic=False, result=lambda name: name),
]

JOIN = [
    Record("numpy.append", np.append, inputs=((2, 3), (4,))),
    Record("numpy.append", np.append, inputs=((2, 3), (1, 3)), args=(0,), dtypes=FEW),
    Record("numpy.tile", np.tile, args=((2, 2),)),
    Record("numpy.tile", np.tile, args=((2, 1, 3),), dtypes=FEW),
    Record("numpy.tile", np.tile, args=(3,), dtypes=FEW),
    Record("numpy.repeat", np.repeat, args=(2,)),
    Record("numpy.repeat", np.repeat, args=(3, -1), dtypes=FEW),
    Record("numpy.repeat", np.repeat, args=([1, 0, 2], 1), dtypes=FEW),
    Record("numpy.repeat", np.repeat, inputs=((2, 0),), args=(3, 0), dtypes=FEW),
    Record("numpy.split", np.split, inputs=((4, 6),), args=(2,)),
    Record("numpy.split", np.split, inputs=((4, 6),), args=(3, -1), dtypes=FEW),
    Record("numpy.split", np.split, inputs=((4, 6),), args=([1, 4], 1), dtypes=FEW),
    Record(
        "numpy.split",
        np.split,
        inputs=((4, 6),),
        args=([1, 1, 9], 0),
        dtypes=FEW,
        symbolic=False,
        result=lambda name: [name] * 4,
    ),
    Record("numpy.array_split", np.array_split, inputs=((7, 2),), args=(3,), dtypes=FEW),
    Record("numpy.hsplit", np.hsplit, inputs=((4, 6),), args=(2,), dtypes=FEW),
    Record("numpy.vsplit", np.vsplit, inputs=((4, 6),), args=([1, 3],), dtypes=FEW),
    Record("numpy.dsplit", np.dsplit, inputs=((2, 2, 6),), args=(2,), dtypes=FEW),
    Record(
        "core.unstack",
        lambda x, num, axis: list(np.moveaxis(x, axis, 0)),
        inputs=((2, 3),),
        args=(3, 1),
        symbolic=keras.ops.unstack,
    ),
]

MOVE = [
    Record("numpy.flip", np.flip),
    Record("numpy.flip", np.flip, inputs=((2, 3, 4),), args=((0, -1),), dtypes=FEW),
    Record("numpy.flip", np.flip, inputs=((),), dtypes=FEW),
    Record("numpy.fliplr", np.fliplr, dtypes=FEW),
    Record("numpy.flipud", np.flipud, dtypes=FEW),
    Record("numpy.roll", np.roll, args=(1,)),
    Record("numpy.roll", np.roll, inputs=((4, 5),), args=(-7, 1), dtypes=FEW),
    Record("numpy.roll", np.roll, inputs=((4, 5),), args=((1, 2), (0, 1)), dtypes=FEW),
    Record("numpy.roll", np.roll, inputs=((0, 5),), args=(2, 0), dtypes=FEW),
    # Keras promises the turned shape for even k, too.
    *[
        Record(
            "numpy.rot90",
            np.rot90,
            inputs=((2, 3, 4),),
            args=(k, (0, 2)),
            dtypes=FEW,
            symbolic=False,
            result=lambda name: name,
        )
        for k in (-1, 0, 1, 2, 3)
    ],
    Record("numpy.pad", np.pad, args=(1,)),
    Record("numpy.pad", np.pad, args=(((1, 0), (2, 3)),), dtypes=FEW),
    Record("numpy.pad", np.pad, args=((1, 2),), kwargs={"constant_values": 1}, dtypes=FEW),
    Record("numpy.pad", np.pad, inputs=((4, 5),), args=(((2, 3), (4, 1)), "reflect")),
    Record("numpy.pad", np.pad, inputs=((4, 5),), args=(((2, 3), (5, 1)), "symmetric")),
    Record("numpy.pad", np.pad, inputs=((4, 5),), args=(((2, 3), (9, 1)), "edge")),
    Record("numpy.pad", np.pad, inputs=((3, 2),), args=(((7, 8), (0, 5)), "reflect"), dtypes=FEW),
    Record("numpy.pad", np.pad, inputs=((3, 2),), args=(((7, 8), (0, 5)), "symmetric"), dtypes=FEW),
    Record("numpy.pad", np.pad, inputs=((0, 2),), args=(1,), dtypes=FEW),
]

DIAGONAL = [
    *[Record("numpy.diag", np.diag, inputs=((3,),), args=(k,)) for k in (-1, 0, 2)],
    *[Record("numpy.diag", np.diag, inputs=((3, 4),), args=(k,), dtypes=FEW) for k in (-5, -1, 0, 2, 4)],
    Record("numpy.diagflat", np.diagflat, args=(1,), dtypes=FEW),
    Record("numpy.diagonal", np.diagonal, inputs=((3, 4),)),
    Record("numpy.diagonal", np.diagonal, inputs=((2, 3, 4),), args=(1, 0, 2), dtypes=FEW),
    Record("numpy.diagonal", np.diagonal, inputs=((2, 3, 4),), args=(-1, -1, 0), dtypes=FEW),
    Record("numpy.trace", np.trace, inputs=((3, 4),)),
    Record("numpy.trace", np.trace, inputs=((3, 4, 2),), args=(1, 1, 0), dtypes=FEW),
    *[
        Record(f"numpy.{f}", getattr(np, f), inputs=((2, 3, 4),), args=(k,), dtypes=FEW)
        for f in ("tril", "triu")
        for k in (-1, 0, 1)
    ],
    Record("numpy.tril", np.tril, inputs=((3, 3),)),
    Record("numpy.triu", np.triu, inputs=((3, 3),)),
]

LIKE = [
    Record("numpy.zeros_like", np.zeros_like),
    Record("numpy.ones_like", np.ones_like),
    Record("numpy.full_like", np.full_like, args=(1,)),
    Record("numpy.zeros_like", np.zeros_like, inputs=((0, 2),), kwargs={"dtype": "int32"}, dtypes=FEW),
    Record("numpy.vander", np.vander, inputs=((4,),), dtypes=("float32", "int32", "float16", "int64")),
    Record("numpy.vander", np.vander, inputs=((4,),), args=(2, True), dtypes=("float32", "int32")),
    Record("numpy.meshgrid", np.meshgrid, inputs=((2,), (3,)), dtypes=FEW),
    Record(
        "numpy.meshgrid",
        np.meshgrid,
        inputs=((2,), (3,), (4,)),
        kwargs={"indexing": "ij"},
        dtypes=FEW,
        symbolic=False,
        result=lambda name: [name] * 3,
    ),
]


@pytest.mark.parametrize("record, name", **pytest_params(SHAPE + JOIN + MOVE + DIAGONAL + LIKE))
def test_record(record, name):
    check(record, name)


MADE = [
    ("zeros", ((2, 3),)),
    ("zeros", (3,)),
    ("zeros", ((),)),
    ("ones", ((0, 2), "int8")),
    ("full", ((2, 2), 7)),
    ("full", ((2, 2), 7, "int32")),
    ("arange", (5,)),
    ("arange", (1, 10, 3)),
    ("arange", (10, 1, -4)),
    ("arange", (0, 1, 0.1)),
    ("arange", (0.1, 1.1, 0.1)),
    ("arange", (3, 3)),
    ("arange", (5, None, None, "float16")),
    ("arange", (2.5,)),
    ("linspace", (0, 10)),
    ("linspace", (-1.5, 2, 7)),
    ("linspace", (0, 10, 5, False)),
    ("linspace", (3, 3, 1)),
    ("linspace", (0, 9, 4, True, False, "int32")),
    ("linspace", (0, 9, 0)),
    ("logspace", (0, 3, 4)),
    ("logspace", (0, 3, 4, False, 2)),
    ("geomspace", (1, 1000, 4)),
    ("eye", (3,)),
    ("eye", (3, 4, 1)),
    ("eye", (3, 4, -2, "bool")),
    ("identity", (4,)),
    ("identity", (0,)),
    ("identity", (2, "int64")),
    ("tri", (3,)),
    ("tri", (3, 5, 1)),
    ("tri", (4, 2, -1, "int32")),
]


@pytest.mark.parametrize("name, args", MADE)
def test_made_from_numbers(name, args):
    want = getattr(keras.ops, name)(*args)  # KERAS_BACKEND=numpy
    for tier in ("interpret", "compile"):
        _, [got] = run(f"numpy.{name}", tier, *args)
        assert (got.shape, str(got.dtype)) == (want.shape, str(want.dtype))
        np.testing.assert_allclose(got, want, rtol=1e-6)


def test_linspace_between_tensors():
    start, stop = np.array([0, 1], "float32"), np.array([[3], [5]], "float32")
    for axis in (0, -1):
        _, [got] = run("numpy.linspace", "automatic", start, stop, 4, axis=axis)
        np.testing.assert_allclose(got, np.linspace(start, stop, 4, axis=axis), rtol=1e-6)
    _, [got, step] = run("numpy.linspace", "automatic", start, stop, 4, retstep=True)
    np.testing.assert_allclose(step, (stop - start) / 3, rtol=1e-6)


JOINED = [
    ("concatenate", ((2, 3), (1, 3)), {}),
    ("concatenate", ((2, 1), (2, 3), (2, 0)), {"axis": -1}),
    ("stack", ((2, 3), (2, 3)), {}),
    ("stack", ((2, 3), (2, 3)), {"axis": -1}),
    ("stack", ((), ()), {}),
    ("hstack", ((2,), (3,)), {}),
    ("hstack", ((2, 1), (2, 3)), {}),
    ("vstack", ((3,), (3,)), {}),
    ("vstack", ((2, 3), (1, 3)), {}),
    ("dstack", ((3,), (3,)), {}),
    ("dstack", ((2, 3), (2, 3)), {}),
    ("dstack", ((2, 3, 1), (2, 3, 2)), {}),
]


@pytest.mark.parametrize("dtypes", [("float32",) * 3, ("int8", "float16", "int8"), ("bool", "int32", "uint8")])
@pytest.mark.parametrize("name, shapes, kwargs", JOINED)
def test_joined(name, shapes, kwargs, dtypes):
    xs = [np.ones(shape, dtype) * i for i, (shape, dtype) in enumerate(zip(shapes, dtypes, strict=False))]
    want = getattr(np, name)(xs, **kwargs)
    promise = keras.backend.result_type(*[str(x.dtype) for x in xs])
    for tier in ("interpret", "compile"):
        _, [got] = run(f"numpy.{name}", tier, xs, **kwargs)
        assert str(got.dtype) == promise
        np.testing.assert_array_equal(got, want.astype(promise))


def test_numbers_of_shapes():
    x = np.ones((2, 3), "float32")
    assert function("numpy.size")(x) == 6
    assert function("numpy.ndim")(x) == 2
    _, got = run("numpy.unravel_index", "interpret", np.array([5, -1, 0]), (2, 3))
    np.testing.assert_array_equal(got, [[1, 1, 0], [2, 2, 0]])


X = np.ones((3, 4), "float32")
ERRORS = [
    (
        "reshape",
        (X, (5, 2)),
        "cannot reshape 12 elements into (5, 2). Received: x.shape=(3, 4), x.dtype=float32, newshape=(5, 2)",
    ),
    (
        "reshape",
        (X, (-1, -1)),
        "newshape must hold at most one -1 and no other negative number, got (-1, -1). Received: "
        "x.shape=(3, 4), x.dtype=float32, newshape=(-1, -1)",
    ),
    (
        "transpose",
        (X, (0,)),
        "axes must name each of the 2 dimensions once, got (0,). Received: x.shape=(3, 4), x.dtype=float32, axes=(0,)",
    ),
    ("squeeze", (X, 0), "cannot squeeze axis 0 of size 3. Received: x.shape=(3, 4), x.dtype=float32, axis=0"),
    (
        "broadcast_to",
        (X, (2, 4)),
        "cannot broadcast (3, 4) to (2, 4). Received: x.shape=(3, 4), x.dtype=float32, shape=(2, 4)",
    ),
    (
        "concatenate",
        ([X, X[:2]], 1),
        "shapes must agree on all axes but 1, got (3, 4) and (2, 4). Received: "
        "xs=(<tensor (3, 4) float32>, <tensor (2, 4) float32>), axis=1",
    ),
    (
        "split",
        (X, 3, 1),
        "axis 1 of size 4 cannot be split into 3 equal parts. Received: x.shape=(3, 4), "
        "x.dtype=float32, indices_or_sections=3, axis=1",
    ),
    ("arange", (0, 1, 0), "step must not be zero. Received: start=0, stop=1, step=0, dtype=None"),
    (
        "pad",
        (X, 1, "wrap"),
        'mode must be "constant", "reflect", "symmetric" or "edge". Received: x.shape=(3, 4), '
        'x.dtype=float32, pad_width=1, mode="wrap", constant_values=None',
    ),
    (
        "pad",
        (X, ((1, 1),) * 3),
        "pad_width has 3 pairs for 2 dimensions. Received: x.shape=(3, 4), x.dtype=float32, "
        'pad_width=((1, 1), (1, 1), (1, 1)), mode="constant", constant_values=None',
    ),
    (
        "repeat",
        (X, [1, 2], 0),
        "2 repeats for an axis of size 3. Received: x.shape=(3, 4), x.dtype=float32, repeats=(1, 2), axis=0",
    ),
    ("identity", (-1,), "a dimension must not be negative. Received: n=-1, dtype=None"),
]


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    check_error(lambda: function(f"numpy.{name}")(*args), f"[keras.ops.{name}] {text}")
