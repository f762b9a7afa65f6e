"""compute_output_spec: shapes and dtypes by tracing."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.src import backend
from keras.src.backend.common.symbolic_scope import in_symbolic_scope

from keravino import _native


def spec(function, *args, **kwargs):
    return backend.compute_output_spec(function, *args, **kwargs)


def test_shapes_and_dtypes():
    x = keras.KerasTensor((None, 3), "float32")
    y = spec(lambda x: ops.add(x, 1), x)
    assert isinstance(y, keras.KerasTensor) and (y.shape, y.dtype) == ((None, 3), "float32")
    y = spec(lambda x, y: x + y, x, y=keras.KerasTensor((5, 1), "bfloat16"))
    assert (y.shape, y.dtype) == ((5, 3), "float32")
    y = spec(lambda x: ops.greater(x, 0), keras.KerasTensor((2, None), "int8"))
    assert (y.shape, y.dtype) == ((2, None), "bool")


def test_structures():
    def function(inputs, factor, flag=None):
        assert flag == "kept" and factor == 3
        return {"sum": inputs["a"] + inputs["b"][0], "same": inputs["b"], "none": None, "number": 7}

    a, b = keras.KerasTensor((None, 2)), keras.KerasTensor((1, 2))
    out = spec(function, {"a": a, "b": [b]}, 3, flag="kept")
    assert out["sum"].shape == (None, 2) and out["same"][0].shape == (1, 2)
    assert out["none"] is None and out["number"] == 7


def test_arrays_are_known():
    y = spec(lambda x, w: x * w, keras.KerasTensor((None, 2)), np.ones((4, 1, 2)))
    assert y.shape == (4, None, 2)


def test_nothing_is_assigned_or_drawn():
    variable, seed = keras.Variable(1.0), keras.random.SeedGenerator(1)

    def function(x):
        assert backend.in_stateless_scope() and in_symbolic_scope()
        variable.assign(x)
        return keras.random.normal((2, 3), seed=seed) + variable

    assert spec(function, keras.KerasTensor(())).shape == (2, 3)
    assert float(variable) == 1 and ops.convert_to_numpy(seed.state).tolist() == [1, 0]


def test_variables_are_created():
    class Scale(keras.layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=input_shape[1:], initializer="ones")

        def call(self, x):
            return x * self.w

    layer = Scale()
    y = layer(keras.Input((3,)))
    assert y.shape == (None, 3)
    assert layer.w.version == 1 and ops.convert_to_numpy(layer.w).tolist() == [1, 1, 1]


def test_numbers_do_not_exist():
    with pytest.raises(RuntimeError) as caught:
        float(_native.parameter((), "float32"))
    assert str(caught.value) == (
        "a tensor of a graph that is being traced has no numbers; they exist only when the graph runs"
    )


def test_sparse():
    with pytest.raises(ValueError, match="Sparse and ragged tensors are not supported with openvino backend"):
        spec(lambda x: x, keras.KerasTensor((2, 2), sparse=True))


def test_a_function_that_asks_for_numbers():
    """It gets those of examples; open axes stay open."""

    def function(x):
        return ops.concatenate([x, x], axis=1) if float(ops.sum(x)) > 0 else x

    y = spec(function, keras.KerasTensor((None, 3), "bfloat16"))
    assert (y.shape, y.dtype) == ((None, 6), "bfloat16")
