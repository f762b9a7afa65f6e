"""Every op of the registry that takes and returns floats: derivatives to order 2 against differences, values against
jax, and the graph of the gradient in the plugin."""

import functools
import importlib

import numpy as np
import pytest
from derivatives import TOLERANCE, Case, close, collected
from extra import (
    DIRECTIONS,
    EXTRA,
    FIRST_ORDER,
    NO_DIFFERENCES,
    NO_JAX,
    NO_OPEN_SHAPES,
    NO_RECORD,
    NOT_DIFFERENTIABLE,
    OTHER_SHAPE,
)
from records import is_float

from keravino import _native

OPS = [f"{module}.{name}" for module, ops in _native.ops.items() for name in ops]
SWEPT = [op for op in OPS if op not in NO_RECORD and op not in NOT_DIFFERENTIABLE]


@functools.cache
def records():
    """{op: its records, and its calls of extra.py}."""
    found = collected()
    for call in EXTRA:
        found.setdefault(call.op, []).append(call)
    return found


@pytest.fixture(autouse=True)
def interpreter():
    _native.set_tier("interpret")
    with np.errstate(all="ignore"):
        yield
    _native.set_tier("automatic")


def cases(op, name, some=None):
    """Records of an op, all of them by default, as functions, if they have float inputs and outputs, finite ones."""
    for record in records().get(op, []) if some is None else some:
        if any(is_float(n) for n in getattr(record, "dtypes", ("float32",))):
            case = Case(record, name, DIRECTIONS.get(op, lambda d: d))
            ys = case.call(case.xs) if case.xs else []
            if ys and all(np.isfinite(y.numpy().astype("float64")).all() for y in ys):
                yield case


def weighted(case):
    """The number that hangs on all outputs, as a function of the inputs."""
    seeds = case.seeds(case.call(case.xs))
    return lambda xs: [
        np.asarray(sum(np.sum(s.astype("float64") * y) for s, y in zip(seeds, case.values(xs), strict=True)))
    ]


def check_differences(case):
    """Both orders; how many of them could be compared: not where there is a kink."""
    tolerance = TOLERANCE[case.precision]
    want, gradients = case.along(weighted(case)), case.derivatives(case.xs)
    if want is None:
        return 0
    got = sum(np.sum(g.astype("float64") * d) for g, d in zip(gradients, case.direction, strict=True))
    assert close(got, want[0], tolerance), f"{case.record}: {got}, by differences {want[0]}"
    if case.record.op in FIRST_ORDER:
        with pytest.raises(NotImplementedError, match=FIRST_ORDER[case.record.op]):
            case.derivatives(case.xs, 2)
        return 2
    want = case.along(case.derivatives)
    if want is None:
        return 1
    for i, (a, b) in enumerate(zip(case.derivatives(case.xs, 2), want, strict=True)):
        assert close(a, b, tolerance), f"{case.record}, order 2, input {i}: {a}, by differences {b}"
    return 2


def compared(record, op):
    """How many orders of a record could be compared: in float64, or in float32 where a node has no float64."""
    for name in ("float64", "float32"):
        try:
            return max((check_differences(case) for case in cases(op, name, [record])), default=0)
        except NotImplementedError as error:
            if "would narrow" not in str(error):
                raise
    return 0


@pytest.mark.parametrize("op", SWEPT)
def test_differences(op):
    orders = [compared(record, op) for record in records().get(op, []) if str(record) not in NO_DIFFERENCES]
    assert max(orders, default=0) == 2, f"no record of {op} that could be compared to order 2"


@pytest.mark.parametrize("op", [op for op in SWEPT if op not in NO_JAX])
def test_values(op):
    module, name = op.split(".")
    function = getattr(importlib.import_module(f"keras.src.backend.jax.{module}"), name)
    compared = 0
    for case in cases(op, "float32"):
        try:
            values = [np.asarray(y) for y in case.call(case.xs, function)]
            want = case.jax_derivatives(function)
        except (ValueError, TypeError, NotImplementedError):  # forms that jax does not take
            continue
        if not all(close(a, b, 1e-4) for a, b in zip(case.values(case.xs), values, strict=True)):  # other functions
            continue
        for i, (a, b) in enumerate(zip(case.derivatives(case.xs), want, strict=True)):
            known = np.isfinite(b)  # some of jax's are NaN at single points
            assert close(a[known], b[known], 1e-4), f"{case.record}, input {i}: {a}, jax {b}"
        compared += 1
        if compared == 3:
            break
    assert compared, f"jax takes no record of {op}"


def check_program(op, open_shapes):
    """The gradient of a traced graph by the plugin, and by the interpreter, for the first record."""
    case = next((case for case in cases(op, "float32") if all(x.size for x in case.xs)), None)
    assert case, f"no record of {op}"
    seeds, recording = case.seeds(case.call(case.xs)), _native.Recording()
    parameters = [_native.parameter((None,) * x.ndim if open_shapes else x.shape, "float32") for x in case.xs]
    if open_shapes:
        try:
            case.call(parameters)
        except ValueError:  # the op itself has to know a shape
            return
        if op in NO_OPEN_SHAPES:
            with pytest.raises((ValueError, NotImplementedError), match=NO_OPEN_SHAPES[op]):
                case.graph(parameters, seeds)
            return
    found = case.graph(parameters, seeds)
    present = [g for g in found if g is not None]
    numbers = iter(_native.Program(parameters, present)(case.xs) if present else [])
    del recording
    for g, want in zip(found, case.derivatives(case.xs), strict=True):
        assert close(np.zeros_like(want) if g is None else next(numbers), want, 1e-4), str(case.record)


@pytest.mark.parametrize("op", SWEPT)
def test_compiled(op):
    check_program(op, open_shapes=False)


@pytest.mark.parametrize("op", [op for op in SWEPT if op not in OTHER_SHAPE])
def test_open_shapes(op):
    """With parameters of which no dimension is known."""
    check_program(op, open_shapes=True)


@pytest.mark.parametrize("op, text", NOT_DIFFERENTIABLE.items())
def test_not_differentiable(op, text):
    """A clear error, not a silent zero."""
    with pytest.raises(NotImplementedError, match=text):
        for case in cases(op, "float32"):
            case.derivatives(case.xs)


def test_nothing_is_left_out():
    """The lists of exceptions name ops that exist; every other op has records."""
    lists = (NO_RECORD, FIRST_ORDER, NO_JAX, NO_OPEN_SHAPES, OTHER_SHAPE, NOT_DIFFERENTIABLE)
    assert [op for names in lists for op in names if op not in OPS] == []
