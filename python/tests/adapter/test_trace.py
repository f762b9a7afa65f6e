"""Functions as programs: when they are traced, what is constant of them, and what they give."""

import threading

import keras
import numpy as np
import pytest
from keras import ops
from keras.src.backend.openvino.trace import EXACT_SHAPES, PROGRAMS, Function

from keravino import _native


class Counted(Function):
    """A Function that counts how often it was traced."""

    def __init__(self, function, *args, **kwargs):
        def counting(*arguments):
            self.traces += 1
            return function(*arguments)

        self.traces = 0
        super().__init__(counting, *args, **kwargs)


def test_traced_once_per_signature():
    function = Counted(lambda x, y: ops.add(x, y))
    x = np.ones((2, 3), "float32")
    for _ in range(3):
        result = function(x, 2 * x)
        assert isinstance(result, np.ndarray) and result.flags.writeable and result.tolist() == [[3] * 3] * 2
    assert function.traces == 1
    assert function(x.astype("int32"), x).dtype == "float32" and function.traces == 2
    assert function(x[:, :1], x).shape == (2, 3) and function.traces == 3


def test_results_are_not_overwritten():
    function = Function(lambda x: x + 1)
    first = function(np.zeros(4, "float32"))
    second = function(np.ones(4, "float32"))
    assert first.tolist() == [1] * 4 and second.tolist() == [2] * 4


def test_few_shapes_are_exact_then_open():
    shapes = []

    def function(x):
        shapes.append(x.shape)
        return x * 2

    traced = Function(function)
    for n in range(1, EXACT_SHAPES + 4):
        assert traced(np.ones((n, 3), "float32")).tolist() == [[2, 2, 2]] * n
    assert shapes == [(n, 3) for n in range(1, EXACT_SHAPES + 1)] + [(None, 3)]
    traced(np.ones((2, 5), "float32"))
    traced(np.ones((7, 8), "float32"))
    traced(np.ones((1, 3), "float32"))
    assert shapes[EXACT_SHAPES + 1 :] == [(None, None)]


def test_what_needs_known_shapes_stays_exact():
    def function(x):
        if x.shape[0] is None:
            raise ValueError("a static shape is needed here")
        return x + x.shape[0]

    traced = Counted(function)
    for n in range(1, PROGRAMS + 9):
        assert traced(np.zeros(n, "float32")).tolist() == [n] * n
    assert len(traced._programs) == PROGRAMS


def test_structures():
    def function(data):
        x, extra, none = data["x"], data["more"], data["none"]
        assert none is None
        return {"sum": [x + extra[0], (extra[1],)], "none": None, "constant": ops.convert_to_tensor([1, 2])}

    x = np.ones(2, "float32")
    out = Function(function)({"x": x, "more": (x, 3 * x), "none": None})
    assert out["sum"][0].tolist() == [2, 2] and out["sum"][1][0].tolist() == [3, 3]
    assert out["none"] is None and out["constant"].tolist() == [1, 2]


def test_none_is_part_of_the_signature():
    function = Function(lambda x, w: x if w is None else x * w)
    x = np.full(2, 3, "float32")
    assert function(x, None).tolist() == [3, 3]
    assert function(x, x).tolist() == [9, 9]


@pytest.mark.parametrize(
    "dtype", "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64".split()
)
def test_dtypes(dtype):
    array = ops.convert_to_numpy(ops.cast(np.array([0, 1, 1, 0]), dtype))
    same, chosen = Function(lambda x: [x, ops.where(x == x, x, x)])(array)
    assert same.dtype == array.dtype and same.tolist() == array.tolist()
    assert str(chosen.dtype) == keras.backend.result_type(dtype) and chosen.tolist() == array.tolist()


def test_an_input_as_output_is_a_copy():
    x = np.ones(3, "float32")
    same, open_shape = Function(lambda x: [x])(x)[0], _native.parameter((None,), "float32")
    x[:] = 2
    assert same.tolist() == [1, 1, 1]
    [same] = _native.Program([open_shape], [open_shape])([x])
    x[:] = 3
    assert same.tolist() == [2, 2, 2]


def test_wide_numbers_are_not_narrowed():
    big = np.array([2**40 + 1, -(2**35)], "int64")
    same, shifted = Function(lambda x: [x, x.__neg__()])(big)
    assert same.tolist() == big.tolist() and shifted.tolist() == (-big).tolist()
    fine = np.array([1 + 2**-40], "float64")
    same, negative = Function(lambda x: [x, -x])(fine)
    assert same.tolist() == fine.tolist() and negative.tolist() == (-fine).tolist()


def test_wide_constants_are_not_narrowed():
    one = np.array([1, 2, 3], "int64")
    least = Function(lambda x: ops.segment_max(x, np.array([0, 0, 2]), 3))(one)
    assert least.tolist() == [2, -(2**63), 3]
    most = Function(lambda x: ops.segment_min(x, np.array([0, 0, 2]), 3))(one.astype("uint64"))
    assert most.tolist() == [1, 2**64 - 1, 3]
    traced = Function(lambda x: ops.view(x, "int8"))
    assert traced(one).tobytes() == one.tobytes()


def test_empty_and_scalar():
    function = Function(lambda x: x + 1)
    assert function(np.zeros((0, 3), "float32")).shape == (0, 3)
    assert function(np.float32(2)).shape == () and function(np.float32(2)) == 3
    assert function(np.zeros((3, 0), "float32")).shape == (3, 0)


