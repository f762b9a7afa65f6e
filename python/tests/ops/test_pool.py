"""Pooling against torch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from records import FLOATS, Record, check, check_error, function, pytest_params
from test_conv import each, same_pads


def windows(x, pool_size, strides=None, padding="valid", data_format="channels_last", fill=0.0):
    """All windows of (N, C, spatial...), as (N, C, places..., elements)."""
    rank = x.ndim - 2
    size, steps = each(pool_size, rank), each(pool_size if strides is None else strides, rank)
    x = np.moveaxis(x, -1, 1) if data_format != "channels_first" else x
    if padding == "same":
        pads = same_pads(x.shape[2:], size, steps, (1,) * rank)
        x = np.pad(x, [(0, 0), (0, 0), *pads], constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=tuple(range(2, 2 + rank)))
    view = view[(slice(None), slice(None), *(slice(None, None, s) for s in steps))]
    return view.reshape(*view.shape[: 2 + rank], int(np.prod(size)))


def back(y, data_format="channels_last"):
    return np.moveaxis(y, 1, -1) if data_format != "channels_first" else y


def max_pool(x, *args, data_format="channels_last", **kwargs):
    low = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    return back(windows(x, *args, data_format=data_format, fill=low, **kwargs).max(-1), data_format)


def average_pool(x, *args, data_format="channels_last", **kwargs):
    y = windows(x, *args, data_format=data_format, fill=np.nan, **kwargs)
    return back(np.nanmean(y, -1), data_format)


def adaptive(kind):
    def call(x, output_size, data_format="channels_last"):
        rank = x.ndim - 2
        x = np.moveaxis(x, -1, 1) if data_format != "channels_first" else x
        y = getattr(F, f"adaptive_{kind}_pool{rank}d")(torch.tensor(x), output_size)
        return back(y.numpy(), data_format)

    return call


POOLS = [
    (((2, 7, 5), 2), {}),
    (((2, 7, 5), 3), {"strides": 2, "padding": "same"}),
    (((2, 5, 8), 3), {"strides": 1, "padding": "same", "data_format": "channels_first"}),
    (((2, 7, 9, 5), 2), {}),
    (((2, 7, 9, 5), 3), {"strides": 2, "padding": "same"}),
    (((2, 8, 10, 5), (2, 4)), {"strides": (3, 1), "padding": "same"}),
    (((2, 8, 10, 5), (3, 2)), {"strides": (1, 3), "padding": "valid"}),
    (((2, 5, 7, 9), (3, 2)), {"padding": "same", "data_format": "channels_first"}),
    (((1, 2, 2, 3), 5), {"strides": 1, "padding": "same"}),
    (((2, 5, 7, 6, 3), 2), {"padding": "same"}),
    (((2, 3, 5, 7, 6), (2, 3, 1)), {"strides": 2, "data_format": "channels_first"}),
]
RECORDS = [
    *[
        Record("nn.max_pool", max_pool, inputs=(shape,), args=(size,), kwargs=kwargs, dtypes=(*FLOATS, "int32"))
        for (shape, size), kwargs in POOLS
    ],
    *[
        Record("nn.average_pool", average_pool, inputs=(shape,), args=(size,), kwargs=kwargs, dtypes=FLOATS)
        for (shape, size), kwargs in POOLS
    ],
    # Keras's symbolic adaptive pooling counts the dimensions wrongly.
    *[
        Record(
            f"nn.adaptive_{op}_pool",
            adaptive(kind),
            inputs=(shape,),
            args=(size,),
            kwargs=kwargs,
            dtypes=FLOATS,
            symbolic=False,
            result=lambda name: name,
        )
        for op, kind in (("average", "avg"), ("max", "max"))
        for shape, size, kwargs in [
            ((2, 7, 5), 3, {}),
            ((2, 7, 9, 5), (3, 4), {}),
            ((2, 7, 9, 5), 1, {}),
            ((2, 8, 6, 5), 2, {}),
            ((2, 5, 7, 9), (7, 2), {"data_format": "channels_first"}),
            ((2, 5, 7, 6, 3), (2, 3, 4), {}),
        ]
    ],
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


def test_padding_is_never_the_largest():
    x = -np.arange(1, 13, dtype="float32").reshape(1, 3, 4, 1)
    assert function("nn.max_pool")(x, 2, 2, "same").numpy().max() == -1
    assert function("nn.max_pool")(x, 2, 2, "same").numpy()[0, 1, 0, 0] == -9


X = np.zeros((1, 5, 7, 4), "float32")
ERRORS = [
    (lambda: function("nn.max_pool")(X, 6),
     "[keras.ops.max_pool] the output would be empty: a window of 6 does not fit into a dimension of 5. Received: "
     "inputs.shape=(1, 5, 7, 4), inputs.dtype=float32, pool_size=6, strides=None, padding=\"valid\", data_format=None"),
    (lambda: function("nn.average_pool")(X, (2, 0)),
     "[keras.ops.average_pool] pool_size must be positive, got 0. Received: inputs.shape=(1, 5, 7, 4), "
     "inputs.dtype=float32, pool_size=(2, 0), strides=None, padding=\"valid\", data_format=None"),
    (lambda: function("nn.adaptive_max_pool")(X, (2, 2, 2)),
     "[keras.ops.adaptive_max_pool] output_size must be one number or 2, got 3. Received: inputs.shape=(1, 5, 7, 4), "
     "inputs.dtype=float32, output_size=(2, 2, 2), data_format=None"),
]  # fmt: skip


@pytest.mark.parametrize("call, text", ERRORS)
def test_error(call, text):
    check_error(call, text)
