"""How many programs training compiles: one for each signature, whatever happens between the steps."""

import keras
import numpy as np
import pytest
from keras import callbacks

from keravino import _native

X, Y = np.ones((40, 4), "float32"), np.ones((40, 2), "float32")


@pytest.fixture
def compiled(monkeypatch):
    """A list that grows with each program."""
    made, program = [], _native.Program

    def count(*args, **kwargs):
        made.append(program(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(_native, "Program", count)
    return made


def model(optimizer="adam", **compile_args):
    layers = keras.layers
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.5), layers.Dense(2)])
    model.compile(optimizer, "mse", metrics=["mae"], **compile_args)
    return model


def fit(model, **args):
    return model.fit(X, Y, **{"epochs": 5, "batch_size": 10, "verbose": 0, **args})


def test_one_for_all_epochs(compiled):
    fit(model())
    assert len(compiled) == 1


def test_a_last_batch_of_another_size_costs_one(compiled):
    fit(model(), batch_size=15)
    assert len(compiled) == 2


@pytest.mark.parametrize(
    "callback",
    [
        callbacks.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch)),
        callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=10.0),
        callbacks.EarlyStopping("loss", patience=9),
        callbacks.LambdaCallback(on_epoch_end=lambda *_: keras.backend.clear_session()),
    ],
    ids=lambda callback: type(callback).__name__,
)
def test_callbacks_cost_none(compiled, callback):
    fit(model(), callbacks=[callback])
    assert len(compiled) == 1


def test_a_schedule_costs_none(compiled):
    fit(model(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 20))))
    assert len(compiled) == 1


def test_validation_costs_none_each_epoch(compiled):
    five = model()
    fit(five, validation_data=(X, Y))
    count = len(compiled)
    fit(five, validation_data=(X, Y))
    assert len(compiled) == count <= 4  # weights are constants of the first programs that evaluate


def test_steps_per_execution(compiled):
    fit(model(steps_per_execution=3))
    assert len(compiled) == 1
