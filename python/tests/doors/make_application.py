"""Saves one of keras.applications with seeded weights, an input, and Keras's own answer.

Run in a process of its own, since a process has one Keras backend: `make_application.py NAME FOLDER`.
"""

import sys
from pathlib import Path

import keras
import numpy as np


def seed_weights(model):
    """Weights under which every layer matters: no zero biases, no identity BatchNormalization."""
    rng = np.random.default_rng(0)
    for variable in model.variables:
        if "float" not in variable.dtype:
            continue
        kind, shape = variable.path.rsplit("/", 1)[-1], variable.shape
        if "variance" in kind or "gamma" in kind:
            value = rng.uniform(0.8, 1.2, shape)
        elif "kernel" in kind:
            fan_in = np.prod(shape[:2] if "depthwise" in variable.path else shape[:-1])
            value = rng.normal(0, np.sqrt(2 / fan_in), shape)
        else:
            value = rng.normal(0, 0.1, shape)
        variable.assign(value.astype("float32"))


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    model = getattr(keras.applications, name)(weights=None, classifier_activation=None)
    seed_weights(model)
    x = np.random.default_rng(1).uniform(0, 1, (2, *model.input_shape[1:])).astype("float32")
    model.save(folder / f"{name}.keras")
    np.savez(folder / f"{name}.npz", x=x, y=model.predict(x, verbose=0), parameters=model.count_params())


if __name__ == "__main__":
    main()
