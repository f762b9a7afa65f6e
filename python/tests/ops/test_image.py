"""Images against JAX, torch, TensorFlow and colorsys."""

import colorsys

import jax
import keras
import numpy as np
import pytest
import tensorflow as tf
from records import TIERS, Record, check, check_error, dtype, function, pytest_params, run


def resized(x, size, interpolation="bilinear", antialias=False, data_format="channels_last"):
    spatial = x.ndim - (3 if data_format == "channels_last" else 2)
    shape = list(x.shape)
    shape[spatial : spatial + 2] = size
    with jax.enable_x64():
        return np.asarray(jax.image.resize(x, shape, interpolation, antialias=antialias))


def gray(x, data_format="channels_last"):
    axis = -1 if data_format == "channels_last" else -3
    return np.expand_dims(np.tensordot(x, [0.2989, 0.5870, 0.1140], (axis, 0)), axis)


def pixelwise(call):
    return lambda x: np.apply_along_axis(lambda p: call(*p), -1, x)


def promise(call):
    return lambda *args, **kwargs: getattr(keras.ops.image, call)(*args, **kwargs)


FLOATS = ("float16", "bfloat16", "float32")
RECORDS = [
    *[
        Record("image.resize", resized, (shape,), (size,), kwargs, dtypes=FLOATS, scale=4.0, symbolic=promise("resize"))
        for shape, size, kwargs in [
            *[
                ((2, 7, 9, 3), size, {"interpolation": how, "antialias": antialias})
                for how in ("bilinear", "bicubic", "lanczos3", "lanczos5")
                for size in ((5, 13), (14, 4))
                for antialias in (False, True)
            ],
            ((7, 9, 3), (3, 5), {}),
            ((2, 3, 7, 9), (3, 5), {"data_format": "channels_first", "interpolation": "bicubic"}),
            ((2, 3, 7, 9), (3, 5), {"data_format": "channels_first"}),
            ((2, 7, 9, 3), (7, 9), {"interpolation": "lanczos3"}),
            ((2, 1, 1, 3), (2, 3), {}),
        ]
    ],
    *[
        Record("image.resize", resized, ((2, 8, 9, 3),), (size,), {"interpolation": "nearest"},
               dtypes=(*FLOATS, "uint8", "int32", "int64", "bool"), symbolic=promise("resize"))
        for size in ((4, 13), (16, 3), (5, 9), (1, 1))
    ],
    *[
        Record("image.rgb_to_grayscale", gray, (shape,), (), kwargs, (0.0, 1.0), FLOATS, scale=2.0,
               symbolic=promise("rgb_to_grayscale"))
        for shape, kwargs in [((4, 5, 3), {}), ((2, 4, 5, 3), {}), ((2, 3, 4, 5), {"data_format": "channels_first"})]
    ],
    Record("image.rgb_to_hsv", pixelwise(colorsys.rgb_to_hsv), ((2, 7, 5, 3),), (), {}, (0.0, 1.0), ("float32",),
           scale=4.0, symbolic=promise("rgb_to_hsv")),
    Record("image.hsv_to_rgb", pixelwise(colorsys.hsv_to_rgb), ((2, 7, 5, 3),), (), {}, (0.0, 1.0), ("float32",),
           scale=4.0, symbolic=promise("hsv_to_rgb")),
]  # fmt: skip


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


def test_nearest_is_exact_where_floats_are_not():
    x = np.arange(3 * 4001, dtype="int64").reshape(1, 3, 4001, 1)
    for size in ((2, 1999), (9, 12003), (1, 7)):
        got = function("image.resize")(x, size, "nearest").numpy()[0, :, :, 0]
        rows = (2 * np.arange(size[0]) + 1) * 3 // (2 * size[0])
        columns = (2 * np.arange(size[1]) + 1) * 4001 // (2 * size[1])
        np.testing.assert_array_equal(got, x[0, :, :, 0][rows][:, columns])


