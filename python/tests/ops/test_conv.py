"""Convolutions against torch and JAX."""

import jax
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from keras.src.backend.common.backend_utils import compute_conv_transpose_padding_args_for_jax
from records import FLOATS, Record, check, check_error, function, pytest_params


def each(value, rank):
    """One number for each dimension."""
    return (value,) * rank if isinstance(value, int) else tuple(value)


def same_pads(shape, kernel, strides, dilation):
    """TensorFlow's rule: as many outputs as strides fit, and the odd pad at the end."""
    pads = []
    for n, k, s, d in zip(shape, kernel, strides, dilation, strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pads += [(total // 2, total - total // 2)]
    return pads


def torch_conv(x, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1, groups=None):
    rank = x.ndim - 2
    x = np.moveaxis(x, -1, 1) if data_format != "channels_first" else x
    groups = groups or x.shape[1] // kernel.shape[-2]
    if padding == "same":
        x = np.pad(
            x,
            [
                (0, 0),
                (0, 0),
                *same_pads(x.shape[2:], kernel.shape[:-2], each(strides, rank), each(dilation_rate, rank)),
            ],
        )
    weights = np.moveaxis(np.moveaxis(kernel, -1, 0), -1, 1)
    call = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    y = call(
        torch.tensor(x),
        torch.tensor(weights.copy()),
        stride=each(strides, rank),
        dilation=each(dilation_rate, rank),
        groups=groups,
    )
    return np.moveaxis(y.numpy(), 1, -1) if data_format != "channels_first" else y.numpy()


def torch_depthwise(x, kernel, *args, **kwargs):
    channels = kernel.shape[-2]
    kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)
    return torch_conv(x, kernel, *args, **kwargs, groups=channels)


def torch_separable(x, depthwise, pointwise, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    y = torch_depthwise(x, depthwise, strides, padding, data_format, dilation_rate)
    return torch_conv(y, pointwise, data_format=data_format)


def jax_conv_transpose(x, kernel, strides=1, padding="valid", output_padding=None, data_format=None, dilation_rate=1):
    rank = x.ndim - 2
    x = np.moveaxis(x, 1, -1) if data_format == "channels_first" else x
    pads = compute_conv_transpose_padding_args_for_jax(
        x.shape, kernel.shape, strides, padding, output_padding, dilation_rate
    )
    space = "DHW"[-rank:]
    names = (f"N{space}C", f"{space}IO", f"N{space}C")
    with jax.enable_x64():
        y = jax.lax.conv_transpose(
            x,
            kernel,
            each(strides, rank),
            pads,
            each(dilation_rate, rank),
            dimension_numbers=names,
            transpose_kernel=True,
        )
    return np.moveaxis(np.asarray(y), -1, 1) if data_format == "channels_first" else np.asarray(y)


def conv(*inputs, **kwargs):
    """Keras's symbolic conv does not take groups, which its layers pass all the same."""
    channels = inputs[0][1 if kwargs.get("data_format") == "channels_first" else -1]
    promise = {} if channels == inputs[1][-2] else {"symbolic": False, "result": lambda name: name}
    return Record("nn.conv", torch_conv, inputs=inputs, kwargs=kwargs, dtypes=FLOATS, scale=8.0, **promise)


CONVS = [
    conv((2, 7, 5), (3, 5, 4)),
    conv((2, 7, 5), (3, 5, 4), strides=2, padding="same"),
    conv((2, 9, 5), (3, 5, 4), dilation_rate=3, padding="same"),
    conv((2, 5, 9), (3, 5, 4), dilation_rate=2, data_format="channels_first"),
    conv((2, 7, 9, 5), (3, 2, 5, 4)),
    conv((2, 7, 9, 5), (3, 2, 5, 4), padding="same"),
    conv((2, 7, 9, 5), (3, 2, 5, 4), padding="same", strides=(2, 3)),
    conv((2, 8, 10, 5), (4, 5, 5, 3), padding="same", strides=2),
    conv((2, 7, 9, 5), (3, 2, 5, 4), padding="same", dilation_rate=(2, 3)),
    conv((2, 7, 9, 5), (1, 1, 5, 3), strides=2),
    conv((2, 7, 9, 6), (3, 2, 3, 8), padding="same"),
    conv((2, 6, 9, 7), (3, 2, 2, 9), data_format="channels_first"),
    conv((2, 6, 9, 7), (3, 2, 2, 9), data_format="channels_first", padding="same", strides=(1, 2)),
    conv((0, 7, 9, 5), (3, 2, 5, 4)),
    conv((1, 1, 1, 1), (1, 1, 1, 1)),
    conv((1, 2, 2, 3), (3, 3, 3, 2), padding="same"),
    conv((2, 5, 7, 6, 3), (3, 2, 2, 3, 4)),
    conv((2, 5, 7, 6, 3), (3, 2, 2, 3, 4), padding="same", strides=(2, 1, 2)),
    conv((2, 5, 7, 6, 4), (3, 2, 2, 2, 4), padding="same", dilation_rate=2),
    conv((2, 3, 5, 7, 6), (3, 2, 2, 3, 4), data_format="channels_first"),
]

DEPTHWISE = [
    Record("nn.depthwise_conv", torch_depthwise, inputs=inputs, kwargs=kwargs, dtypes=FLOATS, scale=8.0)
    for inputs, kwargs in [
        (((2, 7, 5), (3, 5, 2)), {}),
        (((2, 7, 9, 5), (3, 2, 5, 1)), {}),
        (((2, 7, 9, 5), (3, 2, 5, 3)), {"padding": "same", "strides": 2}),
        (((2, 7, 9, 5), (3, 3, 5, 1)), {"padding": "same", "dilation_rate": (2, 1)}),
        (((2, 5, 7, 9), (3, 3, 5, 2)), {"data_format": "channels_first"}),
        (((2, 7, 9, 1), (3, 2, 1, 3)), {}),
    ]
]

SEPARABLE = [
    Record("nn.separable_conv", torch_separable, inputs=inputs, kwargs=kwargs, dtypes=("float32",), scale=16.0)
    for inputs, kwargs in [
        (((2, 7, 5), (3, 5, 2), (1, 10, 4)), {"padding": "same", "strides": 2}),
        (((2, 7, 9, 5), (3, 2, 5, 2), (1, 1, 10, 4)), {}),
        (((2, 7, 9, 5), (3, 2, 5, 2), (1, 1, 10, 4)), {"padding": "same", "dilation_rate": 2}),
        (((2, 5, 7, 9), (3, 2, 5, 2), (1, 1, 10, 4)), {"data_format": "channels_first"}),
    ]
]

TRANSPOSE = [
    Record("nn.conv_transpose", jax_conv_transpose, inputs=inputs, kwargs=kwargs, dtypes=FLOATS, scale=8.0)
    for inputs, kwargs in [
        *[
            (((2, 4, 3), (k, 5, 3)), {"strides": s, "padding": p})
            for k in (1, 2, 3, 5)
            for s in (1, 2, 3)
            for p in ("valid", "same")
        ],
        *[
            (((2, 4, 3), (k, 5, 3)), {"strides": 3, "padding": p, "output_padding": o})
            for k in (3, 4)
            for p in ("valid", "same")
            for o in (0, 1, 2)
        ],
        (((2, 4, 3), (3, 5, 3)), {"dilation_rate": 2, "padding": "same"}),
        (((2, 4, 5, 3), (3, 2, 4, 3)), {"strides": 2, "padding": "same"}),
        (((2, 4, 5, 3), (3, 4, 6, 3)), {"strides": (2, 3), "padding": "valid", "output_padding": (1, 2)}),
        (((2, 3, 4, 5), (3, 2, 4, 3)), {"strides": 2, "padding": "same", "data_format": "channels_first"}),
        (((2, 3, 4, 2, 3), (3, 2, 2, 4, 3)), {"strides": (1, 2, 1), "padding": "same"}),
    ]
]


@pytest.mark.parametrize("record, name", **pytest_params(CONVS + DEPTHWISE + SEPARABLE + TRANSPOSE))
def test_record(record, name):
    check(record, name)


X, K = np.zeros((1, 5, 7, 4), "float32"), np.zeros((3, 3, 4, 6), "float32")
RECEIVED = (
    "inputs.shape=(1, 5, 7, 4), inputs.dtype=float32, kernel.shape={}, kernel.dtype=float32, strides={}, "
    "padding=\"{}\", data_format={}, dilation_rate={}"
)  # fmt: skip
ERRORS = [
    (("conv", X, np.zeros((3, 3, 3, 6), "float32")), {},
     "[keras.ops.conv] the inputs have 4 channels, which is no multiple of the kernel's 3. Received: "
     + RECEIVED.format("(3, 3, 3, 6)", 1, "valid", "None", 1)),
    (("conv", X, np.zeros((3, 3, 2, 5), "float32")), {},
     "[keras.ops.conv] 5 filters cannot be split into 2 groups. Received: "
     + RECEIVED.format("(3, 3, 2, 5)", 1, "valid", "None", 1)),
    (("conv", X, K), {"dilation_rate": 3},
     "[keras.ops.conv] the output would be empty: a window of 7 does not fit into a dimension of 5. Received: "
     + RECEIVED.format("(3, 3, 4, 6)", 1, "valid", "None", 3)),
    (("conv", X, K), {"strides": 0},
     "[keras.ops.conv] strides must be positive, got 0. Received: "
     + RECEIVED.format("(3, 3, 4, 6)", 0, "valid", "None", 1)),
    (("conv", X, K), {"strides": (1, 2, 3)},
     "[keras.ops.conv] strides must be one number or 2, got 3. Received: "
     + RECEIVED.format("(3, 3, 4, 6)", "(1, 2, 3)", "valid", "None", 1)),
    (("conv", X, K), {"padding": "full"},
     "[keras.ops.conv] unknown padding \"full\"; wanted valid or same. Received: "
     + RECEIVED.format("(3, 3, 4, 6)", 1, "full", "None", 1)),
    (("conv", X, K), {"data_format": "NHWC"},
     "[keras.ops.conv] unknown data_format \"NHWC\"; wanted channels_first or channels_last. Received: "
     + RECEIVED.format("(3, 3, 4, 6)", 1, "valid", "\"NHWC\"", 1)),
    (("conv", X, np.zeros((3, 4, 6), "float32")), {},
     "[keras.ops.conv] the kernel must have 4 dimensions as the inputs have, got 3. Received: "
     + RECEIVED.format("(3, 4, 6)", 1, "valid", "None", 1)),
    (("depthwise_conv", X, np.zeros((3, 3, 3, 1), "float32")), {},
     "[keras.ops.depthwise_conv] the inputs have 4 channels, not the kernel's 3. Received: "
     + RECEIVED.format("(3, 3, 3, 1)", 1, "valid", "None", 1)),
    (("conv", np.zeros((2, 3), "float32"), K), {},
     "[keras.ops.conv] the inputs must have 3, 4 or 5 dimensions, got 2. Received: "
     + RECEIVED.format("(3, 3, 4, 6)", 1, "valid", "None", 1).replace("(1, 5, 7, 4)", "(2, 3)")),
]  # fmt: skip


@pytest.mark.parametrize("call, kwargs, text", ERRORS)
def test_error(call, kwargs, text):
    check_error(lambda: function("nn." + call[0])(*call[1:], **kwargs), text)
