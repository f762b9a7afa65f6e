"""Normalisation against NumPy."""

import numpy as np
import pytest
from records import FLOATS, Record, check, function, pytest_params, run

HALVES_AND_FLOAT = ("float16", "bfloat16", "float32")  # float64 means need an evaluator in the interpreter


def batch_norm(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    shape = [1] * x.ndim
    shape[axis] = -1
    y = (x - mean.reshape(shape)) / np.sqrt(variance.reshape(shape) + epsilon)
    y = y * scale.reshape(shape) if scale is not None else y
    return y + offset.reshape(shape) if offset is not None else y


def moments(x, axes, keepdims=False, synchronized=False):
    return x.mean(tuple(axes), keepdims=keepdims), x.var(tuple(axes), keepdims=keepdims)


RECORDS = [
    Record("nn.batch_normalization", batch_norm, (x, c, c), (axis,), kwargs, (0.5, 3.0), FLOATS, scale=4.0)
    for x, c, axis, kwargs in [
        ((2, 5, 7, 3), (3,), -1, {}),
        ((2, 5, 7, 3), (3,), 3, {"epsilon": 0.5}),
        ((2, 3, 5, 7), (3,), 1, {}),
        ((4, 3), (3,), 1, {}),
        ((0, 3), (3,), -1, {}),
        ((5,), (5,), 0, {}),
    ]
] + [
    Record("nn.moments", moments, inputs=(x,), args=(axes,), kwargs=kwargs, dtypes=HALVES_AND_FLOAT)
    for x, axes, kwargs in [
        ((4, 5, 7, 3), (0, 1, 2), {}),
        ((4, 5, 7, 3), (0, 1, 2), {"keepdims": True}),
        ((4, 5, 3), [-1], {}),
        ((4, 5, 3), [1], {"keepdims": True, "synchronized": True}),
        ((5,), [0], {}),
    ]
]  # fmt: skip


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize("axis", [1, -1])
def test_offset_and_scale(axis):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 3, 5, 3)).astype("float32")
    mean, offset, scale = rng.normal(size=(3, 3)).astype("float32")
    variance = rng.uniform(0.1, 2, 3).astype("float32")
    for some in ({}, {"offset": offset}, {"scale": scale}, {"offset": offset, "scale": scale}):
        want = batch_norm(*(v.astype("float64") for v in (x, mean, variance)), axis, **some)
        for tier in ("interpret", "compile"):
            got = run("nn.batch_normalization", tier, x, mean, variance, axis, **some)[1][0]
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=2e-6)


def test_far_mean_keeps_its_digits():
    x = (1e4 + np.random.default_rng(0).normal(size=(1000, 3))).astype("float32")
    want = moments(x.astype("float64"), (0,))
    for tier in ("interpret", "compile"):
        mean, variance = run("nn.moments", tier, x, (0,))[1]
        np.testing.assert_allclose(mean, want[0], rtol=1e-6)
        np.testing.assert_allclose(variance, want[1], rtol=1e-3)
    # OpenVINO's own passes fold a constant mean into the offset, so only the interpreter keeps all digits here.
    statistics = [w.astype("float32") for w in want]
    got = run("nn.batch_normalization", "interpret", x, *statistics, -1)[1][0]
    want_y = batch_norm(x.astype("float64"), *(w.astype("float64") for w in statistics), -1)
    np.testing.assert_allclose(got, want_y, rtol=1e-5, atol=1e-6)


def test_moments_of_float16_do_not_overflow_on_the_way():
    x = np.full((10, 3), 300, "float16") * np.array([1, -1, 1], "float16")
    x[::2] *= -1
    mean, variance = (t.numpy() for t in function("nn.moments")(x, [0]))
    assert mean.dtype == variance.dtype == "float16"
    np.testing.assert_array_equal(mean, 0)
    np.testing.assert_array_equal(variance, np.float16(65504))


def test_error():
    with pytest.raises(ValueError) as error:
        function("nn.batch_normalization")(np.zeros((2, 3), "float32"), np.zeros(3), np.zeros(3), 2)
    assert str(error.value) == (
        "[keras.ops.batch_normalization] axis 2 is out of range for a tensor of rank 2. Received: x.shape=(2, 3), "
        "x.dtype=float32, mean.shape=(3,), mean.dtype=float64, variance.shape=(3,), variance.dtype=float64, axis=2, "
        "offset=None, scale=None, epsilon=0.001"
    )