def test_products_by_way_of_one_column():  # the CPU plugin's fusion cannot compile them for four rows
    x, first, second = (np.random.default_rng(0).random(shape, "float32") for shape in ((4, 32), (32, 1), (1, 1)))
    got = Function(lambda x: keras.ops.matmul(keras.ops.matmul(x, first), second))(x)
    np.testing.assert_allclose(got, x @ first @ second, rtol=1e-5)


def test_not_contiguous():
    x = np.arange(12, dtype="float32").reshape(3, 4)
    assert Function(lambda x: x + 0)(x.T[::2]).tolist() == x.T[::2].tolist()
    swapped = x.astype(">f4")
    assert Function(lambda x: x + 0)(swapped).tolist() == x.tolist()


def test_a_change_of_a_variable_is_seen():
    variable, other = keras.Variable([1.0, 2.0]), keras.Variable(0.0)
    function = Counted(lambda x: x + variable)
    x = np.zeros(2, "float32")
    assert function(x).tolist() == [1, 2]
    other.assign(7.0)
    assert function(x).tolist() == [1, 2] and function.traces == 1
    variable.assign([3.0, 4.0])
    assert function(x).tolist() == [3, 4] and function.traces == 2


def test_state_goes_in_and_out():
    count, total = keras.Variable(0), keras.Variable(np.zeros(2, "float32"))

    def function(x):
        count.assign_add(1)
        total.assign_add(x)
        return total * 2

    traced = Counted(function, state=[count, total])
    for step in range(1, 4):
        assert traced(np.ones(2, "float32")).tolist() == [2 * step] * 2
        assert int(count) == step and ops.convert_to_numpy(total).tolist() == [step] * 2
    assert traced.traces == 1
    count.assign(10)
    traced(np.ones(2, "float32"))
    assert int(count) == 11 and traced.traces == 1


def test_state_is_found():
    count = keras.Variable(0)

    def function(x):
        count.assign_add(1)
        return x

    traced = Counted(function)
    for _ in range(3):
        traced(np.ones(2, "float32"))
    assert int(count) == 3 and traced.traces == 2


def test_random_numbers_differ_and_follow_the_seed():
    def numbers(run):
        seed = keras.random.SeedGenerator(3)
        function = run(lambda x: x + keras.random.uniform((4,), seed=seed))
        return [np.asarray(function(np.zeros(4, "float32"))).tolist() for _ in range(3)]

    traced = numbers(Function)
    assert traced[0] != traced[1] != traced[2]
    assert traced == numbers(lambda function: function)


def test_variables_created_while_tracing():
    made = []

    def function(x):
        if not made:
            made.append(keras.Variable(lambda shape, dtype: np.full(shape, 5, dtype), shape=(2,)))
        return x + made[0]

    assert Function(function)(np.zeros(2, "float32")).tolist() == [5, 5]
    assert made[0].version == 1


def test_a_tensor_of_another_trace():
    kept = []

    def function(x):
        kept.append(x)
        return kept[0] + 1

    traced = Function(function)
    assert traced(np.ones(2, "float32")).tolist() == [2, 2]
    with pytest.raises(RuntimeError) as caught:
        traced(np.ones(3, "float32"))
    assert str(caught.value) == (
        "[program] an output hangs on a tensor of another trace, which must not be kept and used in this one"
    )


def test_numbers_asked_for_while_tracing():
    with pytest.raises(RuntimeError) as caught:
        Function(lambda x: x + float(x))(np.ones((), "float32"))
    assert str(caught.value) == (
        "a tensor of a graph that is being traced has no numbers; they exist only when the graph runs"
    )


def test_several_threads():
    weight = keras.Variable(np.full(1000, 3, "float32"))
    function = Counted(lambda x: x * weight + 1)
    wrong = []

    def work(k):
        x = np.full((k % 3 + 1, 1000), k, "float32")
        for _ in range(50):
            y = function(x)
            if y.shape != x.shape or not (y == 3 * k + 1).all():
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and function.traces == 3


def test_program_checks_its_inputs():
    x = _native.parameter((None, 3), "float32")
    program = _native.Program([x], [ops.add(x, 1)])
    for inputs, text in [
        ([], "[program] 0 inputs for 1 parameters"),
        ([np.ones((2, 4), "float32")], "[program] input 0 is (2, 4) float32, wanted (None, 3) float32"),
        ([np.ones((2, 3), "float64")], "[program] input 0 is (2, 3) float64, wanted (None, 3) float32"),
    ]:
        with pytest.raises(ValueError) as caught:
            program(inputs)
        assert str(caught.value) == text
    with pytest.raises(TypeError) as caught:
        _native.Program([ops.convert_to_tensor(1.0)], [x])
    assert str(caught.value) == "[program] an input is not a parameter"
    with pytest.raises(RuntimeError) as caught:
        _native.Program([x], [x + 1], device="GPU.9")
    assert str(caught.value).startswith('device "GPU.9" is not present. Present: CPU')
    with pytest.raises(ValueError) as caught:
        _native.Program([x], [x + 1], precision="f8")
    assert str(caught.value) == 'unknown precision "f8"; wanted f32, bf16 or f16'


def test_program_runs_on_tensors_and_gives_both():
    x = _native.parameter((2,), "float32")
    program = _native.Program([x], [x + 1, x * 2])
    array, tensor = program([ops.convert_to_tensor([1.0, 2.0])], arrays=1)
    assert array.tolist() == [2, 3] and ops.is_tensor(tensor) and ops.convert_to_numpy(tensor).tolist() == [2, 4]
