"""Records of ops and the checks that every record goes through.

A record says which op, on which inputs, against which reference. `check` runs it in both tiers and compares values, shape
and dtype; families add records, not tests.
"""

from dataclasses import dataclass, field

import ml_dtypes
import numpy as np

from keravino import _native

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
ALL = FLOATS + INTS + ("bool",)
TOLERANCE = {"float16": 2e-3, "bfloat16": 1.6e-2, "float32": 1e-5, "float64": 1e-12}


def function(full_name):
    """The Python function of an op, "numpy.add"."""
    module, name = full_name.rsplit(".", 1)
    return _native.ops[module][name]


def dtype(name):
    """NumPy's dtype of a Keras name."""
    return np.dtype(getattr(ml_dtypes, name) if name == "bfloat16" or name.startswith("float8") else name)


def sample(shape, name, low=-3.0, high=3.0, seed=0):
    """Random numbers in a dtype: reals in [low, high), integers in it, bools of both kinds."""
    rng = np.random.default_rng(seed)
    if name == "bool":
        return rng.random(shape) < 0.5
    low = max(low, 0) if name.startswith("uint") else low
    numbers = rng.uniform(low, high, shape)
    return np.asarray(numbers if dtype(name).kind in "fV" else np.floor(numbers)).astype(dtype(name))


@dataclass
class Record:
    """One op on one kind of input.

    op: full name. reference: function of the same arguments on NumPy arrays (floats arrive as float64).
    inputs: shapes of the tensor arguments. args, kwargs: what follows them. domain: range of the inputs.
    dtypes: dtypes of the inputs. result: dtype name, or a function of the input dtype; None takes the reference's word.
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

    def cases(self):
        """One (record, dtype) for each dtype."""
        return [(self, name) for name in self.dtypes]

    def __str__(self):
        shapes = "x".join(str(shape).replace(" ", "") for shape in self.inputs)
        extra = "".join(f",{a}" for a in self.args) + "".join(f",{k}={v}" for k, v in self.kwargs.items())
        return f"{self.op}[{shapes}{extra}]"


def pytest_params(records):
    """`@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))`."""
    cases = [case for record in records for case in record.cases()]
    return {"argvalues": cases, "ids": [f"{record}-{name}" for record, name in cases]}


def _compare(got, want, record, name, tier):
    assert got.shape == want.shape, f"{record} {name} {tier}: shape {got.shape}, wanted {want.shape}"
    kind = str(got.dtype)
    tolerance = record.scale * max(TOLERANCE.get(kind, 0), TOLERANCE.get(name, 0))
    np.testing.assert_allclose(
        got.astype("float64"), np.asarray(want).astype("float64"), rtol=tolerance, atol=tolerance, equal_nan=True,
        err_msg=f"{record} {name} {tier}",
    )  # fmt: skip


def check(record, name):
    """Runs a record at a dtype, interpreted and compiled, against its reference."""
    inputs = [sample(shape, name, *record.domain, seed=i) for i, shape in enumerate(record.inputs)]
    wide = [x.astype("float64") if dtype(name).kind in "fV" else x for x in inputs]
    with np.errstate(all="ignore"):
        want = record.reference(*wide, *record.args, **record.kwargs)
    single = not isinstance(want, (list, tuple))
    for tier in ("interpret", "compile"):
        _native.set_tier(tier)
        try:
            got = function(record.op)(*inputs, *record.args, **record.kwargs)
            got = [got] if single else list(got)
            numbers = [t.numpy() for t in got]
        finally:
            _native.set_tier("automatic")
        for tensor, array, expected in zip(got, numbers, [want] if single else want, strict=True):
            assert str(array.dtype) == tensor.dtype
            result = record.result(name) if callable(record.result) else record.result
            if result:
                assert tensor.dtype == result, f"{record} {name}: dtype {tensor.dtype}, wanted {result}"
            _compare(array, np.asarray(expected), record, name, tier)
