"""Control flow over Python functions."""

import keras
import numpy as np
from keras import ops
from keras.src import backend
from keras.src.backend.openvino.trace import Function


def numbers(x):
    return ops.convert_to_numpy(x).tolist()


def test_cond():
    for flag in (True, np.bool_(True), ops.convert_to_tensor(True), keras.Variable(True, dtype="bool")):
        assert numbers(ops.cond(flag, lambda: ops.convert_to_tensor(1), lambda: ops.convert_to_tensor(2))) == 1
    assert numbers(ops.cond(ops.convert_to_tensor(0) > 1, lambda: 1, lambda: ops.convert_to_tensor(2))) == 2


def test_cond_spec():
    spec = backend.compute_output_spec(
        lambda x: ops.cond(ops.max(x) > 0, lambda: x + 1, lambda: x - 1), keras.KerasTensor((None, 2))
    )
    assert spec.shape == (None, 2)


def test_switch():
    branches = [lambda x: x + 1, lambda x: x * 10, lambda x: -x]
    for index, want in [(0, 3), (1, 20), (2, -2), (7, -2), (-3, 3)]:
        assert numbers(ops.switch(index, branches, ops.convert_to_tensor(2))) == want


def test_while_loop():
    assert numbers(ops.while_loop(lambda x: x < 10, lambda x: x * 2, 1)) == 16
    i, x = ops.while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x + i), (0, 0.0))
    assert (numbers(i), numbers(x)) == (5, 10)
    [x] = ops.while_loop(lambda x: True, lambda x: [x + 1], [0], maximum_iterations=3)
    assert numbers(x) == 3


def test_fori_loop():
    assert numbers(ops.fori_loop(1, 4, lambda i, x: x * i, ops.convert_to_tensor(1))) == 6
    traced = Function(lambda x: ops.fori_loop(0, 3, lambda i, y: y + i, x))
    assert traced(np.zeros(2, "float32")).tolist() == [3, 3]
