"""Fourier transforms, against NumPy in float64 and torch."""

import keras
import numpy as np
import pytest
import torch
from records import FLOATS, TOLERANCE, check_error, function, sample

from keravino import _native

TIERS = ("interpret", "compile", "trace")
LENGTHS = (1, 2, 3, 4, 7, 8, 12, 31, 64, 100, 127, 1021, 1024, 4095)  # primes, powers of two, and between


def run(name, tier, x, *args, **kwargs):
    """Calls an op whose tensor is a pair or one array; its results as float64, and their dtype."""
    pair = isinstance(x, tuple)
    if tier == "trace":
        parts = x if pair else (x,)
        inputs = [_native.parameter((None,) * part.ndim, keras.backend.standardize_dtype(part.dtype)) for part in parts]
        got = function(name)(tuple(inputs) if pair else inputs[0], *args, **kwargs)
        many = isinstance(got, tuple)
        numbers = _native.Program(inputs, list(got) if many else [got])(list(parts))
    else:
        _native.set_tier(tier)
        got = function(name)(x, *args, **kwargs)
        many = isinstance(got, tuple)
        numbers = [part.numpy() for part in (got if many else [got])]
        _native.set_tier("automatic")
    assert len({str(part.dtype) for part in numbers}) == 1
    wide = [np.asarray(part).astype("float64") for part in numbers]
    return (wide[0] + 1j * wide[1] if many else wide[0]), str(numbers[0].dtype)


def close(got, want, name):
    """To a few roundings of the largest number."""
    assert got.shape == want.shape
    scale = max(np.abs(want).max(initial=0), 1)
    np.testing.assert_allclose(
        got / scale, want / scale, rtol=0, atol=TOLERANCE[name] / (50 if name == "float32" else 1)
    )


def pair(shape, name="float32"):
    re, im = sample(shape, name, seed=1), sample(shape, name, seed=2)
    return (re, im), re.astype("float64") + 1j * im.astype("float64")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", FLOATS)
def test_every_dtype(name, tier):
    x, z = pair((2, 3, 6), name)
    for op, reference in (("fft", np.fft.fft), ("fft2", np.fft.fft2), ("ifft2", np.fft.ifft2), ("irfft", np.fft.irfft)):
        got, result = run(f"math.{op}", tier, x)
        assert result == name
        close(got, reference(z), name)
    got, result = run("math.rfft", tier, x[0])
    assert result == name
    close(got, np.fft.rfft(z.real), name)


@pytest.mark.parametrize("tier", ["interpret", "trace"])
@pytest.mark.parametrize("n", LENGTHS)
def test_every_length(n, tier):
    x, z = pair((3, n))
    close(run("math.fft", tier, x)[0], np.fft.fft(z), "float32")
    close(run("math.ifft2", tier, x)[0], np.fft.ifft2(z), "float32")
    close(run("math.rfft", tier, x[0])[0], np.fft.rfft(z.real), "float32")
    close(run("math.irfft", tier, x, n)[0], np.fft.irfft(z, n), "float32")
    if n > 1:
        close(run("math.irfft", tier, x)[0], np.fft.irfft(z), "float32")
    close(run("math.fft", "interpret", tuple(p.astype("float64") for p in x))[0], np.fft.fft(z), "float64")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("length", [1, 4, 5, 9, 12, 13])
def test_lengths_cut_and_fill(length, tier):
    x, z = pair((2, 9))
    close(run("math.rfft", tier, x[0], length)[0], np.fft.rfft(z.real, length), "float32")
    close(run("math.irfft", tier, x, fft_length=length)[0], np.fft.irfft(z, length), "float32")


def test_empty_and_integers():
    x = np.zeros((0, 4), "float32")
    assert run("math.fft", "interpret", (x, x))[0].shape == (0, 4)
    np.testing.assert_allclose(run("math.rfft", "interpret", np.arange(4))[0], np.fft.rfft(np.arange(4)))


@pytest.mark.parametrize("tier", TIERS)
def test_extract_sequences(tier):
    x = sample((2, 3, 11), "float32")
    for length, stride in ((4, 1), (4, 3), (3, 5), (11, 2)):
        want = torch.tensor(x).unfold(-1, length, stride).numpy()
        np.testing.assert_array_equal(run("math.extract_sequences", tier, x, length, stride)[0], want)


