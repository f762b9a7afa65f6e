"""evaluate and test_on_batch: losses, metrics and weights, compiled and eagerly."""

import keras
import numpy as np
import pytest
import torch
from keras import ops

from models import cnn, mlp, mlp_reference, two_inputs, two_inputs_reference

RNG = np.random.default_rng(2)
X = RNG.normal(size=(10, 4)).astype("float32")
Y = RNG.normal(size=(10, 3)).astype("float32")
W = RNG.uniform(0.1, 2, size=10).astype("float32")


def compiled(**kwargs):
    model = mlp()
    model.compile(loss="mse", metrics=["mae"], weighted_metrics=["mse"], **kwargs)
    return model


def reference(model, x, y, w=None):
    """Loss, MAE and weighted MSE as Keras defines them."""
    error = mlp_reference(model, x) - y
    squared = (error**2).mean(1)
    w = np.ones(len(x)) if w is None else w
    return [(squared * w).mean(), np.abs(error).mean(), (squared * w).sum() / w.sum()]


@pytest.mark.parametrize("eagerly", [False, True])
def test_losses_and_metrics(eagerly):
    model = compiled(run_eagerly=eagerly)
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), reference(model, X, Y), rtol=1e-5)
    logs = model.evaluate(X, Y, verbose=0, return_dict=True, batch_size=4)
    assert list(logs) == ["loss", "mae", "mse"] and all(isinstance(v, float) for v in logs.values())
    np.testing.assert_allclose(list(logs.values()), reference(model, X, Y), rtol=1e-5)
    got = model.test_on_batch(X, Y, sample_weight=W)
    np.testing.assert_allclose(got, reference(model, X, Y, W), rtol=1e-5)
    logs = model.test_on_batch(X[:3], Y[:3], return_dict=True)
    np.testing.assert_allclose(list(logs.values()), reference(model, X[:3], Y[:3]), rtol=1e-5)


def test_sample_weight():
    model = compiled()
    got = model.evaluate(X, Y, sample_weight=W, verbose=0)
    np.testing.assert_allclose(got, reference(model, X, Y, W), rtol=1e-5)


class Batches(keras.utils.PyDataset):
    """X and Y in batches of 4."""

    def __len__(self):
        return 3

    def __getitem__(self, i):
        return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]


def generator():
    for i in range(3):
        yield X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]


def loader():
    dataset = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    return torch.utils.data.DataLoader(dataset, batch_size=4)


@pytest.mark.parametrize("make", [Batches, generator, loader])
def test_kinds_of_data(make):
    model = compiled()
    np.testing.assert_allclose(model.evaluate(make(), verbose=0), reference(model, X, Y), rtol=1e-5)


def test_evaluate_twice_starts_anew():
    model = compiled()
    first = model.evaluate(X, Y, batch_size=4, verbose=0)
    assert model.evaluate(X, Y, batch_size=4, verbose=0) == first


def test_weights_set_afterwards_are_seen():
    model = compiled()
    model.evaluate(X, Y, verbose=0)
    model.set_weights([w * 2 for w in model.get_weights()])
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), reference(model, X, Y), rtol=1e-5)


def test_traced_once():
    model = compiled()
    for _ in range(3):
        model.evaluate(X, Y, batch_size=5, verbose=0)
    function = model.test_function.__closure__[0].cell_contents
    assert len(function._programs) == 1


def test_several_outputs():
    model = two_inputs()
    model.compile(loss={"sum": "mse", "prod": "mae"}, loss_weights={"sum": 0.5, "prod": 2.0}, metrics={"sum": ["mae"]})
    a, b = RNG.normal(size=(6, 3)).astype("float32"), RNG.normal(size=(6, 2)).astype("float32")
    y = {name: RNG.normal(size=(6, 4)).astype("float32") for name in ("sum", "prod")}
    p = two_inputs_reference(model, a, b)
    logs = model.evaluate({"a": a, "b": b}, y, batch_size=4, verbose=0, return_dict=True)
    mse, mae = ((p["sum"] - y["sum"]) ** 2).mean(), np.abs(p["prod"] - y["prod"]).mean()
    want = {
        "loss": 0.5 * mse + 2 * mae,
        "sum_loss": mse,
        "prod_loss": mae,
        "sum_mae": np.abs(p["sum"] - y["sum"]).mean(),
    }
    assert set(logs) == set(want)
    for name, value in want.items():
        np.testing.assert_allclose(logs[name], value, rtol=1e-5, err_msg=name)


