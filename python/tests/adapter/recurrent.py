"""Recurrent models and what they give, on whatever backend Keras has: as a script, on torch, into a file."""

import sys

import keras
import numpy as np
from keras import layers


class PlusCell(layers.Layer):
    """A cell of two inputs and two states that are not its output."""

    state_size = (3, 2)
    output_size = 5

    def build(self, shapes):
        """Makes the weights."""
        self.w = self.add_weight(shape=(shapes[0][-1] if isinstance(shapes[0], (tuple, list)) else 4, 3))

    def call(self, inputs, states):
        """A mean and a sum."""
        a, b = states
        a = 0.5 * a + keras.ops.tanh(inputs @ self.w)
        return keras.ops.concatenate([a, b], -1), [a, b + keras.ops.sum(inputs, -1, keepdims=True)]


# The weights are assigned later on; orthogonal ones would need a QR decomposition to begin with.
keras.initializers.Orthogonal.__call__ = lambda self, shape, dtype=None: keras.ops.zeros(shape, dtype)


def sequence(*stack, mask=False):
    """A model of layers on sequences of four features and any length; zeros in feature 0 mask a step."""
    inputs = x = keras.Input((None, 4))
    if mask:
        x = layers.Masking()(x)
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


def decoder():
    """The states of one layer start another."""
    inputs = keras.Input((None, 4))
    _, *states = layers.LSTM(5, return_state=True)(inputs)
    x = layers.LSTM(5, return_sequences=True)(inputs, initial_state=states)
    return keras.Model(inputs, layers.Bidirectional(layers.GRU(5))(x, initial_state=[states[0], states[1]]))


def embedding():
    """Zeros mask a step."""
    inputs = keras.Input((None,))
    x = layers.Embedding(7, 6, mask_zero=True)(inputs)
    return keras.Model(inputs, layers.GRU(4)(layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)))


def images(layer, rank):
    """Sequences of small images."""
    return keras.Sequential([keras.Input((None, *[5, 6, 4][:rank], 2)), layer])


def stateful():
    """States that stay from one batch to the next."""
    return keras.Sequential([
        keras.Input((6, 4), batch_size=3), layers.GRU(5, stateful=True, return_sequences=True),
        layers.LSTM(3, stateful=True),
    ])  # fmt: skip


def unrolled():
    """Each step a part of the graph."""
    return keras.Sequential([keras.Input((6, 4)), layers.LSTM(5, unroll=True), layers.Reshape((5, 1)),
                             layers.GRU(2, unroll=True, go_backwards=True, return_sequences=True)])  # fmt: skip


MODELS = {
    "lstm": lambda: sequence(layers.LSTM(5)),
    "lstm sequences": lambda: sequence(layers.LSTM(5, return_sequences=True), layers.LSTM(3)),
    "lstm backwards": lambda: sequence(layers.LSTM(5, return_sequences=True, go_backwards=True)),
    "lstm state": lambda: sequence(layers.LSTM(5, return_sequences=True, return_state=True)),
    "lstm otherwise": lambda: sequence(layers.LSTM(5, "relu", "hard_sigmoid", use_bias=False, dropout=0.5)),
    "gru": lambda: sequence(layers.GRU(5)),
    "gru backwards": lambda: sequence(layers.GRU(5, return_sequences=True, go_backwards=True)),
    "gru state": lambda: sequence(layers.GRU(5, return_state=True, recurrent_dropout=0.5)),
    "gru reset before": lambda: sequence(layers.GRU(5, reset_after=False, return_sequences=True), layers.GRU(3)),
    "gru without bias": lambda: sequence(layers.GRU(5, use_bias=False)),
    "simple": lambda: sequence(layers.SimpleRNN(5, return_sequences=True), layers.SimpleRNN(3)),
    "cells": lambda: sequence(layers.RNN([layers.LSTMCell(5), layers.GRUCell(3)], return_state=True)),
    "own cell": lambda: sequence(layers.RNN(PlusCell(), return_sequences=True, return_state=True)),
    "both ways": lambda: sequence(layers.Bidirectional(layers.LSTM(5, return_sequences=True, return_state=True))),
    "both ways gru": lambda: sequence(layers.Bidirectional(layers.GRU(5), "sum")),
    "both ways apart": lambda: sequence(layers.Bidirectional(layers.GRU(5, return_sequences=True), None)),
    "both ways simple": lambda: sequence(layers.Bidirectional(layers.SimpleRNN(5, return_sequences=True), "mul")),
    "masked lstm": lambda: sequence(layers.LSTM(5, return_sequences=True, return_state=True), mask=True),
    "masked gru": lambda: sequence(layers.GRU(5, return_sequences=True, go_backwards=True), layers.GRU(3), mask=True),
    "masked last": lambda: sequence(layers.LSTM(5), mask=True),
    "masked cells": lambda: sequence(layers.RNN([layers.GRUCell(5), layers.LSTMCell(3)]), mask=True),
    "masked zeros": lambda: sequence(
        layers.RNN(layers.GRUCell(5), zero_output_for_mask=True, return_sequences=True), mask=True
    ),
    "masked both ways": lambda: sequence(
        layers.Bidirectional(layers.LSTM(5, return_sequences=True)), layers.Bidirectional(layers.GRU(3)), mask=True
    ),
    "distributed": lambda: sequence(layers.TimeDistributed(layers.Dense(3, activation="tanh"))),
    "masked distributed": lambda: sequence(layers.TimeDistributed(layers.Dense(3)), layers.LSTM(2), mask=True),
    "decoder": decoder,
    "embedding": embedding,
    "unrolled": unrolled,
    "stateful": stateful,
    "conv 1d": lambda: images(layers.ConvLSTM1D(3, 3, padding="same", return_sequences=True), 1),
    "conv 2d": lambda: images(layers.ConvLSTM2D(3, 3, return_state=True), 2),
    "conv 3d": lambda: images(layers.ConvLSTM3D(2, 2, go_backwards=True), 3),
}


def numbers(name, steps=6, batch=3):
    """An input of a model: every sample has other steps that count as masked, and a last one at its end."""
    rng = np.random.default_rng(steps)
    if name == "embedding":
        return rng.integers(0, 3, (batch, steps)).astype("float32")
    shape = {"conv 1d": (5, 2), "conv 2d": (5, 6, 2), "conv 3d": (5, 6, 4, 2)}.get(name, (4,))
    x = rng.normal(size=(batch, steps, *shape)).astype("float32")
    if name.startswith("masked"):
        x[rng.uniform(size=(batch, steps)) < 0.4] = 0
        x[0, -1] = x[1, 0] = 0
    return x


def make(name):
    """The model, with numbers of its own as weights."""
    model = MODELS[name]()
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if weight.dtype == "float32" and "state" not in weight.name:
            weight.assign(rng.normal(0, 0.5, weight.shape).astype("float32"))
    return model


def outputs(name):
    """What the model gives for two batches, the second of another length where that is open."""
    model = make(name)
    results = []
    for steps in (6, 6 if name in ("stateful", "unrolled") else 4):
        results += keras.tree.flatten(model.predict(numbers(name, steps), verbose=0))
    return results


if __name__ == "__main__":
    np.savez(sys.argv[1], **{f"{name}/{i}": x for name in MODELS for i, x in enumerate(outputs(name))})