WINDOWS = ("hann", "hamming", None, np.linspace(0.5, 1, 8).astype("float32"))


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("window", WINDOWS, ids=["hann", "hamming", "none", "numbers"])
@pytest.mark.parametrize("fft_length", [8, 11, 16])
def test_stft(fft_length, window, center, tier):
    x = sample((2, 3, 61), "float32")
    got, result = run("math.stft", tier, x, 8, 3, fft_length, window, center)
    assert result == "float32"
    spec = keras.ops.stft(keras.KerasTensor(x.shape), 8, 3, fft_length, window, center)
    assert got.shape == tuple(spec[0].shape)
    if window is None:
        factors = np.ones(fft_length)
    else:
        factors = np.zeros(fft_length)
        shapes = {"hann": torch.hann_window(8).numpy(), "hamming": torch.hamming_window(8).numpy()}
        factors[(fft_length - 8) // 2 :][:8] = shapes[window] if isinstance(window, str) else window
    want = torch.stft(
        torch.tensor(x.reshape(6, -1)).double(), fft_length, 3, fft_length, torch.tensor(factors).double(), center,
        return_complex=True,
    )  # fmt: skip
    close(got, np.swapaxes(want.numpy().reshape(2, 3, *want.shape[1:]), -1, -2), "float32")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("length", [None, 50, 59, 70])
def test_istft_gives_the_signal_back(length, tier):
    x = sample((2, 3, 60), "float32")
    parts = tuple(part.numpy() for part in function("math.stft")(x, 8, 4, 8))
    got = run("math.istft", tier, parts, 8, 4, 8, length)[0]
    assert got.shape == (2, 3, length or 60)
    np.testing.assert_allclose(got[..., :60], x[..., :length], atol=2e-6)
    np.testing.assert_array_equal(got[..., 64:], 0)  # between lies what was put behind the signal


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("window", WINDOWS, ids=["hann", "hamming", "none", "numbers"])
@pytest.mark.parametrize("fft_length", [8, 11])
def test_istft_as_keras_has_it(fft_length, window, center, tier):
    """The formula of Keras's torch and TensorFlow backends, spelt out."""
    x, z = pair((2, 9, fft_length // 2 + 1))
    frames = np.fft.irfft(z, fft_length)
    if window is not None:
        factors = np.zeros(fft_length)
        shapes = {"hann": torch.hann_window(8).numpy(), "hamming": torch.hamming_window(8).numpy()}
        factors[(fft_length - 8) // 2 :][:8] = shapes[window] if isinstance(window, str) else window
        steady = np.array([np.sum(factors[i % 3 :: 3] ** 2) for i in range(fft_length)])
        frames = frames * factors / steady
    size = 3 * 8 + fft_length
    want = np.zeros((2, size))
    for i in range(9):
        want[:, 3 * i : 3 * i + fft_length] += frames[:, i]
    start = fft_length // 2 if center else 0
    got = run("math.istft", tier, x, 8, 3, fft_length, None, window, center)[0]
    close(got, want[:, start : size - start], "float32")
    spec = keras.ops.istft(tuple(keras.KerasTensor(p.shape) for p in x), 8, 3, fft_length, None, window, center)
    assert got.shape == tuple(spec.shape)


ONES = np.ones((2, 4), "float32")
ERRORS = [
    ("fft", ((ONES, ONES[:1]),), "the real and imaginary parts differ in shape: (2, 4) and (1, 4)"),
    ("fft", ((ONES, ONES.astype("int32")),), "the real and imaginary parts must be floats, got float32 and int32"),
    ("fft2", ((ONES[0], ONES[0]),), "at least 2 dimensions are wanted, got 1"),
    ("rfft", (ONES, 0), "fft_length must be positive, got 0"),
    ("extract_sequences", (ONES, 5, 1), "sequence_length is 5, but the last axis has size 4"),
    ("stft", (ONES, 4, 1, 3), "`fft_length` must equal or exceed sequence_length, got 3 and 4"),
    ("stft", (ONES, 4, 1, 8), "with center, x must have more than fft_length / 2 numbers, got 4"),
    ("stft", (ONES, 2, 1, 2, "box"), 'If a string is passed to `window`, it must be "hann" or "hamming"'),
    ("stft", (ONES, 2, 1, 2, ONES[0]), "The shape of `window` must be equal to (sequence_length,), got (4,)"),
]


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    with pytest.raises(ValueError) as caught:
        function(f"math.{name}")(*args)
    assert str(caught.value).startswith(f"[keras.ops.{name}] {text}. Received: x")


def test_stft_of_another_dtype():
    check_error(
        lambda: function("math.stft")(ONES.astype("float16"), 2, 1, 2),
        "[keras.ops.stft] x must be `float32` or `float64`, got float16. Received: x.shape=(2, 4), x.dtype=float16, "
        'sequence_length=2, sequence_stride=1, fft_length=2, window="hann", center=True',
        TypeError,
    )
