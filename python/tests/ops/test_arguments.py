"""Arguments that no op takes, and what is said about them."""

import numpy as np
import pytest
from records import check_error, function

X = np.ones((2, 3), "float32")
SHOWN = "x.shape=(2, 3), x.dtype=float32"
ERRORS = [
    ("numpy.add", (None, 1), TypeError, "None where a tensor is needed. Received: x1=None, x2=1"),
    ("numpy.add", ("\ud800", 1), ValueError, "a string that has no UTF-8 form. Received: x1=<str>"),
    ("numpy.concatenate", ([X, None],), TypeError, "None where a tensor is needed. Received: xs=(<tensor (2, 3) float32>, None), axis=0"),
    ("numpy.sum", (object,), TypeError, "an argument of type type is no tensor and nothing else that an op takes. Received: x=<type>"),
    ("numpy.sum", (X, None, np.ones(2)), TypeError, f"wanted a bool, got <tensor (2,) float64>. Received: {SHOWN}, axis=None, "
     "keepdims.shape=(2,), keepdims.dtype=float64"),
    ("numpy.sum", (X, np.array([0.5])), TypeError, f"wanted integers, got 0.5. Received: {SHOWN}, axis.shape=(1,), axis.dtype=float64, "
     "keepdims=False"),
    ("numpy.expand_dims", (X, 1e300), TypeError, f"wanted an integer, got 1e+300. Received: {SHOWN}, axis=1e+300"),
    ("numpy.expand_dims", (X, float("nan")), TypeError, f"wanted an integer, got nan. Received: {SHOWN}, axis=nan"),
]  # fmt: skip


@pytest.mark.parametrize("op, args, kind, text", ERRORS, ids=[f"{op}-{i}" for i, (op, *_) in enumerate(ERRORS)])
def test_error(op, args, kind, text):
    check_error(lambda: function(op)(*args), f"[keras.ops.{op.split('.')[1]}] {text}", kind)


def test_numbers_of_arrays():
    """Whole numbers and truth come from tensors and floats of them, too."""
    assert function("numpy.sum")(X, np.array([1.0]), np.array(True)).numpy().shape == (2, 1)
    assert function("numpy.sum")(X, axis=np.float64(0)).numpy().shape == (3,)


def test_more_than_there_is_memory_for():
    with pytest.raises(MemoryError):
        function("numpy.zeros")((2**45, 2**10)).numpy()
