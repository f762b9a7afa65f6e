"""Variables: state that is replaced, never changed."""

import copy

import keras
import numpy as np
import pytest
from keras import ops
from keras.src.backend.openvino.variable import Reads, latest_change


def numbers(x):
    return ops.convert_to_numpy(x).tolist()


def test_value_is_the_current_state():
    variable = keras.Variable([1.0, 2.0], name="v")
    before = variable.value
    variable.assign([3.0, 4.0])
    assert numbers(variable.value) == [3, 4] and numbers(variable) == [3, 4]
    assert numbers(before) == [1, 2]
    variable.assign_add([1.0, 1.0])
    variable.assign_sub(0.5 * variable)
    assert numbers(variable) == [2, 2.5]
    assert np.asarray(variable).tolist() == [2, 2.5] and variable.numpy().tolist() == [2, 2.5]
    assert np.asarray(variable, dtype="float64").dtype == "float64"


def test_versions():
    variable, other = keras.Variable(1.0), keras.Variable(1.0)
    first, counted = variable.version, latest_change()
    variable.assign(2.0)
    assert variable.version == first + 1 and other.version == 1
    assert latest_change() > counted


def test_dtype_and_shape():
    variable = keras.Variable(np.ones((2, 3)), dtype="bfloat16")
    assert (variable.dtype, variable.shape, variable.value.dtype) == ("bfloat16", (2, 3), "bfloat16")
    variable.assign(np.zeros((2, 3), "float64"))
    assert variable.value.dtype == "bfloat16"
    with pytest.raises(ValueError, match="must match"):
        variable.assign(np.zeros((3, 2)))


def test_initializer():
    variable = keras.Variable("ones", shape=(2,), dtype="float16")
    assert numbers(variable) == [1, 1] and variable.dtype == "float16"


def test_stateless_scope():
    variable = keras.Variable(1.0)
    with keras.StatelessScope(state_mapping=[(variable, ops.convert_to_tensor(5.0))]) as scope:
        assert numbers(variable.value) == 5
        variable.assign(6.0)
        assert numbers(variable + 1) == 7
    assert numbers(variable) == 1 and variable.version == 1
    assert numbers(scope.get_current_value(variable)) == 6


def test_created_in_a_stateless_scope():
    with keras.StatelessScope():
        variable = keras.Variable(lambda shape, dtype: ops.convert_to_tensor(np.full(shape, 3), dtype), shape=(2,))
        assert variable.version == 0 and variable.shape == (2,)
        assert numbers(variable + 0) == [3, 3]
    assert variable.version == 1 and numbers(variable) == [3, 3]


def test_autocast():
    variable = keras.Variable([1.5], dtype="float32")
    with keras.src.backend.AutocastScope("float16"):
        assert variable.dtype == "float16" and variable.value.dtype == "float16"
    assert variable.value.dtype == "float32"
    fixed = keras.Variable([1.5], dtype="float32", autocast=False)
    with keras.src.backend.AutocastScope("float16"):
        assert fixed.value.dtype == "float32"


def test_operators():
    a = keras.Variable([1.0, 2.0])
    assert numbers(a + 1) == [2, 3] and numbers(1 - a) == [0, -1] and numbers(a * a) == [1, 4]
    assert numbers(-a) == [-1, -2] and numbers(a < 2) == [True, False]
    assert float(keras.Variable(2.5)) == 2.5 and int(keras.Variable(2)) == 2


def test_reads():
    read, unread = keras.Variable(1.0), keras.Variable(2.0)
    with Reads() as reads, keras.StatelessScope():
        read + 1.0
    assert [variable for variable, _ in reads.versions.values()][0] is read and len(reads.versions) == 1
    assert id(unread) not in reads.versions


def test_assign_computes():
    from keravino import _native

    variable = keras.Variable(1.0)
    with pytest.raises(RuntimeError) as caught:
        variable.assign(ops.add(_native.parameter((), "float32"), 1.0))
    assert "a tensor of a graph that is being traced has no numbers" in str(caught.value)
    assert numbers(variable) == 1


def test_copy():
    variable = keras.Variable([1.0, 2.0])
    twin = copy.deepcopy(variable)
    twin.assign([3.0, 4.0])
    assert numbers(variable) == [1, 2] and numbers(twin) == [3, 4]


def test_repr():
    assert repr(keras.Variable([1.0], name="v")) == "<Variable path=v, shape=(1,), dtype=float32, value=[1.]>"
