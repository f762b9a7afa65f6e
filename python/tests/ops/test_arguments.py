"""Arguments that no op takes, and what is said about them."""

import re

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


HUGE = 2**40
TOO_MUCH = [
    ("numpy.zeros", ((2**45, 2**10),), {}),
    ("numpy.vander", (np.ones(1, "float32"),), {"N": 2**62}),
    ("nn.adaptive_average_pool", (np.ones((2, 3, 6, 5, 4), "float32"), (HUGE,)), {"data_format": "channels_first"}),
    ("random.uniform", ((HUGE, HUGE),), {"seed": np.array([1, 2], "uint32")}),
]


@pytest.mark.parametrize("op, args, kwargs", TOO_MUCH, ids=[op for op, *_ in TOO_MUCH])
def test_more_than_there_is_memory_for(op, args, kwargs):
    with pytest.raises(MemoryError):
        function(op)(*args, **kwargs).numpy()


# Each ended the process, or was an error of a plugin's.
NOTHING = [
    ("math.rfft", (np.zeros((2, 0), "float32"),), {}, "a transform of no numbers"),
    ("random.categorical", (np.zeros((5, 0)), 3), {"seed": np.array([7, 4], "uint32")}, "logits have no classes"),
    ("numpy.broadcast_to", (np.float32(2), -(2**63)), {}, "cannot broadcast () to (-9223372036854775808,)"),
    ("numpy.prod", (np.ones(2, "uint8"),), {"dtype": "string"}, 'dtype "string" is none of numbers'),
    ("nn.unfold", (np.ones((1, 1, 5, 6), "float32"), 2**63 - 1), {"dilation": 2}, "kernel_size must be at least 1 and have 32 bits"),
    ("nn.dot_product_attention", 3 * (np.ones((3, 1, 2, 2), "float32"),), {"bias": np.ones((2, 2), "float32")},
     "bias and mask of shape (2, 2) do not fit scores of shape (3, 2, 1, 1)"),
]  # fmt: skip


@pytest.mark.parametrize("op, args, kwargs, text", NOTHING, ids=[op for op, *_ in NOTHING])
def test_nothing_to_compute(op, args, kwargs, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        function(op)(*args, **kwargs)


def test_pairs_of_nothing():
    with pytest.raises(TypeError, match="wanted pairs of integers, got rows of 0"):
        function("numpy.pad")(np.ones(3, "uint8"), np.zeros((2, 0), "uint32"), mode="symmetric")


def test_a_window_far_beyond_its_input_costs_what_lies_within():
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    got = function("nn.max_pool")(x, 2**31, strides=2, padding="same", data_format="channels_first").numpy()
    np.testing.assert_array_equal(got, np.full((1, 1, 2, 2), 15.0))


def test_where_nothing_is_no_zero():
    empty = np.zeros((3, 5, 5, 1, 1, 0))
    assert [places.numpy().shape for places in function("numpy.nonzero")([empty, empty])] == 7 * [(0,)]


def test_nothing_is_unique():
    empty = np.zeros((2, 5, 1, 5, 2, 0), "int64")
    assert function("numpy.unique")([empty, empty]).numpy().shape == (0,)
