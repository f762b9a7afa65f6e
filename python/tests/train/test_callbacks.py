"""Callbacks that look at or change the state of training, and files that it is kept in."""

import keras
import numpy as np
import pytest
from keras import callbacks, layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 4)).astype("float32")
Y = (X @ RNG.normal(size=(4, 3))).astype("float32")


def make(optimizer=None, dropout=0.5):
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(8, "tanh"), layers.BatchNormalization(), layers.Dropout(dropout, seed=3)]
        + [layers.Dense(3)]
    )
    model.compile(optimizer or keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError())
    return model


def fit(model, *some, **args):
    args = {"epochs": 2, "batch_size": 16, "shuffle": False, "verbose": 0, **args}
    return model.fit(X, Y, callbacks=list(some), **args).history


def state(model):
    return [np.array(v) for v in [*model.variables, *model.optimizer.variables]]


def assert_same(a, b):
    for x, y in zip(a, b, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-6, atol=1e-7)


def test_training_goes_on_after_load(tmp_path):
    model = make(dropout=0.0)
    fit(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert fit(loaded)["loss"] == pytest.approx(fit(model)["loss"], rel=1e-6)
    assert_same(loaded.get_weights(), model.get_weights())
    assert int(loaded.optimizer.iterations) == int(model.optimizer.iterations) == 12


def test_checkpoint_keeps_the_best(tmp_path):
    model, path = make(), tmp_path / "best.weights.h5"
    keep = callbacks.ModelCheckpoint(path, monitor="loss", save_best_only=True, save_weights_only=True)
    seen = []
    look = callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.get_weights()))
    losses = fit(model, keep, look, epochs=4)["loss"]
    model.load_weights(path)
    assert_same(model.get_weights(), seen[int(np.argmin(losses))])


def test_early_stopping_restores():
    model, seen = make(keras.optimizers.SGD(1e3, clipnorm=1.0)), []
    stop = callbacks.EarlyStopping("loss", patience=1, restore_best_weights=True)
    look = callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.get_weights()))
    losses = fit(model, look, stop, epochs=9)["loss"]
    assert len(losses) < 9
    assert_same(model.get_weights(), seen[int(np.argmin(losses))])


def test_backup_goes_on_as_if_nothing_happened(tmp_path):
    def interrupt(epoch, logs):
        if epoch == 1:
            raise KeyboardInterrupt

    whole = make(dropout=0.0)
    fit(whole, epochs=4)
    model = make(dropout=0.0)
    with pytest.raises(KeyboardInterrupt):
        fit(model, callbacks.BackupAndRestore(tmp_path), callbacks.LambdaCallback(on_epoch_begin=interrupt), epochs=4)
    other = make(dropout=0.0)
    fit(other, callbacks.BackupAndRestore(tmp_path), epochs=4)
    assert_same(state(other), state(whole))


def test_tensorboard(tmp_path):
    fit(make(), callbacks.TensorBoard(tmp_path, histogram_freq=1), validation_data=(X, Y))
    assert list(tmp_path.rglob("*tfevents*"))


def test_the_rate_changes_what_happens():
    model = make(keras.optimizers.SGD(0.1))
    seen = []
    look = callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.get_weights()[0]))
    fit(model, callbacks.LearningRateScheduler(lambda epoch: 0.0 if epoch == 1 else 0.1), look, epochs=3)
    assert (seen[0] == seen[1]).all() and (seen[1] != seen[2]).any()


def test_clear_session_leaves_models_alone():
    model = make(dropout=0.0)
    fit(model)
    keras.backend.clear_session()
    assert fit(model)["loss"][-1] < fit(model, epochs=1)["loss"][0] * 2
