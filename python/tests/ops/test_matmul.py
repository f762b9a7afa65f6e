"""Matrix products against NumPy."""

import numpy as np
import pytest
from records import ALL, Record, check, function, pytest_params


def product(a, b):
    """NumPy's, in integers wide enough."""
    return np.matmul(a, b) if a.dtype.kind in "fb" else np.matmul(a.astype("int64"), b.astype("int64"))


# 64-bit integers are computed exactly only by the interpreter, and the plugin would narrow them.
DTYPES = tuple(name for name in ALL if "64" not in name)
SHAPES = [
    ((2, 3), (3, 4)),
    ((3,), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((0, 3), (3, 4)),
    ((2, 0), (0, 4)),
    ((1, 1), (1, 1)),
]
RECORDS = [Record("numpy.matmul", product, inputs=shapes, dtypes=DTYPES) for shapes in SHAPES]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize(
    "x1, x2, text",
    [
        (
            np.float32(1),
            np.ones(3, "float32"),
            "[keras.ops.matmul] a scalar has no matrix product; use multiply. "
            "Received: x1.shape=(), x1.dtype=float32, x2.shape=(3,), x2.dtype=float32",
        ),
    ],
)
def test_errors(x1, x2, text):
    with pytest.raises(ValueError) as caught:
        function("numpy.matmul")(x1, x2)
    assert str(caught.value) == text


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"\[keras.ops.matmul\].*Received: x1.shape=\(2, 3\)"):
        function("numpy.matmul")(np.ones((2, 3), "float32"), np.ones((2, 3), "float32"))
