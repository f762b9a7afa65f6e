"""Saves layers with what Keras computes: `python make_layers.py FOLDER [--first] [NAME ...]`; KERAS_BACKEND says by what.

Writes CLASS-N.keras and CLASS-N.npz (x0, x1 ..., y0, y1 ...) for each case, or only the first of each class.
"""

import sys
from pathlib import Path

import keras
import numpy as np
from layer_cases import CASES


def fill(model, rng):
    """Random weights; variances stay positive, and whole numbers as they are."""
    for weight in model.variables:
        if weight.dtype.startswith(("int", "uint", "string")):
            continue
        low, high = (0.5, 1.5) if "variance" in weight.path else (-0.6, 0.6)
        weight.assign(rng.uniform(low, high, weight.shape))


def as_text(y):
    """TensorFlow's bytes as text."""
    return np.char.decode(y.astype("S"), "utf-8") if y.dtype == object else y


def save(name, index, folder):
    rng = np.random.default_rng(7 + index)
    case = CASES[name][index]
    model = case.build(name)
    fill(model, rng)
    case.finish(model)
    xs = case.data(rng)
    path = folder / f"{name}-{index}.keras"
    model.save(path)
    outputs = model(xs if len(xs) > 1 else xs[0], training=False)
    ys = [as_text(keras.ops.convert_to_numpy(y)) for y in keras.tree.flatten(outputs)]
    named = dict(zip((x.name for x in model.inputs), xs, strict=True))
    np.savez(folder / f"{name}-{index}.x.npz", **named)
    np.savez(folder / f"{name}-{index}.y.npz", **{f"y{i}": y for i, y in enumerate(ys)})


if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    first = "--first" in names
    for name in [n for n in names if n != "--first"] or CASES:
        for index in range(1 if first else len(CASES[name])):
            try:
                save(name, index, Path(folder))
            except Exception as error:
                print(f"{name}-{index}: {type(error).__name__}: {error}".splitlines()[0], file=sys.stderr)
