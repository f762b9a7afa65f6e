"""Export to OpenVINO IR, and what is refused."""

import keras
import numpy as np
import openvino
import pytest

from models import cnn, two_inputs, two_inputs_reference

RNG = np.random.default_rng(4)


def run(path, inputs):
    """The outputs of an IR by OpenVINO alone, in float32."""
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return {output.any_name: array for output, array in compiled(inputs).items()}


def test_ir(tmp_path, capsys):
    model = cnn()
    path = str(tmp_path / "model.xml")
    model.export(path, format="openvino")
    assert capsys.readouterr().out.strip() == f"Saved OpenVINO IR at '{path}'."
    for n in (1, 3):
        x = RNG.normal(size=(n, 8, 8, 1)).astype("float32")
        [y] = run(path, [x]).values()
        np.testing.assert_allclose(y, model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_names(tmp_path):
    model = two_inputs()
    path = str(tmp_path / "model.xml")
    model.export(path, format="openvino", verbose=False)
    a, b = RNG.normal(size=(2, 3)).astype("float32"), RNG.normal(size=(2, 2)).astype("float32")
    got, want = run(path, {"a": a, "b": b}), two_inputs_reference(model, a, b)
    assert sorted(got) == sorted(model.output_names)
    np.testing.assert_allclose(sorted(y.sum() for y in got.values()), sorted(y.sum() for y in want.values()), rtol=1e-4)


def test_refused(tmp_path):
    model = cnn()
    with pytest.raises(ValueError, match="requires the filepath to end with '.xml'. Got: filepath=model.bin"):
        model.export("model.bin", format="openvino")
    with pytest.raises(NotImplementedError, match="keravino writes no SavedModel"):
        model.export(str(tmp_path / "saved"), format="tf_saved_model")


def test_a_model_with_state_of_its_own(tmp_path):
    class Noise(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.seed = keras.random.SeedGenerator(1, name="noise")

        def call(self, x):
            return x + keras.random.uniform((2,), seed=self.seed)

    model = keras.Sequential([keras.Input((2,)), Noise()])
    with pytest.raises(NotImplementedError, match="A model that changes its own state cannot be exported. It assigns:"):
        model.export(str(tmp_path / "model.xml"), format="openvino")
