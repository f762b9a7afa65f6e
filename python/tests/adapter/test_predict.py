"""predict and predict_on_batch: every kind of input, and freshness."""

import threading

import keras
import numpy as np
import pandas
import pytest
import torch
from keras import ops

import keravino
from models import cnn, mlp, mlp_reference, randomize, two_inputs, two_inputs_reference

RNG = np.random.default_rng(1)
X = RNG.normal(size=(10, 4)).astype("float32")


def close(got, want):
    keras.tree.map_structure(lambda g, w: np.testing.assert_allclose(g, w, rtol=1e-5, atol=1e-5), got, want)


class Batches(keras.utils.PyDataset):
    """X and targets in batches of 4."""

    def __len__(self):
        return 3

    def __getitem__(self, i):
        return X[4 * i : 4 * i + 4], X[4 * i : 4 * i + 4, :3]


def generator():
    for i in range(3):
        yield (X[4 * i : 4 * i + 4],)


def loader():
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.from_numpy(X)), batch_size=4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: X,
        lambda: X.astype("float64"),
        lambda: X[:, ::-1][:, ::-1],
        lambda: pandas.DataFrame(X, columns=list("abcd")),
        lambda: torch.from_numpy(X),
        lambda: ops.convert_to_tensor(X),
        loader,
        generator,
        Batches,
    ],
    ids="numpy float64 strided pandas torch tensor DataLoader generator PyDataset".split(),
)
def test_kinds_of_input(make):
    model = mlp()
    data = make()
    data = data() if callable(data) else data
    y = model.predict(data, verbose=0, **({"batch_size": 4} if hasattr(data, "shape") else {}))
    assert isinstance(y, np.ndarray) and y.dtype == "float32" and y.flags.writeable
    close(y, mlp_reference(model, X))


@pytest.mark.parametrize("make", [np.array, torch.tensor, ops.convert_to_tensor])
def test_predict_on_batch(make):
    model = mlp()
    y = model.predict_on_batch(make(X))
    assert isinstance(y, np.ndarray) and y.flags.writeable
    close(y, mlp_reference(model, X))


def test_call():
    model = mlp()
    y = model(X)
    assert type(y) is keravino.Tensor
    close(ops.convert_to_numpy(y), mlp_reference(model, X))


def test_structures():
    model = two_inputs()
    a, b = RNG.normal(size=(6, 3)).astype("float32"), RNG.normal(size=(6, 2)).astype("float32")
    want = two_inputs_reference(model, a, b)
    close(model.predict({"a": a, "b": b}, batch_size=4, verbose=0), want)
    close(model.predict_on_batch({"b": b, "a": a}), want)
    inputs = [model.input["a"], model.input["b"]]
    listed = keras.Model(inputs, [model.output["sum"], model.output["prod"]])
    for data in ([a, b], (a, b)):
        y = listed.predict(list(data), batch_size=4, verbose=0)
        assert isinstance(y, list)
        close(y, [want["sum"], want["prod"]])


def test_weights_set_afterwards_are_seen():
    model = mlp()
    first = model.predict(X, verbose=0)
    model.set_weights([w * 2 for w in model.get_weights()])
    second = model.predict(X, verbose=0)
    close(second, mlp_reference(model, X))
    assert np.abs(first - second).max() > 0.1
    model.layers[-1].bias.assign(np.full(3, 7, "float32"))
    close(model.predict_on_batch(X), mlp_reference(model, X))


def test_load_weights_is_seen(tmp_path):
    model, other = mlp(), randomize(mlp(), seed=5)
    model.predict(X, verbose=0)
    other.save_weights(tmp_path / "w.weights.h5")
    model.load_weights(tmp_path / "w.weights.h5")
    close(model.predict(X, verbose=0), mlp_reference(other, X))


