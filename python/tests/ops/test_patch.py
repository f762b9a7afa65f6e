"""Patches against torch and TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F
from records import Record, check, function, pytest_params


def torched(call):
    return lambda x, *args, **kwargs: call(torch.tensor(x.astype("float64")), *args, **kwargs).numpy()


def blocks(call, torch_call):
    """TensorFlow's order of channels for channels_last, torch's for channels_first."""

    def reference(x, block_size, data_format="channels_last"):
        if data_format == "channels_first":
            return torch_call(torch.tensor(x), block_size).numpy()
        return call(x, block_size).numpy()

    return reference


DTYPES = ("float16", "bfloat16", "float32", "int32")
RECORDS = [
    Record("nn.unfold", torched(F.unfold), ((2, 3, 7, 9),), args, kwargs, dtypes=DTYPES)
    for args, kwargs in [
        ((3,), {}),
        (((2, 3),), {"stride": (2, 1)}),
        ((2,), {"dilation": (2, 3), "padding": 1}),
        (((3, 1),), {"padding": (0, 2), "stride": 3, "dilation": 2}),
        (((7, 9),), {}),
    ]
]
RECORDS += [
    Record("nn.fold", torched(F.fold), (shape,), args, kwargs, dtypes=("float16", "bfloat16", "float32"))
    for shape, args, kwargs in [
        ((2, 3 * 4, 30), ((6, 7), 2), {}),
        ((1, 2 * 6, 9), ((4, 5), (2, 3)), {}),
        ((2, 4, 16), (8, 2), {"stride": 2}),
        ((2, 9, 16), (6, 3), {"stride": 2, "padding": 2}),
        ((2, 4, 16), (6, 2), {"dilation": 2}),
    ]
]
RECORDS += [
    Record(f"nn.{name}", blocks(*calls), (shape,), (2,), kwargs, dtypes=("float16", "float32", "int32"))
    for name, calls in [
        ("depth_to_space", (tf.nn.depth_to_space, F.pixel_shuffle)),
        ("space_to_depth", (tf.nn.space_to_depth, F.pixel_unshuffle)),
    ]
    for shape, kwargs in [((2, 4, 6, 8), {}), ((2, 8, 4, 6), {"data_format": "channels_first"})]
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


def test_unfold_keeps_infinities_apart():
    x = np.arange(16, dtype="float32").reshape(1, 1, 4, 4)
    x[0, 0, 1, 1] = np.inf
    np.testing.assert_array_equal(function("nn.unfold")(x, 2).numpy(), F.unfold(torch.tensor(x), 2).numpy())


def test_error():
    with pytest.raises(ValueError) as error:
        function("nn.unfold")(np.zeros((1, 2, 3, 4), "float32"), 4)
    assert str(error.value) == (
        "[keras.ops.unfold] the output would be empty: a window of 4 does not fit into a dimension of 3. Received: "
        "input.shape=(1, 2, 3, 4), input.dtype=float32, kernel_size=4, dilation=1, padding=0, stride=1"
    )
