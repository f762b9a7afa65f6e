"""Records of ops and the checks that every record goes through.

A record says which op, on which inputs, against which reference. `check` runs it in both tiers and compares values, shape
and dtype; families add records, not tests. Dtype and shape are compared with what Keras itself promises for symbolic tensors.
"""

from dataclasses import dataclass, field

import keras
import ml_dtypes
import numpy as np
import pytest

from keravino import _native

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
ALL = FLOATS + INTS + ("bool",)
COMPLEX = ("complex64", "complex128")
TOLERANCE = {"float16": 2e-3, "bfloat16": 1.6e-2, "float32": 1e-5, "float64": 1e-12}
TOLERANCE |= {"complex64": 1e-5, "complex128": 1e-12}
TIERS = ("interpret", "repeat", "compile")  # how numbers are computed that somebody asks for
REPEATS = 3  # calls of "repeat": the second of a kind makes a recipe, the third runs it
# "trace": in a graph of parameters whose dimensions are not known. Small inputs of the tier "compile" are constants of its
# graph and mostly folded by OpenVINO; this one reaches the plugin's kernels.
TRACED = ("interpret", "trace")


def function(full_name):
    """The Python function of an op, "numpy.add"."""
    module, name = full_name.rsplit(".", 1)
    return _native.ops[module][name]


def dtype(name):
    """NumPy's dtype of a Keras name."""
    return np.dtype(getattr(ml_dtypes, name) if name == "bfloat16" or name.startswith("float8") else name)


def is_float(name):
    return "float" in name


def sample(shape, name, low=-3.0, high=3.0, seed=0):
    """Random numbers in a dtype: reals and parts of complex numbers in [low, high), integers in it, bools of both kinds."""
    rng = np.random.default_rng(seed)
    if name in COMPLEX:
        return np.asarray(rng.uniform(low, high, shape) + 1j * rng.uniform(low, high, shape)).astype(name)
    if name == "bool":
        return rng.random(shape) < 0.5
    low = max(low, 0) if name.startswith("uint") else low
    numbers = rng.uniform(low, high, shape)
    return np.asarray(numbers if is_float(name) else np.floor(numbers)).astype(dtype(name))


@dataclass
class Record:
    """One op on one kind of input.

    op: full name. reference: function of the same arguments on NumPy arrays. It computes wide: floats arrive as float64,
    integers and bools as float64 where the result is a float and as int64 where it is an integer.
    inputs: the tensor arguments, each a shape or an array. args, kwargs: what follows them. domain: range of the inputs.
    dtypes: dtypes of the inputs. result: dtype name, or a function of the input dtype, where Keras's symbolic word is wrong.
    tiers: TRACED also tests dynamic shapes. symbolic: the Keras function that promises dtype and shape, if it is not keras.ops.NAME; False where there is none.
    """

    op: str
    reference: object
    inputs: tuple = ((2, 3),)
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    domain: tuple = (-3.0, 3.0)
    dtypes: tuple = ALL
    result: object = None
    scale: float = 1.0  # factor on the tolerance, for ops that lose digits by nature
    symbolic: object = None
    tiers: tuple = TIERS

    def cases(self):
        """One (record, dtype) for each dtype."""
        return [(self, name) for name in self.dtypes]

    def tensors(self, name):
        """The tensor arguments in a dtype; arrays keep their own."""
        return [
            x if isinstance(x, np.ndarray) else sample(x, name, *self.domain, seed=i) for i, x in enumerate(self.inputs)
        ]

    def __str__(self):
        shapes = "x".join(_shape_text(x) for x in self.inputs)
        extra = "".join(f",{a}" for a in self.args) + "".join(f",{k}={v}" for k, v in self.kwargs.items())
        return f"{self.op}[{shapes}{extra}]"


def _shape_text(x):
    return str(x.shape if isinstance(x, np.ndarray) else x).replace(" ", "")


def with_shapes(shapes, op, reference, **kwargs):
    """Records of one op on several lists of input shapes: the first at all dtypes, the others at a float and an integer."""
    dtypes = kwargs.pop("dtypes", ALL)
    few = tuple(name for name in ("float32", "int32") if name in dtypes)
    return [
        Record(op, reference, inputs=inputs, dtypes=few if i else dtypes, **kwargs) for i, inputs in enumerate(shapes)
    ]


def pytest_params(records):
    """`@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))`."""
    cases = [case for record in records for case in record.cases()]
    return {"argvalues": cases, "ids": [f"{record}-{name}" for record, name in cases]}


