"""Trains a CNN on the real digits from given weights and writes its losses: `curve.py BACKEND FILE`."""

import json
import os
import sys

STEPS, BATCH = 200, 32


def main(backend, path):
    if backend == "keravino":
        import keravino  # noqa: F401
    else:
        os.environ["KERAS_BACKEND"] = backend
    import keras
    import numpy as np
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, y = (digits.images / 16).astype("float32")[..., None], digits.target.astype("int32")
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(32, 3, activation="gelu"),
            layers.LayerNormalization(),
            layers.Flatten(),
            layers.Dense(64, activation="relu", kernel_regularizer="l2"),
            layers.Dense(10),
        ]
    )
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.1, w.shape) if w.ndim > 1 else w for w in model.get_weights()])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = []
    for step in range(STEPS):
        part = slice(start := step * BATCH % (len(x) - BATCH), start + BATCH)
        losses.append(float(model.train_on_batch(x[part], y[part])))
    with open(path, "w") as file:
        json.dump(losses, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
