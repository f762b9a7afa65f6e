"""Recurrent layers, against Keras on torch in a process of its own."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import recurrent
from keras import ops
from keras.src import backend
from keras.src.backend.openvino.trace import Function


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    """The outputs of all models on torch."""
    path = tmp_path_factory.mktemp("torch") / "outputs.npz"
    environment = os.environ | {"KERAS_BACKEND": "torch", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, recurrent.__file__, path], env=environment, check=True)
    with np.load(path) as file:
        return dict(file)


def agree(got, wanted, name):
    """The same shapes and, but for rounding, numbers as on torch."""
    assert len(got) == sum(key.startswith(name + "/") for key in wanted)
    for i, x in enumerate(got):
        want = wanted[f"{name}/{i}"]
        assert (x.shape, x.dtype) == (want.shape, want.dtype)
        np.testing.assert_allclose(x, want, atol=2e-6 * max(1, np.abs(want).max()), rtol=0)


@pytest.mark.parametrize("name", recurrent.MODELS)
def test_predict(name, wanted):
    agree(recurrent.outputs(name), wanted, name)


@pytest.mark.parametrize("name", [name for name in recurrent.MODELS if name not in ("stateful", "unrolled")])
def test_eager(name, wanted):
    model = recurrent.make(name)
    got = [x for steps in (6, 4) for x in keras.tree.flatten(model(recurrent.numbers(name, steps)))]
    agree([ops.convert_to_numpy(x) for x in got], wanted, name)


@pytest.mark.parametrize("name", ["lstm", "lstm backwards", "lstm state", "gru", "gru backwards", "gru without bias"])
def test_eager_again_and_again(name, wanted):
    model = recurrent.make(name)
    for _ in range(5):  # compiled on the way
        got = [x for steps in (6, 4) for x in keras.tree.flatten(model(recurrent.numbers(name, steps)))]
        agree([ops.convert_to_numpy(x) for x in got], wanted, name)
    for weight in model.weights:
        weight.assign(weight * 0)
    for x in keras.tree.flatten(model(recurrent.numbers(name))):
        assert not ops.convert_to_numpy(x).any()


def test_any_batch_and_length():
    model = recurrent.make("masked both ways")
    for batch, steps in [(1, 1), (2, 3), (5, 2), (3, 7), (4, 5), (1, 9), (6, 1)]:
        x = recurrent.numbers("masked", steps, batch) if batch > 1 else np.ones((1, steps, 4), "float32")
        want = ops.convert_to_numpy(model(x))
        np.testing.assert_allclose(model.predict(x, verbose=0), want, atol=1e-6)
    assert len(model.predict_function.__closure__[0].cell_contents._programs) == 5


def test_a_loop_stays_a_loop():
    model = keras.Sequential([keras.Input((1000, 4)), keras.layers.LSTM(5), keras.layers.Dense(1)])
    model.predict(np.ones((2, 1000, 4)), verbose=0)
    [traced] = model.predict_function.__closure__[0].cell_contents._programs.values()
    assert len(traced.program.op_types()) < 100


def reference(inputs, state, mask, go_backwards=False, zero_output=False):
    """The states and outputs of a cell that adds, in NumPy."""
    outputs, output = [], np.zeros_like(state)
    order = range(inputs.shape[1])[::-1] if go_backwards else range(inputs.shape[1])
    for i in order:
        keep = mask[:, i, None]
        new = state + inputs[:, i]
        output = np.where(keep, 2 * new, 0 if zero_output else output)
        state = np.where(keep, new, state)
        outputs.append(output)
    return output, np.stack(outputs, 1), state


@pytest.mark.parametrize("zero_output", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize("traced", [False, True])
def test_rnn_function(traced, time_major, go_backwards, zero_output):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3, 5, 2)).astype("float32")
    state = rng.normal(size=(3, 2)).astype("float32")
    lengths = np.array([2, 5, 3])
    masks = {"mask": rng.uniform(size=(3, 5)) < 0.5, "lengths": np.arange(5) < lengths[:, None], "none": x[..., 0] < 9}

    def swap(x):
        return ops.transpose(x, (1, 0, *range(2, len(x.shape)))) if time_major else x

    for kind, mask in masks.items():

        def function(x, state, mask, lengths, kind=kind):
            given = {"mask": {"mask": swap(mask)}, "lengths": {"input_length": lengths}, "none": {"input_length": 5}}
            last, outputs, states = backend.rnn(
                lambda x, states: (2 * (states[0] + x * states[1]), [states[0] + x]),
                swap(x), [state], constants=[ops.ones((1,))], time_major=time_major, go_backwards=go_backwards,
                zero_output_for_mask=zero_output, **given[kind],
            )  # fmt: skip
            return last, swap(outputs), states[0]

        arrays = (x, state, mask, lengths)
        got = Function(function)(*arrays) if traced else function(*[ops.convert_to_tensor(a) for a in arrays])
        for a, b in zip(got, reference(x, state, mask, go_backwards, zero_output), strict=True):
            np.testing.assert_allclose(ops.convert_to_numpy(a), b, atol=1e-6)