def test_classification():
    model = cnn()
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x = RNG.normal(size=(20, 8, 8, 1)).astype("float32")
    y = RNG.integers(0, 10, 20)
    p = model.predict(x, verbose=0)
    loss, accuracy = model.evaluate(x, y, batch_size=8, verbose=0)
    np.testing.assert_allclose(loss, -np.log(p[np.arange(20), y]).mean(), rtol=1e-5)

    np.testing.assert_allclose(accuracy, (p.argmax(1) == y).mean(), rtol=1e-6)


def test_regularization_and_add_loss():
    inputs = keras.Input((4,))
    x = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.1), activity_regularizer="l2")(inputs)
    model = keras.Model(inputs, x)
    model.compile(loss="mse")
    w, b = model.get_weights()
    p = X @ w + b
    want = ((p - Y) ** 2).mean() + 0.1 * (w**2).sum() + 0.01 * (p**2).sum() / len(X)
    np.testing.assert_allclose(model.evaluate(X, Y, batch_size=10, verbose=0), want, rtol=1e-5)


def test_custom_loss_metric_and_step():
    class Last(keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="last")
            self.value = self.add_weight(initializer="zeros", name="value")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.value.assign(ops.max(y_pred))

        def result(self):
            return self.value

    class Model(keras.Model):
        def test_step(self, data):
            return super().test_step(data) | {"twice": 2 * self.metrics[0].result()}

    base = mlp()
    model = Model(base.inputs, base.outputs)
    model.compile(loss=lambda y, p: ops.sum(ops.abs(y - p), axis=-1), metrics=[Last()])
    logs = model.evaluate(X, Y, batch_size=5, verbose=0, return_dict=True)
    p = mlp_reference(base, X)
    np.testing.assert_allclose(logs["loss"], np.abs(p - Y).sum(1).mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["last"], p[5:].max(), rtol=1e-5)
    np.testing.assert_allclose(logs["twice"], 2 * logs["loss"], rtol=1e-5)


def test_steps_callbacks_and_progress(capsys):
    model = compiled()
    seen = []

    class Callback(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            seen.append((batch, sorted(logs)))

    model.evaluate(X, Y, batch_size=4, callbacks=[Callback()], verbose=1)
    assert seen == [(i, ["loss", "mae", "mse"]) for i in range(3)]
    assert "3/3" in capsys.readouterr().out
    got = model.evaluate(X, Y, batch_size=4, steps=2, verbose=0)
    np.testing.assert_allclose(got, reference(model, X[:8], Y[:8]), rtol=1e-5)


def test_steps_per_execution():
    model = compiled(steps_per_execution=2)
    np.testing.assert_allclose(model.evaluate(X, Y, batch_size=3, verbose=0), reference(model, X, Y), rtol=1e-5)


@pytest.mark.parametrize("call", ["evaluate", "test_on_batch"])
def test_errors(call):
    with pytest.raises(ValueError, match="You must call `compile\\(\\)` before"):
        getattr(mlp(), call)(X, Y)
    model = mlp()
    model.compile("sgd")
    with pytest.raises(ValueError) as caught:
        getattr(model, call)(X, Y)
    assert str(caught.value) == "No loss to compute. Provide a `loss` argument in `compile()`."


def test_metric_in_numpy_needs_eager():
    def metric(y, p):
        return np.mean(ops.convert_to_numpy(y) == ops.convert_to_numpy(p))

    model = mlp()
    model.compile(loss="mse", metrics=[metric])
    with pytest.raises(RuntimeError) as caught:
        model.evaluate(X, Y, verbose=0)
    assert "a tensor of a graph that is being traced has no numbers" in str(caught.value)
