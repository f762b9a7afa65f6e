"""What draws of several families share."""

import numpy as np


def pair(shapes, kind="any", **options):
    """Two tensors of shapes that a function draws."""

    def draw(d):
        a, b = shapes(d)
        return d.array(a, kind, **options), d.array(b, kind, **options)

    return draw


def along(low=1, high=4, kind="any", dims=(1, 2, 3, 4), name="axis", **options):
    """A tensor and one of its axes by name."""

    def draw(d):
        x = d.array(d.shape(low, high, dims), kind, **options)
        return x, {name: d.axis(x.ndim)}

    return draw


def matrices(square=True, kind="float", well=True):
    """Batches of matrices, square ones with a large diagonal."""

    def matrix(d):
        n = d.int(1, 4)
        x = d.array((*d.shape(0, 2), n, n if square else d.int(1, 4)), kind, low=-1, high=1)
        return (x + np.asarray(4 * np.eye(n))).astype(x.dtype) if square and well else x

    return matrix


def seed(d):
    return np.array([d.int(0, 9), d.int(0, 9)], "uint32")


def square(d):
    return (d.array(tuple([d.int(0, 4)] * 2), "real"),)


def same_shapes(d):
    shape = d.shape()
    return shape, shape


def linalg(square=True, kind=("float32", "float64"), well=True):
    return lambda d: (matrices(square, d.pick(*kind), well)(d),)
