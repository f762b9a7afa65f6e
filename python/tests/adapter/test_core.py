"""Conversions, devices, flags and dtypes of the adapter's core."""

import pickle
import threading

import keras
import ml_dtypes
import numpy as np
import pytest
import torch
from keras import ops
from keras.src import backend
from keras.src.backend.openvino import core

import keravino
from keravino import _native

DTYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64 float8_e4m3fn float8_e5m2"
).split()


def numpy_dtype(name):
    return getattr(ml_dtypes, name) if name.startswith(("bfloat", "float8")) else np.dtype(name)


@pytest.mark.parametrize("name", DTYPES)
def test_round_trip(name):
    array = np.array([[0, 1, 2], [3, 4, 5]]).astype(numpy_dtype(name))
    tensor = ops.convert_to_tensor(array)
    assert type(tensor) is keravino.Tensor
    assert (tensor.shape, tensor.dtype, tensor.ndim) == ((2, 3), name, 2)
    back = ops.convert_to_numpy(tensor)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back.astype("float32"), array.astype("float32"))


@pytest.mark.parametrize("name", DTYPES)
def test_pickle(name):
    array = np.array([[0, 1, 2], [3, 4, 5]]).astype(numpy_dtype(name))
    tensor = pickle.loads(pickle.dumps(ops.convert_to_tensor(array)))
    assert (type(tensor), tensor.dtype) == (keravino.Tensor, name)
    np.testing.assert_array_equal(ops.convert_to_numpy(tensor), array)


def test_tensor_is_a_copy():
    array = np.zeros(3, "float32")
    tensor = ops.convert_to_tensor(array)
    array[:] = 1
    assert ops.convert_to_numpy(tensor).tolist() == [0, 0, 0]


def test_numpy_is_a_copy_to_write_to():
    tensor = ops.convert_to_tensor([1.0, 2.0])
    array = ops.convert_to_numpy(tensor)
    array[0] = 9
    assert ops.convert_to_numpy(tensor).tolist() == [1, 2]


@pytest.mark.parametrize(
    "x, dtype",
    [
        (True, "bool"),
        (3, "int32"),
        (2**40, "int64"),
        (2.5, "float32"),
        ([1, 2], "int32"),
        ([1, 2.5], "float32"),
        ([[True], [False]], "bool"),
        ([], "float32"),
        ((1.0, (2.0,)[0]), "float32"),
        (np.float64(2), "float32"),
        (np.int64(2), "int64"),
        (np.zeros((2, 0), "float64"), "float64"),
        (range(3), "int32"),
    ],
)
def test_inferred_dtype(x, dtype):
    tensor = ops.convert_to_tensor(x)
    assert tensor.dtype == dtype
    np.testing.assert_array_equal(ops.convert_to_numpy(tensor), np.asarray(x))


def test_asked_dtype():
    for dtype in ("float16", "bfloat16", "int8", float, "float64", np.float32, torch.float32):
        name = keras.backend.standardize_dtype(dtype)
        assert ops.convert_to_tensor([1, 2], dtype).dtype == name
        assert ops.convert_to_tensor(np.array([1.7]), dtype).dtype == name
    assert ops.convert_to_numpy(ops.convert_to_tensor(np.array([1.7, -1.7]), "int32")).tolist() == [1, -1]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64", "int64", "bool"])
def test_torch(dtype):
    x = torch.tensor([[1, 0], [3, 4]]).to(getattr(torch, dtype))
    tensor = ops.convert_to_tensor(x)
    assert tensor.dtype == dtype
    assert ops.convert_to_numpy(tensor).astype("float32").tolist() == x.float().tolist()
    weight = torch.ones(2, requires_grad=True)
    assert ops.convert_to_numpy(ops.convert_to_tensor(weight)).tolist() == [1, 1]


def test_variable_and_tensors_in_lists():
    variable = keras.Variable([1.0, 2.0])
    assert ops.convert_to_numpy(ops.convert_to_tensor(variable)).tolist() == [1, 2]
    tensor = ops.convert_to_tensor([variable.value, np.array([3.0, 4.0], "float32")])
    assert ops.convert_to_numpy(tensor).tolist() == [[1, 2], [3, 4]]
    assert ops.convert_to_numpy([variable, ops.convert_to_tensor([5.0, 6.0])]).tolist() == [[1, 2], [5, 6]]
    assert ops.convert_to_numpy(variable).tolist() == [1, 2]