def run(full_name, tier, *args, **kwargs):
    """Calls an op in a tier, or traced; its tensors and their numbers, as two lists."""
    if tier == "trace":
        return trace(full_name, *args, **kwargs)
    _native.set_tier("automatic" if tier == "repeat" else tier)
    try:
        for _ in range(REPEATS if tier == "repeat" else 1):
            got = function(full_name)(*args, **kwargs)
        got = list(got) if isinstance(got, (list, tuple)) else [got]
        return got, [t.numpy() for t in got]
    finally:
        _native.set_tier("automatic")


def trace(full_name, *args, **kwargs):
    """The same by a program whose parameters, of unknown dimensions, are the array arguments."""
    arrays = [x for x in args if isinstance(x, (np.ndarray, np.generic))]
    parameters = [_native.parameter((None,) * x.ndim, keras.backend.standardize_dtype(x.dtype)) for x in arrays]
    rest = iter(parameters)
    got = function(full_name)(*(next(rest) if isinstance(x, (np.ndarray, np.generic)) else x for x in args), **kwargs)
    got = list(got) if isinstance(got, (list, tuple)) else [got]
    return got, _native.Program(parameters, got)(arrays)


def promised(record, inputs):
    """What Keras promises for symbolic inputs: a list of (shape, dtype), or None where it promises nothing."""
    if record.symbolic is False:
        return None
    call = record.symbolic or getattr(keras.ops, record.op.rsplit(".", 1)[1])
    symbols = [keras.KerasTensor(x.shape, keras.backend.standardize_dtype(x.dtype)) for x in inputs]
    spec = call(*symbols, *record.args, **record.kwargs)
    return [(tuple(s.shape), s.dtype) for s in (spec if isinstance(spec, (list, tuple)) else [spec])]


def result_dtypes(record, name, promise):
    """The right dtypes of the results, each as the set of those that are right."""
    if record.result:
        result = record.result(name) if callable(record.result) else record.result
        return [{r} for r in ([result] if isinstance(result, str) else result)]
    # Some of Keras's specs narrow the float64 of a function of one tensor; its backends keep it, and so do we.
    wide = {"float32": "float64", "complex64": "complex128"}
    return [
        {dtype} | ({name} if wide.get(dtype) == name and len(record.inputs) == 1 else set()) for _, dtype in promise
    ]


def widened(inputs, result):
    """The inputs of a reference that computes the dtype `result` from them."""

    def one(x):
        if x.dtype.kind == "c":
            return x.astype("complex128")
        if x.dtype.kind in "fV" or is_float(result):
            return x.astype("float64")
        return x.astype("int64") if result != "bool" and x.dtype != np.uint64 else x

    return [one(x) for x in inputs]


def assert_close(got, want, tolerance, message):
    """Floats within a tolerance, complex numbers too (their distance), anything else exactly; shapes always."""
    want = np.asarray(want)
    assert got.shape == want.shape, f"{message}: shape {got.shape}, wanted {want.shape}"
    wide = "complex128" if got.dtype.kind == "c" else "float64" if is_float(str(got.dtype)) else None
    if wide:
        np.testing.assert_allclose(got.astype(wide), want.astype(wide), rtol=tolerance, atol=tolerance, err_msg=message)
    else:
        np.testing.assert_array_equal(got, want.astype(got.dtype), err_msg=message)


def check(record, name):
    """Runs a record at a dtype in each of its tiers against its reference and Keras's promise."""
    inputs = record.tensors(name)
    promise = promised(record, inputs)
    if promise is None:
        assert record.result, f"{record}: neither a promise of Keras nor a result dtype"
    dtypes = result_dtypes(record, name, promise)
    with np.errstate(all="ignore"):
        want = record.reference(*widened(inputs, min(dtypes[0])), *record.args, **record.kwargs)
    want = list(want) if isinstance(want, (list, tuple)) else [want]
    for tier in record.tiers:
        tensors, numbers = run(record.op, tier, *inputs, *record.args, **record.kwargs)
        assert len(tensors) == len(want) == len(dtypes), f"{record}: {len(tensors)} results, wanted {len(want)}"
        for i, (tensor, array) in enumerate(zip(tensors, numbers, strict=True)):
            message = f"{record} {name} {tier}" + (f" result {i}" if len(want) > 1 else "")
            assert str(array.dtype) == tensor.dtype
            assert tensor.dtype in dtypes[i], f"{message}: dtype {tensor.dtype}, wanted {sorted(dtypes[i])}"
            if promise and None not in promise[i][0]:
                assert array.shape == promise[i][0], f"{message}: shape {array.shape}, promised {promise[i][0]}"
            tolerance = record.scale * max(TOLERANCE.get(tensor.dtype, 0), TOLERANCE.get(name, 0))
            assert_close(array, want[i], tolerance, message)


def check_error(call, text, kind=ValueError):
    """Calls what must fail with an error of this kind, whose whole text is `text`."""
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text
