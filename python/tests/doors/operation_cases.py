"""Models of ops and of activations: `python operation_cases.py FOLDER` saves each with what Keras computes."""

import sys
from pathlib import Path

import keras
import numpy as np
from keras.src import activations

ops = keras.ops
layers = keras.layers


def arguments(*shapes):
    return [keras.Input(shape, name=f"x{i}") for i, shape in enumerate(shapes)]


def calls():
    """Ops whose calls do not begin with the first parameter, or take any number of tensors."""
    a, b, c = arguments((3, 4), (4, 5), (5,))
    yield "einsum", [a, b], ops.einsum("bij,bjk->bik", a, b)
    yield "einsum_of_one", [a], ops.einsum("bij->bj", a)
    yield "einsum_of_three", [a, b, c], ops.einsum("bij,bjk,bk->bi", a, b, c)
    yield "einsum_implicit", [a, b], ops.einsum("...ij,...jk", a, b)
    # The outer axes are the numbers of rows: no shape is known but by its rank.
    yield "meshgrid", [c, b], ops.meshgrid(ops.sum(c, 1), ops.sum(b, (1, 2)))
    yield "meshgrid_of_one", [c], ops.meshgrid(ops.sum(c, 1), indexing="ij")
    yield "meshgrid_of_three", [c, b], ops.meshgrid(c[:, 0], b[:, 0, 0], c[:, 1], indexing="ij")
    mean, variance = ops.mean(a, (0, 1)), ops.var(a, (0, 1))
    yield "batch_normalization", [a], ops.batch_normalization(a, mean, variance, -1, mean + 1, variance + 2, 1e-2)
    yield "pad", [a], ops.pad(a, [[0, 0], [1, 2], [0, 1]], constant_values=2.0)


def named_activations():
    """Each name in a layer of its own, and as what a Dense ends with; a layer behind them takes the shapes to task."""
    for name in sorted(activations.ALL_OBJECTS_DICT):
        if name == "threshold":
            continue  # Keras saves the name without the numbers that it needs, and cannot call it either
        (x,) = arguments((3, 8))
        behind = layers.Reshape((-1,))
        yield f"named_{name}", [x], layers.Add()([behind(layers.Activation(name)(layers.Dense(4, name)(x)))] * 2)


def called_activations():
    """Functions of keras.activations that are called like ops, those that can be."""
    for name, function in sorted(activations.ALL_OBJECTS_DICT.items()):
        (x,) = arguments((3, 8))
        try:
            y = function(x, 0.2, 0.5) if name == "threshold" else function(x)
        except Exception as error:  # torch's own function was given what stands for a tensor
            print(f"{name}: {type(error).__name__}: {error}".splitlines()[0], file=sys.stderr)
            continue
        yield f"called_{name}", [x], y if y is not x else x + 0.0


def save(folder, name, inputs, outputs):
    rng = np.random.default_rng(5)
    model = keras.Model(inputs, outputs)
    for weight in model.weights:
        weight.assign(rng.uniform(-0.6, 0.6, weight.shape))
    xs = [rng.normal(size=(2, *x.shape[1:])).astype("float32") for x in inputs]
    ys = keras.tree.flatten(model(xs if len(xs) > 1 else xs[0]))
    model.save(folder / f"{name}.keras")
    np.savez(folder / f"{name}.x.npz", **{x.name: numbers for x, numbers in zip(inputs, xs, strict=True)})
    np.savez(folder / f"{name}.y.npz", **{f"y{i}": keras.ops.convert_to_numpy(y) for i, y in enumerate(ys)})


if __name__ == "__main__":
    for cases in (calls(), named_activations(), called_activations()):
        for name, inputs, outputs in cases:
            save(Path(sys.argv[1]), name, inputs, outputs)