@pytest.mark.parametrize("tier", TIERS)
def test_integers_are_rounded_and_stay_in_range(tier):
    x = np.random.default_rng(0).choice(np.array([0, 255], "uint8"), (2, 6, 7, 3))
    for how in ("bilinear", "bicubic"):
        want = tf.image.resize(x, (9, 11), how).numpy()
        got = run("image.resize", tier, x, (9, 11), how)[1][0]
        assert got.dtype == "uint8"
        np.testing.assert_allclose(got.astype(float), np.clip(np.round(want), 0, 255), atol=1)


@pytest.mark.parametrize("size", [(4, 8), (8, 4), (5, 5), (12, 7)])
def test_aspect_ratio(size):
    x = np.random.default_rng(0).normal(size=(2, 6, 9, 3)).astype("float32")
    height, width = 6, 9
    h, w = min(6, int(9 * size[0] / size[1])), min(9, int(6 * size[1] / size[0]))
    top, left = int((6 - h) / 2), int((9 - w) / 2)
    got = function("image.resize")(x, size, crop_to_aspect_ratio=True).numpy()
    np.testing.assert_allclose(got, resized(x[:, top : top + h, left : left + w], size), rtol=1e-5, atol=1e-5)
    h, w = max(6, int(width * size[0] / size[1])), max(9, int(height * size[1] / size[0]))
    top, left = int((h - 6) / 2), int((w - 9) / 2)
    left = 0 if top else left
    padded = np.pad(x, ((0, 0), (top, top), (left, left), (0, 0)), constant_values=2.5)
    got = function("image.resize")(x, size, pad_to_aspect_ratio=True, fill_value=2.5).numpy()
    np.testing.assert_allclose(got, resized(padded, size), rtol=1e-5, atol=1e-5)


def test_hues_of_pure_colours():
    colours = np.array(
        [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1], [0, 0, 0], [1, 1, 1]], "float32"
    )
    got = function("image.rgb_to_hsv")(colours[None]).numpy()[0]
    np.testing.assert_allclose(got, [colorsys.rgb_to_hsv(*c) for c in colours.tolist()], atol=1e-6)


def test_grayscale_of_integers_and_of_gray_images():
    x = np.random.default_rng(0).integers(0, 255, (4, 5, 3)).astype("uint8")
    got = function("image.rgb_to_grayscale")(x).numpy()
    assert got.dtype == dtype("uint8")
    np.testing.assert_allclose(got.astype(float), gray(x), atol=1)
    np.testing.assert_array_equal(function("image.rgb_to_grayscale")(x[..., :1]).numpy(), x[..., :1])


X = np.zeros((4, 5, 3), "float32")
RECEIVED = (
    " Received: images.shape=(4, 5, 3), images.dtype=float32, size=(2, 2), interpolation=\"{}\", antialias=False, "
    "crop_to_aspect_ratio={}, pad_to_aspect_ratio={}, fill_mode=\"constant\", fill_value=0, data_format=None"
)  # fmt: skip
ERRORS = [
    (lambda: function("image.resize")(X, (2, 2), "area"),
     "[keras.ops.resize] unknown interpolation \"area\"; wanted nearest, bilinear, bicubic, lanczos3 or lanczos5."
     + RECEIVED.format("area", False, False)),
    (lambda: function("image.resize")(X, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
     "[keras.ops.resize] only one of crop and pad to aspect ratio can be asked for."
     + RECEIVED.format("bilinear", True, True)),
    (lambda: function("image.rgb_to_hsv")(X[..., :2]),
     "[keras.ops.rgb_to_hsv] Invalid channel size: expected 3 (RGB). Got 2. Received: images.shape=(4, 5, 2), "
     "images.dtype=float32, data_format=None"),
    (lambda: function("image.hsv_to_rgb")(X.astype("uint8")),
     "[keras.ops.hsv_to_rgb] Invalid images dtype: expected float dtype. Got uint8. Received: images.shape=(4, 5, 3), images.dtype=uint8, "
     "data_format=None"),
]  # fmt: skip


@pytest.mark.parametrize("call, text", ERRORS)
def test_error(call, text):
    check_error(call, text)
