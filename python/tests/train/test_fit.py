"""fit and train_on_batch: what Keras promises, and the same numbers as Keras on torch."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

CURVE = Path(__file__).parent / "curve.py"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = (X @ RNG.normal(size=(4, 3))).astype("float32")


def losses(backend, folder):
    path = folder / f"{backend}.json"
    subprocess.run([sys.executable, CURVE, backend, path], check=True)
    return np.array(json.loads(path.read_text()))


def test_the_loss_follows_torch(tmp_path):
    np.testing.assert_allclose(losses("keravino", tmp_path), losses("torch", tmp_path), rtol=1e-3)


def mlp(dropout=0.0, **compile_args):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(16, "tanh"), keras.layers.Dropout(dropout), keras.layers.Dense(3)]
    )
    model.compile("adam", "mse", **compile_args)
    return model


def test_history_and_validation():
    model = mlp(metrics=["mae"])
    history = model.fit(X, Y, epochs=3, batch_size=24, validation_split=0.25, verbose=0).history
    assert history.keys() == {"loss", "mae", "val_loss", "val_mae"}
    assert history["loss"][0] > history["loss"][1] > history["loss"][2]


def test_the_same_seed_gives_the_same_run():
    runs = [mlp(dropout=0.5).fit(X, Y, epochs=2, verbose=0, shuffle=True).history["loss"] for _ in range(2)]
    assert runs[0] == runs[1]


def test_dropout_draws_a_new_mask_each_step():
    seen = []

    class Model(keras.Model):
        def call(self, x, training=False):
            return self.layer(x, training=training)

        def __init__(self):
            super().__init__()
            self.layer = keras.layers.Dropout(0.5, seed=1)
            self.scale = self.add_weight(shape=(), initializer="ones")

        def train_step(self, data):
            return {"mask": self(data[0], training=True)}

    model = Model()
    model.compile("sgd", "mse")
    ones = np.ones((1, 100), "float32")
    for _ in range(2):
        model.make_train_function()
        seen.append(model.train_function([(ones, ones)])["mask"])
    assert (seen[0] != seen[1]).any()


def test_run_eagerly_is_the_same():
    runs = [
        mlp(run_eagerly=eager).fit(X, Y, epochs=2, verbose=0, shuffle=False).history["loss"] for eager in (False, True)
    ]
    np.testing.assert_allclose(*runs, rtol=1e-5)


def test_weights_are_seen_by_callbacks_and_predict():
    model, seen = mlp(), []
    first = model.predict(X, verbose=0)
    look = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: seen.append(model.get_weights()[0]))
    model.fit(X, Y, epochs=1, batch_size=32, verbose=0, callbacks=[look])
    assert len(seen) == 2 and (seen[0] != seen[1]).any()
    second = model.predict(X, verbose=0)
    assert (first != second).any()
    np.testing.assert_array_equal(second, model.predict_on_batch(X))


def test_learning_rate_and_frozen_layers():
    model = mlp()
    model.layers[0].trainable = False
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = model.get_weights()
    model.train_on_batch(X, Y)
    moved = [(a != b).any() for a, b in zip(before, model.get_weights(), strict=True)]
    assert moved == [False, False, True, True]
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()
    model.train_on_batch(X, Y)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def test_no_loss():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd")
    with pytest.raises(ValueError, match="No loss to compute"):
        model.fit(X, Y, verbose=0)


def test_class_weight_and_sample_weight_at_once():
    model = mlp()
    with pytest.raises(ValueError, match="cannot be specified at the same time"):
        model.train_on_batch(X, Y, sample_weight=np.ones(64), class_weight={0: 1.0})


def test_a_last_batch_of_another_size_between_training_and_evaluation():
    """The weights become inputs of the programs one after the other, when they have changed a few times."""
    model = mlp()
    for _ in range(4):
        model.fit(X[:50], Y[:50], epochs=2, validation_data=(X[:50], Y[:50]), verbose=0)
        loss = model.evaluate(X[:50], Y[:50], verbose=0)
        assert loss == pytest.approx(np.mean((model.predict(X[:50], verbose=0) - Y[:50]) ** 2), rel=1e-5)


@pytest.mark.parametrize("activation", ["relu", "relu6", "hard_sigmoid"])
@pytest.mark.parametrize("image", [False, True])
def test_a_loss_that_is_no_number_is_seen(activation, image):
    """One NaN in the data: no activation or pooling behind a product may make a number of it."""
    first = [keras.layers.Conv2D(3, 3, activation=activation), keras.layers.MaxPooling2D(), keras.layers.Flatten()]
    x = np.zeros((8, 6, 6, 2) if image else (8, 4), "float32")
    x.ravel()[0] = np.nan
    model = keras.Sequential(
        [keras.Input(x.shape[1:])]
        + (first if image else [keras.layers.Dense(3, activation=activation)])
        + [keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    losses = model.fit(x, np.ones(8), verbose=0, epochs=3, callbacks=[keras.callbacks.TerminateOnNaN()]).history["loss"]
    assert len(losses) == 1 and np.isnan(losses[0])


class AsksForNumbers(keras.layers.Layer):
    def call(self, x):
        return 2 * x if float(keras.ops.mean(x)) > 0 else -x


def test_run_eagerly_allows_python_on_numbers():
    model = keras.Sequential([keras.layers.Dense(3), AsksForNumbers(), keras.layers.Dense(3)])
    model.compile(
        "sgd", lambda y, p: keras.ops.mean((y - p) ** 2) * (1 + float(keras.ops.min(y) > 99)), run_eagerly=True
    )
    first, *_, last = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert last < first
    model.compile("sgd", "mse")
    with pytest.raises(
        RuntimeError, match="a graph that is being traced has no numbers; they exist only when the graph runs"
    ):
        model.fit(X, Y, verbose=0)
