"""Images moved, warped and filtered, against Keras's jax backend and jax itself."""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np
import pytest
from keras.src.backend.jax import image as peer
from records import check_error, function, run, sample

TIERS = ("interpret", "compile", "trace")
MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
IMAGES = sample((2, 7, 9, 3), "float32", -1, 1)


def first(x):
    return np.moveaxis(x, -1, -3)


def close(got, want, tolerance=2e-5):
    np.testing.assert_allclose(got, np.asarray(want), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("mode", MODES)
def test_map_coordinates(mode, order, tier):
    x = sample((5, 6), "float32")
    places = np.concatenate([sample((2, 3, 40), "float32", -9, 14), np.tile(np.arange(-6.0, 9, 0.5), (2, 3, 1))], -1)
    places = places.astype("float32")
    got = run("image.map_coordinates", tier, x, places, order, mode, 0.5)[1][0]
    want = jax.scipy.ndimage.map_coordinates(x, list(places), order, mode, 0.5)
    close(got, want)


def test_map_coordinates_of_integers_and_of_three_axes():
    x = np.arange(60, dtype="int32").reshape(3, 4, 5)
    places = sample((3, 17), "float32", 0, 2)
    for order in (0, 1):
        got = run("image.map_coordinates", "interpret", x, places, order)[1][0]
        np.testing.assert_array_equal(got, jax.scipy.ndimage.map_coordinates(x, list(places), order))
        assert got.dtype == "int32"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("order", [0, 1])
def test_map_coordinates_of_float64(order, mode):
    x, places = sample((3, 4), "float64"), sample((2, 9), "float64", -4, 6)
    got = run("image.map_coordinates", "interpret", x, places, order, mode)[1][0]
    assert got.dtype == "float64"
    close(got, jax.scipy.ndimage.map_coordinates(x, list(places), order, mode))


def test_coordinates_that_are_no_numbers():
    places = np.array([[np.nan, np.inf, -np.inf, 0], [0, 0, 0, 0]], "float32")
    for mode in MODES:  # no crash; the last is right
        got = run("image.map_coordinates", "interpret", np.ones((2, 2), "float32"), places, 1, mode)[1][0]
        assert got[3] == 1


TRANSFORM = np.array([[1, 0.1, -0.5, 0.2, 0.9, 0.7, 0, 0], [0.8, -0.3, 2, 0.1, 1.2, -1, 0, 0]], "float32")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_affine_transform(layout, mode, interpolation, tier):
    images = IMAGES if layout == "channels_last" else first(IMAGES)
    arguments = (interpolation, mode, 0.25, layout)
    got = run("image.affine_transform", tier, images, TRANSFORM, *arguments)[1][0]
    close(got, peer.affine_transform(images, TRANSFORM, *arguments))
    got = run("image.affine_transform", tier, images[0], TRANSFORM[0], *arguments)[1][0]
    close(got, peer.affine_transform(images[0], TRANSFORM[0], *arguments))


def test_one_transform_for_all_images():
    got = run("image.affine_transform", "interpret", IMAGES, TRANSFORM[0])[1][0]
    close(got, peer.affine_transform(IMAGES, np.tile(TRANSFORM[:1], (2, 1)), data_format="channels_last"))


START = np.array([[[0, 0], [8, 0.5], [0, 6], [8, 6]], [[1, 0], [7, 0], [0, 5], [8, 6]]], "float32")
END = np.array([[[1, 1], [7, 0], [0.5, 5], [8, 6]], [[0, 0], [8, 0], [0, 6], [8, 5]]], "float32")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_perspective_transform(interpolation, layout, tier):
    images = IMAGES if layout == "channels_last" else first(IMAGES)
    got = run("image.compute_homography_matrix", tier, START, END)[1][0]
    close(got, peer.compute_homography_matrix(START, END), 2e-4)
    got = run("image.perspective_transform", tier, images, START, END, interpolation, 0.5, layout)[1][0]
    want = np.asarray(peer.perspective_transform(images, START, END, interpolation, 0.5, layout))
    if interpolation == "nearest":  # a place half-way between two elements may go either way
        assert np.mean(np.abs(got - want) > 1e-5) < 0.02
    else:
        close(got, want, 2e-3)


@pytest.mark.parametrize("tier", TIERS[:2])
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
@pytest.mark.parametrize("size, sigma", [((3, 3), (1.0, 1.0)), ((5, 3), (0.7, 2.0)), ((4, 1), (1.5, 1.0))])
def test_gaussian_blur(size, sigma, layout, tier):
    images = IMAGES if layout == "channels_last" else first(IMAGES)
    close(run("image.gaussian_blur", tier, images, size, sigma, layout)[1][0],
          peer.gaussian_blur(images, size, sigma, layout))  # fmt: skip
    close(run("image.gaussian_blur", tier, images[0], size, np.array(sigma, "float32"), layout)[1][0],
          peer.gaussian_blur(images[0], size, sigma, layout))  # fmt: skip


@pytest.mark.parametrize("tier", TIERS[:2])
def test_sobel_edges(tier):
    close(run("image.sobel_edges", tier, IMAGES)[1][0], peer.sobel_edges(IMAGES, "channels_last"))
    got = run("image.sobel_edges", tier, first(IMAGES), "channels_first")[1][0]
    close(got, peer.sobel_edges(first(IMAGES), "channels_first"))


METHODS = ("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_scale_and_translate(method, antialias, tier):
    scale, translation = np.array([0.5, 1.7], "float32"), np.array([0.3, -1.2], "float32")
    got = run("image.scale_and_translate", tier, IMAGES, (2, 4, 14, 3), scale, translation, (1, 2), method, antialias)
    want = jax.image.scale_and_translate(IMAGES, (2, 4, 14, 3), (1, 2), scale, translation, method, antialias)
    close(got[1][0], want)


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_elastic_transform(layout):
    images = IMAGES if layout == "channels_last" else first(IMAGES)
    call = keras.ops.image.elastic_transform
    same = [np.asarray(call(images, 2.0, 1.0, seed=7, data_format=layout)) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert same[0].shape == images.shape and same[0].dtype == images.dtype
    assert not np.allclose(same[0], images)
    assert not np.allclose(same[0], np.asarray(call(images, 2.0, 1.0, seed=8, data_format=layout)))
    close(call(images, 0.0, 1.0, seed=7, data_format=layout), images)
    assert call(images[0], 2.0, 1.0, data_format=layout).shape == images[0].shape


def test_dtypes():
    for name in ("float16", "bfloat16", "float32", "uint8", "int32"):
        x = sample((4, 5, 3), name, 0, 90)
        for op, args in (("gaussian_blur", ()), ("affine_transform", (TRANSFORM[0],))):
            got = function(f"image.{op}")(x, *args)
            assert got.dtype == name
            want = function(f"image.{op}")(x.astype("float32"), *args).numpy()
            np.testing.assert_allclose(got.numpy().astype("float32"), want, atol=0.51, rtol=1e-2)


ERRORS = [
    ("map_coordinates", (np.ones((2, 2), "float32"), np.ones((3, 2), "float32"), 1),
     "the first dimension of `coordinates` must be the same as the rank of `inputs`"),
    ("map_coordinates", (np.ones((2, 2), "float32"), np.ones((2, 2), "float32"), 2), "order must be 0 or 1, got 2"),
    ("affine_transform", (IMAGES, TRANSFORM[:, :7]), "a transform is of 8 numbers"),
    ("affine_transform", (IMAGES, TRANSFORM, "cubic"), 'interpolation must be "nearest" or "bilinear"'),
    ("affine_transform", (IMAGES, TRANSFORM, "nearest", "edge"),
     'fill_mode must be "constant", "nearest", "wrap", "mirror" or "reflect"'),
    ("affine_transform", (IMAGES[0, 0], TRANSFORM), "Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images), got 2"),
    ("compute_homography_matrix", (START[:, :3], END), "Invalid start_points shape: expected (4, 2) or, for a batch, (N, 4, 2)"),
    ("sobel_edges", (IMAGES[0],), "images must have 4 dimensions, got 3"),
]  # fmt: skip


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    with pytest.raises(ValueError) as caught:
        function(f"image.{name}")(*args)
    assert str(caught.value).startswith(f"[keras.ops.{name}] {text}. Received: ")


def test_unknown_method():
    check_error(
        lambda: function("image.scale_and_translate")(
            np.ones(3, "float32"), (3,), np.ones(1), np.ones(1), (0,), "area"
        ),
        '[keras.ops.scale_and_translate] method must be "linear", "bilinear", "trilinear", "cubic", "bicubic", '
        '"tricubic", "lanczos3" or "lanczos5". Received: images.shape=(3,), images.dtype=float32, output_shape=(3,), '
        "scale.shape=(1,), scale.dtype=float64, translation.shape=(1,), translation.dtype=float64, spatial_dims=(0,), "
        'method="area", antialias=True',
    )