def test_saved_and_loaded(tmp_path):
    model = cnn()
    x = RNG.normal(size=(5, 8, 8, 1)).astype("float32")
    model.save(tmp_path / "cnn.keras")
    loaded = keras.saving.load_model(tmp_path / "cnn.keras")
    close(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_eagerly_and_compiled_agree():
    model = cnn()
    x = RNG.normal(size=(5, 8, 8, 1)).astype("float32")
    compiled = model.predict(x, verbose=0)
    close(ops.convert_to_numpy(model(x, training=False)), compiled)
    seen = []
    model.compile(run_eagerly=True)
    model.layers[0].call = lambda x, call=model.layers[0].call: seen.append(x.traced) or call(x)
    close(model.predict(x, verbose=0), compiled)
    assert seen == [False]


def test_subclass_that_is_not_built():
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(
                3, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(2)
            )

        def call(self, x, training=None):
            assert training is False
            return {"y": self.dense(x)}

    model = Model()
    close(model.predict(X, verbose=0, batch_size=4), {"y": np.repeat(X.sum(1, keepdims=True), 3, 1) + 2})
    assert model.built and model.dense.kernel.version == 1


def test_unbuilt_sequential_keeps_its_random_weights():
    model = keras.Sequential([keras.layers.Dense(3)])
    y = model.predict(X, verbose=0)
    w, b = model.get_weights()
    close(y, X @ w + b)


def test_custom_predict_step():
    class Model(keras.Model):
        def predict_step(self, data):
            return super().predict_step(data) * 10

    base = mlp()
    model = Model(base.inputs, base.outputs)
    close(model.predict(X, verbose=0), 10 * mlp_reference(base, X))


def test_steps_callbacks_and_progress(capsys):
    model = mlp()
    seen = []

    class Callback(keras.callbacks.Callback):
        def on_predict_begin(self, logs=None):
            seen.append("begin")

        def on_predict_batch_end(self, batch, logs=None):
            seen.append((batch, logs["outputs"].shape))

        def on_predict_end(self, logs=None):
            seen.append("end")

    model.predict(X, batch_size=4, callbacks=[Callback()], verbose=1)
    assert seen == ["begin", (0, (4, 3)), (1, (4, 3)), (2, (2, 3)), "end"]
    assert "3/3" in capsys.readouterr().out
    assert model.predict(X, batch_size=4, steps=2, verbose=0).shape == (8, 3)

    class Stop(keras.callbacks.Callback):
        def on_predict_batch_end(self, batch, logs=None):
            self.model.stop_predicting = True

    assert model.predict(X, batch_size=4, callbacks=[Stop()], verbose=0).shape == (4, 3)


def test_steps_per_execution():
    model = mlp()
    model.compile(steps_per_execution=2)
    close(model.predict(X, batch_size=3, verbose=0), mlp_reference(model, X))


def test_many_batch_sizes():
    model = mlp()
    for n in [*range(1, 11), 3, 1]:
        close(model.predict_on_batch(X[:n]), mlp_reference(model, X[:n]))


def test_several_threads():
    model = mlp()
    want = mlp_reference(model, X)
    wrong = []

    def work(n):
        for _ in range(20):
            if not np.allclose(model.predict_on_batch(X[:n]), want[:n], atol=1e-5):
                wrong.append(n)
            if not np.allclose(model.predict(X, batch_size=n, verbose=0), want, atol=1e-5):
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in (2, 5, 10, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_masks_propagate():
    inputs = keras.Input((3, 2))
    x = keras.layers.Masking(mask_value=0.0)(inputs)
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling1D()(x))
    x = np.array([[[1, 2], [0, 0], [0, 0]], [[1, 2], [3, 4], [0, 0]]], "float32")
    close(model.predict(x, verbose=0), np.array([[1, 2], [2, 3]]))


def test_wrong_input():
    with pytest.raises(ValueError, match="expected axis -1 of input shape|expected shape"):
        mlp().predict(np.zeros((2, 5)), verbose=0)


def test_absent_device():
    present = ", ".join(keravino.devices())
    with pytest.raises(RuntimeError) as caught, keras.device("npu:3"):
        mlp().predict(X, verbose=0)
    assert str(caught.value) == f'device "NPU.3" is not present. Present: {present}'
