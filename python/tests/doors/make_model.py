"""Saves a model with seeded weights, an input, and Keras's own answer: `make_model.py NAME FOLDER`.

NAME is one of keras.applications, BERT or GRU. Run in a process of its own, since a process has one Keras backend.
"""

import sys
from pathlib import Path

import keras
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))
import models  # noqa: E402

WORDS, LENGTH = 30522, 128


def bert(layers=6, width=384, heads=12):
    """An encoder of the size of MiniLM-L6-H384: tokens and how many of them count give the mean of what they mean."""
    ops, norm = keras.ops, lambda x: keras.layers.LayerNormalization(epsilon=1e-12)(x)
    tokens = keras.Input((LENGTH,), dtype="int32", name="tokens")
    mask = ops.not_equal(tokens, 0)
    places = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    x = norm(keras.layers.Embedding(WORDS, width)(tokens) + keras.layers.Embedding(LENGTH, width)(places))
    for _ in range(layers):
        attention = keras.layers.MultiHeadAttention(heads, width // heads)
        x = norm(x + attention(x, x, attention_mask=ops.expand_dims(mask, 1)))
        inner = keras.layers.Dense(4 * width, activation="gelu")(x)
        x = norm(x + keras.layers.Dense(width)(inner))
    weights = ops.expand_dims(ops.cast(mask, "float32"), -1)
    return keras.Model(tokens, ops.sum(x * weights, axis=1) / ops.sum(weights, axis=1))


def gru():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(WORDS, 64),
            layers.Bidirectional(layers.GRU(64, return_sequences=True)),
            layers.Bidirectional(layers.GRU(64)),
            layers.Dense(10),
        ]
    )


OWN = {"BERT": bert, "GRU": gru}


def sample(model, rng):
    """An input: an image, or sentences of which one ends early."""
    shape = (2, *(size or 224 for size in model.input_shape[1:]))
    if model.inputs[0].dtype != "int32":
        return rng.uniform(0, 1, shape).astype("float32")
    x = rng.integers(1, WORDS, shape).astype("int32")
    x[1, LENGTH // 2 :] = 0
    return x


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    model = OWN[name]() if name in OWN else models.build(name)
    models.seed_weights(model)
    x = sample(model, np.random.default_rng(1))
    model.save(folder / f"{name}.keras")
    np.savez(folder / f"{name}.npz", x=x, y=model.predict(x, verbose=0), parameters=model.count_params())


if __name__ == "__main__":
    main()
