"""Gradients of convolutions, pools and batch normalization by their kernels, against torch."""

import numpy as np
import pytest
import torch
from keras import ops

import keravino
from keravino import _native

RNG = np.random.default_rng(0)


def numbers(*shape):
    return RNG.normal(size=shape).astype("float32")


def gradients(function, *arrays):
    """The function's result, and the gradients of its sum of squares, of a compiled graph."""
    xs = [_native.parameter(a.shape, a.dtype.name) for a in arrays]
    with keravino.GradientTape() as tape:
        y = function(*xs)
        loss = ops.sum(y * y)
    program = _native.Program([*xs], [y, *tape.gradient(loss, xs)])
    return program(list(arrays))


def torch_gradients(function, *arrays):
    xs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = function(*xs)
    (y * y).sum().backward()
    return [y.detach().numpy(), *(x.grad.numpy() for x in xs)]


def check(ours, theirs):
    for got, wanted in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=2e-4, atol=2e-4 * np.abs(wanted).max())


def first(x):
    """Channels first."""
    return torch.movedim(x, -1, 1)


def same_padding(x, size, stride, dilation):
    """Keras's "same": one more at the end where it is uneven."""
    pads = []
    for n in reversed(x.shape[2:]):
        total = max(((n + stride - 1) // stride - 1) * stride + (size - 1) * dilation + 1 - n, 0)
        pads += [total // 2, total - total // 2]
    return torch.nn.functional.pad(x, pads)


CONVOLUTIONS = [
    # rank, size, channels, filters, groups, stride, dilation, padding
    (1, 3, 4, 6, 1, 1, 1, "valid"),
    (2, 3, 3, 5, 1, 1, 1, "same"),
    (2, 3, 4, 8, 1, 2, 1, "valid"),
    (2, 3, 4, 8, 1, 2, 1, "same"),
    (2, 2, 4, 8, 2, 1, 1, "same"),
    (2, 3, 4, 4, 1, 1, 2, "same"),
    (2, 3, 6, 6, 6, 1, 1, "valid"),
    (2, 3, 6, 12, 6, 2, 1, "same"),
    (3, 2, 3, 4, 1, 1, 1, "valid"),
    (3, 2, 4, 4, 2, 2, 1, "same"),
]


@pytest.mark.parametrize("rank, size, channels, filters, groups, stride, dilation, padding", CONVOLUTIONS)
def test_conv(rank, size, channels, filters, groups, stride, dilation, padding):
    x, w = numbers(2, *(7, 8, 6)[:rank], channels), numbers(*[size] * rank, channels // groups, filters)
    convolve = getattr(torch.nn.functional, f"conv{rank}d")

    def theirs(x, w):
        x = first(x)
        x = same_padding(x, size, stride, dilation) if padding == "same" else x
        y = convolve(x, w.permute(rank + 1, rank, *range(rank)), stride=stride, dilation=dilation, groups=groups)
        return torch.movedim(y, 1, -1)

    def ours(x, w):
        return ops.conv(x, w, strides=stride, padding=padding, dilation_rate=dilation)

    check(gradients(ours, x, w), torch_gradients(theirs, x, w))


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_conv_transpose(stride):
    x, w = numbers(2, 5, 4, 3), numbers(3, 3, 4, 3)

    def theirs(x, w):
        y = torch.nn.functional.conv_transpose2d(first(x), w.permute(3, 2, 0, 1), stride=stride)
        return torch.movedim(y, 1, -1)

    check(gradients(lambda x, w: ops.conv_transpose(x, w, strides=stride), x, w), torch_gradients(theirs, x, w))


@pytest.mark.parametrize(
    "rank, size, stride", [(1, 2, 2), (2, 2, 2), (2, 3, 1), (2, 3, 2), (3, 2, 2), (2, (3, 2), (2, 1))]
)
def test_max_pool(rank, size, stride):
    x = numbers(2, *(7, 8, 6)[:rank], 5)
    pool = getattr(torch.nn.functional, f"max_pool{rank}d")
    check(
        gradients(lambda x: ops.max_pool(x, size, stride), x),
        torch_gradients(lambda x: torch.movedim(pool(first(x), size, stride), 1, -1), x),
    )


@pytest.mark.parametrize("size, stride", [(2, 2), (3, 2), (3, 1)])
def test_average_pool(size, stride):
    x = numbers(2, 7, 8, 5)
    check(
        gradients(lambda x: ops.average_pool(x, size, stride), x),
        torch_gradients(lambda x: torch.movedim(torch.nn.functional.avg_pool2d(first(x), size, stride), 1, -1), x),
    )


@pytest.mark.parametrize("mean", [0.0, 100.0])
def test_batch_normalization(mean):
    x, scale, offset = numbers(16, 4, 5, 7) + np.float32(mean), numbers(7), numbers(7)

    def ours(x, scale, offset):
        m, v = ops.moments(x, [0, 1, 2])
        return ops.batch_normalization(x, m, v, -1, offset=offset, scale=scale, epsilon=1e-3) ** 3

    def theirs(x, scale, offset):
        y = torch.nn.functional.batch_norm(first(x), None, None, scale, offset, training=True, eps=1e-3)
        return torch.movedim(y, 1, -1) ** 3

    check(gradients(ours, x, scale, offset), torch_gradients(theirs, x, scale, offset))


@pytest.mark.parametrize("activation", ["relu", "relu6", "leaky_relu", "gelu", "silu", "elu", "softplus", "tanh"])
def test_activation_after_conv(activation):
    x, w = numbers(2, 6, 6, 3) * 3, numbers(3, 3, 3, 4)
    name = {"gelu": lambda x: torch.nn.functional.gelu(x, approximate="tanh"), "tanh": torch.tanh}
    name["leaky_relu"] = lambda x: torch.nn.functional.leaky_relu(x, 0.2)
    theirs = name.get(activation) or getattr(torch.nn.functional, activation)

    def convolve(x, w):
        return torch.movedim(torch.nn.functional.conv2d(first(x), w.permute(3, 2, 0, 1)), 1, -1)

    check(
        gradients(lambda x, w: getattr(ops, activation)(ops.conv(x, w)), x, w),
        torch_gradients(lambda x, w: theirs(convolve(x, w)), x, w),
    )


def test_kernels_stand_in_the_graph_of_a_step():
    """They are found: the graph that is compiled holds no convolution of the opset."""
    xs = [_native.parameter((2, 8, 8, 3), "float32"), _native.parameter((3, 3, 3, 4), "float32")]
    with keravino.GradientTape() as tape:
        loss = ops.sum(ops.max_pool(ops.relu(ops.conv(*xs)), 2))
    types = _native.Program(xs, tape.gradient(loss, xs)).op_types()
    assert types.count("TrainingConvolution") == 3 and "MaxPoolGradient" in types and "Gate" in types
    assert not {"Convolution", "ConvolutionBackpropData", "Transpose"} & set(types)


def test_products_of_a_dense_layer_are_kernels():
    """Forward, the gradient of the inputs and that of the weights, which all change from step to step."""
    xs = [_native.parameter((128, 300), "float32"), _native.parameter((300, 256), "float32")]
    with keravino.GradientTape() as tape:
        loss = ops.sum(ops.relu(ops.matmul(*xs)))
    types = _native.Program(xs, tape.gradient(loss, xs)).op_types()
    assert types.count("TrainingProduct") == 3 and "MatMul" not in types
