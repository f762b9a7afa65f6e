"""Train steps of people's own, and the ways to run them."""

import keras
import numpy as np
import pytest
from keras import layers

import keravino

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 4)).astype("float32")
Y = (X @ RNG.normal(size=(4, 3))).astype("float32")
SHAPES = [(4, 8), (8,), (8, 3), (3,)]
WEIGHTS = [RNG.normal(0, 0.3, shape) for shape in SHAPES]


class ByHand(keras.Sequential):
    """Trains with a tape, `compute_loss` and `apply`."""

    def train_step(self, data):
        x, y = data
        with keravino.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
        return {metric.name: metric.result() for metric in self.metrics}


class WithApplyGradients(ByHand):
    """The same by the older names."""

    def train_step(self, data):
        x, y = data
        with keravino.GradientTape() as tape:
            loss = self.loss(y, self(x, training=True))
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"loss": loss}


class WithLogs(ByHand):
    """Adds to what the trainer does."""

    def train_step(self, data):
        return super().train_step(data) | {"one": 1.0}


def trained(kind=keras.Sequential, x=X, y=Y, fit_args=None, **compile_args):
    model = kind([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(3)])
    model.set_weights(WEIGHTS)
    model.compile(**{"optimizer": keras.optimizers.Adam(0.01), "loss": keras.losses.MeanSquaredError(), **compile_args})
    history = model.fit(x, y, **{"epochs": 2, "batch_size": 16, "shuffle": False, "verbose": 0, **(fit_args or {})})
    return model, history.history


def assert_same(weights, expected, rtol=1e-5):
    for ours, theirs in zip(weights, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-6)


@pytest.fixture(scope="module")
def expected():
    model, history = trained()
    return model.get_weights(), history["loss"]


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("kind", [ByHand, WithApplyGradients, WithLogs])
def test_own_train_step(kind, eager, expected):
    model, history = trained(kind, run_eagerly=eager)
    assert_same(model.get_weights(), expected[0])
    if kind is not WithApplyGradients:  # which returns the loss of the last batch
        np.testing.assert_allclose(history["loss"], expected[1], rtol=1e-5)


def test_jit_compile_false_runs_python_at_each_step():
    calls = []

    class Counts(ByHand):
        def train_step(self, data):
            calls.append(type(data[0]))
            return super().train_step(data)

    trained(Counts, jit_compile=False)
    assert len(calls) == 6


@pytest.mark.parametrize("args", [{"jit_compile": False}, {"jit_compile": True}, {"steps_per_execution": 2}], ids=str)
def test_ways_to_run(args, expected):
    model, history = trained(**args)
    assert_same(model.get_weights(), expected[0])
    np.testing.assert_allclose(history["loss"], expected[1], rtol=1e-5)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return X[16 * i : 16 * (i + 1)], Y[16 * i : 16 * (i + 1)]


def batches():
    while True:
        for i in range(3):
            yield Batches()[i]


def loader():
    import torch

    return torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y)), batch_size=16
    )


@pytest.mark.parametrize(
    "make, args",
    [
        (Batches, {}),
        (batches, {"steps_per_epoch": 3}),
        (loader, {}),
        (lambda: keras.ops.convert_to_tensor(X), {"y": keras.ops.convert_to_tensor(Y)}),
    ],
    ids=["PyDataset", "generator", "DataLoader", "tensors"],
)
def test_kinds_of_data(make, args, expected):
    args = dict(args)
    y = args.pop("y", None)
    model, _ = trained(x=make(), y=y, fit_args={"batch_size": None if y is None else 16, **args})
    assert_same(model.get_weights(), expected[0])


def test_two_optimizers_in_one_step():
    class Gan(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator = keras.Sequential([keras.Input((2,)), layers.Dense(8, "relu"), layers.Dense(4)])
            self.critic = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
            self.seeds = keras.random.SeedGenerator(1)

        def compile(self):
            super().compile()
            self.for_generator, self.for_critic = keras.optimizers.Adam(0.01), keras.optimizers.RMSprop(0.01)
            self.loss = keras.losses.BinaryCrossentropy(from_logits=True)

        def call(self, x):
            return self.critic(x)

        def train_step(self, real):
            noise = keras.random.normal((real.shape[0], 2), seed=self.seeds)
            ones, zeros = keras.ops.ones((real.shape[0], 1)), keras.ops.zeros((real.shape[0], 1))
            with keravino.GradientTape() as tape:
                critic_loss = self.loss(ones, self.critic(real)) + self.loss(zeros, self(self.generator(noise)))
            weights = self.critic.trainable_weights
            self.for_critic.apply(tape.gradient(critic_loss, weights), weights)
            with keravino.GradientTape() as tape:
                generator_loss = self.loss(ones, self(self.generator(noise)))
            weights = self.generator.trainable_weights
            self.for_generator.apply(tape.gradient(generator_loss, weights), weights)
            return {"critic": critic_loss, "generator": generator_loss}

    keras.utils.set_random_seed(0)
    gan = Gan()
    gan.compile()
    before = gan.get_weights()
    logs = gan.fit(X + 3, epochs=3, batch_size=16, verbose=0).history
    assert logs.keys() == {"critic", "generator"} and np.isfinite(list(logs.values())).all()
    assert logs["critic"][-1] < logs["critic"][0]
    kernels = [(a != b).any() for a, b in zip(before, gan.get_weights(), strict=True) if a.ndim > 1]
    assert kernels and all(kernels)


def test_a_traced_step_has_no_numbers():
    class Prints(ByHand):
        def train_step(self, data):
            float(data[0][0, 0])
            return super().train_step(data)

    with pytest.raises(Exception, match="traced"):
        trained(Prints)
    trained(Prints, run_eagerly=True)