@pytest.mark.parametrize(
    "call, kind, text",
    [
        (lambda: backend.convert_to_tensor(1, sparse=True), ValueError, "`sparse=True` is not supported with openvino backend"),  # noqa: E501
        (lambda: backend.convert_to_tensor(1, ragged=True), ValueError, "`ragged=True` is not supported with openvino backend"),  # noqa: E501
        (lambda: backend.convert_to_tensor(1, "float33"), ValueError, "Invalid dtype: float33"),
        (lambda: backend.convert_to_tensor([[1, 2], [3]]), ValueError, "a ragged nested list is no tensor"),
        (lambda: backend.convert_to_tensor(None), TypeError, "None is no tensor"),
        (
            lambda: backend.convert_to_tensor(object()),
            TypeError,
            "an argument of type object is no tensor and nothing else that an op takes",
        ),
        (lambda: backend.convert_to_tensor("word"), TypeError, 'wanted a tensor, got "word"'),
        (
            lambda: backend.convert_to_tensor(np.array(["word"])),
            TypeError,
            "an array of NumPy dtype <U4 is no tensor",
        ),
        (
            lambda: backend.convert_to_tensor(keras.KerasTensor((1,), name="x")),
            ValueError,
            "A KerasTensor is symbolic: it has no numbers to make a tensor of. Received: <KerasTensor shape=(1,), "
            "dtype=float32, sparse=False, ragged=False, name=x>",
        ),
    ],
)  # fmt: skip
def test_errors(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text


def test_a_tensor_takes_attributes():
    x = ops.convert_to_tensor([1.0])
    x.trainable = False  # as Keras does with the unpacked weights of a quantized layer
    assert x.trainable is False and not hasattr(ops.convert_to_tensor([1.0]), "trainable")
    with pytest.raises(AttributeError):
        x.shape = (2,)


def test_is_tensor():
    assert ops.is_tensor(ops.convert_to_tensor(1))
    assert not ops.is_tensor(np.ones(1)) and not ops.is_tensor(1) and not ops.is_tensor(torch.ones(1))


def test_shape():
    assert backend.shape(ops.convert_to_tensor(np.zeros((2, 3)))) == (2, 3)
    assert backend.shape(np.zeros((2, 3))) == (2, 3)
    assert backend.shape([1, 2]) == (2,)
    assert backend.shape(keras.Variable(np.zeros((4,)))) == (4,)
    traced = _native.parameter((None, 3, None), "float32")
    first, second, third = backend.shape(traced)
    assert second == 3
    assert (first.shape, first.dtype, first.traced) == ((), "int32", True)
    program = _native.Program([traced], [third, first])
    assert [x.tolist() for x in program([np.zeros((5, 3, 7), "float32")])] == [7, 5]


def test_cast():
    assert ops.cast(np.array([1.5, -1.5]), "int32").dtype == "int32"
    assert ops.convert_to_numpy(backend.cast(keras.Variable([1.5]), "float16")).dtype == "float16"


def test_missing_op_says_so_when_called():
    function = core.no_such_function
    with pytest.raises(NotImplementedError) as caught:
        function(1)
    assert str(caught.value) == (
        "[keras.ops.no_such_function] is not implemented on keravino yet (backend.core.no_such_function)"
    )
    assert not hasattr(core, "_private") and not hasattr(core, "NoSuchClass")


def test_ops_are_the_builtins():
    assert backend.numpy.add is _native.ops["numpy"]["add"]
    assert backend.cast is _native.ops["core"]["cast"]


def test_flags():
    assert (core.SUPPORTS_SPARSE_TENSORS, core.SUPPORTS_RAGGED_TENSORS, core.IS_THREAD_SAFE) == (False, False, True)
    assert core.random_seed_dtype() == "uint32"
    assert core.OpenVINOKerasTensor is keravino.Tensor
    import openvino

    assert core.OPENVINO_DTYPES["bfloat16"] == openvino.Type.bf16
    assert core.OPENVINO_DTYPES["uint64"] == openvino.Type.u64
    assert set(DTYPES) < set(core.OPENVINO_DTYPES)


@pytest.mark.parametrize("setter", [keras.config.set_floatx, keras.backend.set_floatx, backend.config.set_floatx])
def test_floatx(setter):
    try:
        for name in ("float16", "float64", "float32"):
            setter(name)
            assert ops.add(1.5, 2).dtype == keras.backend.result_type(
                float, int
            )  # float32 even where floatx is float64
            assert ops.convert_to_tensor(2.5).dtype == name
    finally:
        keras.config.set_floatx("float32")


@pytest.mark.parametrize(
    "name, openvino_name",
    [("cpu", "CPU"), ("cpu:0", "CPU"), ("gpu:1", "GPU.1"), ("GPU:0", "GPU"), ("npu", "NPU"), ("AUTO:GPU,CPU", "AUTO:GPU,CPU")],  # noqa: E501
)  # fmt: skip
def test_device_names(name, openvino_name):
    assert core.openvino_device(name) == openvino_name


def test_device_scope():
    assert core.get_device() == "CPU"
    with keras.device("AUTO:CPU"):
        assert core.get_device() == "AUTO:CPU"
        seen = []
        thread = threading.Thread(target=lambda: seen.append(core.get_device()))
        thread.start()
        thread.join()
        assert seen == ["CPU"]  # a scope is its thread's own
        with keras.device("cpu:0"):
            assert core.get_device() == "CPU"
        assert core.get_device() == "AUTO:CPU"
    assert core.get_device() == "CPU"


def test_absent_device():
    present = ", ".join(keravino.devices())
    with pytest.raises(RuntimeError) as caught, keras.device("XPU:3"):
        pass
    assert str(caught.value) == f'device "XPU.3" is not present. Present: {present}'
    with pytest.raises(RuntimeError) as caught, keras.device("npu:7"):
        pass
    assert str(caught.value) == f'device "NPU.7" is not present. Present: {present}'
    with pytest.raises(ValueError, match="Invalid value for argument `device_name`") as caught, keras.device(3):
        pass
    assert core.get_device() == "CPU"


def test_name_scope():
    with keras.name_scope("outer"), keras.name_scope("inner"):
        assert keras.Variable(1.0, name="v").path == "outer/inner/v"


def test_set_defaults():
    from keravino import options

    with pytest.raises(ValueError) as caught:
        keravino.set_defaults(precision="f8")
    assert str(caught.value) == 'unknown precision "f8"; wanted one of f32, bf16, f16 or None'
    with pytest.raises(ValueError) as caught:
        keravino.set_defaults(threads=-1)
    assert str(caught.value) == "threads must be an integer that is not negative. Received: threads=-1"
    try:
        keravino.set_defaults(precision="bf16", threads=1)
        assert (options.precision, options.threads) == ("bf16", 1)
    finally:
        keravino.set_defaults()
    assert (options.precision, options.threads) == (None, 0)
