"""Dtype policies and the precision that programs are compiled for."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.src.backend.openvino.precision import model_precision

import keravino
from keravino import _native
from models import randomize

X = np.random.default_rng(3).normal(size=(6, 32)).astype("float32")


def model(policy):
    layers = [keras.layers.Dense(64, activation="relu", dtype=policy), keras.layers.Dense(8, dtype=policy)]
    return randomize(keras.Sequential([keras.Input((32,)), *layers]))


def reference(m, x):
    w1, b1, w2, b2 = (ops.convert_to_numpy(w).astype("float64") for w in m.weights)
    return np.maximum(x.astype("float64") @ w1 + b1, 0) @ w2 + b2


def error(y, want):
    return np.abs(np.asarray(y, "float64") - want).max() / np.abs(want).max()


@pytest.mark.parametrize(
    "policy, precision, dtype, low, high",
    [
        ("float32", "f32", "float32", 0, 1e-6),
        ("mixed_bfloat16", "bf16", "bfloat16", 1e-5, 2e-2),
        ("bfloat16", "bf16", "bfloat16", 1e-5, 2e-2),
        ("mixed_float16", None, "float16", 1e-6, 2e-3),
        ("float16", None, "float16", 1e-6, 2e-3),
    ],
)
def test_policies(policy, precision, dtype, low, high, tmp_path):
    m = model(policy)
    if precision:
        assert model_precision(m) == precision
    want = reference(m, X)
    y = m.predict(X, verbose=0)
    assert str(y.dtype) == dtype and low <= error(y, want) <= high
    assert low <= error(ops.convert_to_numpy(m(X)), want) <= high
    m.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    # In bfloat16 weights that are inputs of a program, as new ones are, take another kernel than constant ones.
    assert error(loaded.predict(X, verbose=0), y.astype("float64")) <= (0 if dtype != "bfloat16" else high)


def test_float64():
    m = model("float64")
    y = m.predict(X, verbose=0)
    assert error(y, reference(m, X)) < 1e-6  # Keras's promotion makes float32 of two float64
    assert y.dtype == ops.convert_to_numpy(m(X)).dtype
    scale = keras.Sequential([keras.Input((2,)), keras.layers.Rescaling(1.0, dtype="float64")])
    fine = np.array([[1 + 2**-40, 2]])
    assert ops.convert_to_numpy(scale(fine)).dtype == scale.predict_on_batch(fine).dtype


def test_global_policy():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        m = model(None)
        assert model_precision(m) == "bf16" and str(m.predict(X, verbose=0).dtype) == "bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


def test_default_precision():
    m = model("float32")
    want = reference(m, X)
    assert error(m.predict(X, verbose=0), want) < 1e-6
    try:
        keravino.set_defaults(precision="bf16", threads=1)
        y = m.predict(X, verbose=0)
        assert y.dtype == "float32"
        if _native.device_has("CPU", "BF16"):
            assert 1e-5 < error(y, want) < 2e-2
    finally:
        keravino.set_defaults()
    assert error(m.predict(X, verbose=0), want) < 1e-6
