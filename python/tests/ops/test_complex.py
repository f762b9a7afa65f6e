"""Complex tensors: ops against NumPy, conversions, promotion, and errors of ops that have no form for them."""

from functools import partial

import keras
import mpmath
import numpy as np
import pytest
from keras import ops
from keras.src.backend.openvino.trace import Function
from records import COMPLEX, TIERS, Record, check, check_error, function, pytest_params, run, sample

from keravino import _native

SHAPES = ((2, 3), (), (0, 2), (1, 1))
NARROW = "complex64"  # of what is computed from two tensors, as float32 is


def real_of(name):
    return "float32" if name == "complex64" else "float64"


def same(name):
    return name


def records(op, reference, shapes=SHAPES, count=1, **kwargs):
    """Records of an op on `count` complex tensors of each shape, eagerly in all tiers and traced with open dimensions."""
    kwargs = {"dtypes": COMPLEX, "tiers": (*TIERS, "trace"), "result": same if count == 1 else NARROW} | kwargs
    return [Record(op, reference, inputs=(shape,) * count, **kwargs) for shape in shapes]


to_real = partial(records, result=real_of)
to_bool = partial(records, result="bool")
binary = partial(records, count=2)
moved = partial(records, shapes=((2, 3),))


def integers(*shape):
    """Complex numbers of small whole parts, zeros and equal ones among them."""
    return (np.arange(np.prod(shape)) % 3 + 1j * (np.arange(np.prod(shape)) % 2)).reshape(shape).astype("complex64")


def sign(z):
    return np.where(z == 0, 0, z / np.where(z == 0, 1, np.abs(z)))


ELEMENTWISE = [
    *binary("numpy.add", np.add),
    *binary("numpy.subtract", np.subtract),
    *binary("numpy.multiply", np.multiply),
    *binary("numpy.divide", np.divide),
    *binary("numpy.true_divide", np.divide),
    *binary("numpy.power", np.power, scale=4),
    *records("numpy.negative", np.negative),
    *records("numpy.square", np.square),
    *records("numpy.sqrt", np.sqrt),
    *records("math.rsqrt", lambda x: 1 / np.sqrt(x)),
    *records("numpy.reciprocal", np.reciprocal),
    *records("numpy.exp", np.exp),
    *records("numpy.expm1", np.expm1),
    *records("numpy.log", np.log),
    *records("numpy.log2", np.log2),
    *records("numpy.log10", np.log10),
    *records("numpy.log1p", np.log1p),
    *records("numpy.sin", np.sin),
    *records("numpy.cos", np.cos),
    *records("numpy.tan", np.tan),
    *records("numpy.sinh", np.sinh),
    *records("numpy.cosh", np.cosh),
    *records("numpy.tanh", np.tanh),
    *records("numpy.sign", sign),
    *records("numpy.round", np.round, args=(1,)),
    *records("numpy.conj", np.conj),
    *records("numpy.conjugate", np.conj),
    *to_real("numpy.abs", np.abs),
    *to_real("numpy.absolute", np.abs),
    *to_real("numpy.angle", np.angle),
    *to_real("numpy.real", np.real),
    *to_real("numpy.imag", np.imag),
    *records("math.view_as_real", lambda x: np.stack([x.real, x.imag], -1), symbolic=False, result="float32"),
    *to_bool("numpy.isnan", np.isnan),
    *to_bool("numpy.isinf", np.isinf),
    *to_bool("numpy.isfinite", np.isfinite),
    *to_bool("numpy.isreal", np.isreal),
    *to_bool("numpy.logical_not", np.logical_not),
    *to_bool("numpy.equal", np.equal, count=2),
    *to_bool("numpy.not_equal", np.not_equal, count=2),
    *to_bool("numpy.isclose", np.isclose, count=2),
    *to_bool("numpy.logical_and", np.logical_and, count=2),
    *to_bool("numpy.logical_or", np.logical_or, count=2),
    *to_bool("numpy.logical_xor", np.logical_xor, count=2),
    *[
        Record(f"numpy.{name}", getattr(np, name), (integers(3, 4), integers(1, 4)), dtypes=COMPLEX[:1], result="bool")
        for name in ("equal", "not_equal", "logical_and", "logical_or", "logical_xor")
    ],
]
REDUCTIONS = [
    record
    for axes in ((None,), (0,), (-1, True), ((0, 1),))
    for record in (
        *records("numpy.sum", lambda x, a=None, k=False: np.sum(x, axis=a, keepdims=k), ((2, 3), (0, 2)), args=axes),
        *records("numpy.prod", lambda x, a=None, k=False: np.prod(x, axis=a, keepdims=k), ((5, 3), (0, 2)),
                 args=axes, tiers=TIERS),
        *records("numpy.mean", lambda x, a=None, k=False: np.mean(x, axis=a, keepdims=k), ((2, 3),), args=axes),
        *to_real("numpy.var", lambda x, a=None, k=False: np.var(x, axis=a, keepdims=k), ((2, 3),), args=axes),
        *to_real("numpy.std", lambda x, a=None, k=False: np.std(x, axis=a, keepdims=k), ((2, 3),), args=axes),
        *to_bool("numpy.any", lambda x, a=None, k=False: np.any(x, axis=a, keepdims=k), ((2, 3),), args=axes),
        *to_bool("numpy.all", lambda x, a=None, k=False: np.all(x, axis=a, keepdims=k), ((2, 3),), args=axes),
    )
] + [
    *records("numpy.count_nonzero", np.count_nonzero, result="int32"),
    *records("numpy.cumsum", np.cumsum, ((5, 3),), args=(0,), tiers=TIERS),
    *records("numpy.cumprod", np.cumprod, ((5, 3),), args=(0,), tiers=TIERS),
    *records("numpy.diff", np.diff, ((5, 3),)),
    *records("numpy.trace", np.trace, ((3, 3),)),
]  # fmt: skip
PRODUCTS = [
    Record(op, reference, inputs, args, dtypes=COMPLEX, result=NARROW, tiers=(*TIERS, "trace"))
    for op, reference, inputs, args in (
        ("numpy.matmul", np.matmul, ((2, 3), (3, 4)), ()),
        ("numpy.matmul", np.matmul, ((5, 1, 2, 3), (2, 3, 4)), ()),
        ("numpy.matmul", np.matmul, ((3,), (3,)), ()),
        ("numpy.dot", np.dot, ((2, 3), (3, 4)), ()),
        ("numpy.dot", np.dot, ((), (3, 4)), ()),
        ("numpy.dot", np.dot, ((2, 3), (5, 3, 4)), ()),
        ("numpy.vdot", np.vdot, ((2, 3), (2, 3)), ()),
        ("numpy.inner", np.inner, ((2, 3), (4, 3)), ()),
        ("numpy.outer", np.outer, ((2, 3), (4,)), ()),
        ("numpy.kron", np.kron, ((2, 3), (1, 2)), ()),
        ("numpy.tensordot", np.tensordot, ((2, 3, 4), (4, 5)), (1,)),
    )
] + [
    Record("numpy.matmul", np.matmul, ((0, 3), (3, 4)), dtypes=COMPLEX, result=NARROW),
    Record("numpy.cross", np.cross, ((4, 3), (4, 3)), dtypes=COMPLEX, result=NARROW),
    Record("numpy.vander", np.vander, ((4,),), (3,), dtypes=COMPLEX, result=same),
]  # fmt: skip
MOVES = [
    *moved("numpy.reshape", np.reshape, args=((3, 2),)),
    *moved("numpy.ravel", np.ravel),
    *moved("numpy.transpose", np.transpose),
    *moved("numpy.swapaxes", np.swapaxes, args=(0, -1)),
    *moved("numpy.moveaxis", np.moveaxis, args=(0, -1)),
    *moved("numpy.expand_dims", np.expand_dims, args=(-1,)),
    *moved("numpy.squeeze", np.squeeze, shapes=((2, 1, 3),), args=(1,)),
    *moved("numpy.broadcast_to", np.broadcast_to, args=((4, 2, 3),)),
    *moved("numpy.flip", np.flip, args=(-1,)),
    *moved("numpy.roll", np.roll, args=(1, 1)),
    *moved("numpy.rot90", np.rot90),
    *moved("numpy.tile", np.tile, args=((2, 1),)),
    *moved("numpy.repeat", np.repeat, args=(2, 1)),
    *moved("numpy.pad", lambda x, w: np.pad(x, w), args=(((1, 0), (0, 2)),)),
    *moved("numpy.pad", np.pad, args=(((1, 0), (0, 2)), "symmetric")),
    *moved("numpy.take", np.take, args=([1, 0], -1)),
    *moved("numpy.diag", np.diag, shapes=((3,), (3, 3))),
    *moved("numpy.diagonal", np.diagonal),
    *moved("numpy.tril", np.tril),
    *moved("numpy.triu", np.triu),
    *moved("numpy.copy", np.copy),
    *moved("numpy.zeros_like", np.zeros_like),
    *moved("numpy.ones_like", np.ones_like),
    *moved("numpy.full_like", np.full_like, args=(2 - 1j,)),
    *moved("numpy.nan_to_num", np.nan_to_num),
    *moved("numpy.split", np.split, args=(3, 1), result=lambda name: [name] * 3),
    *moved("core.slice", lambda x, start, shape: x[1:, :2], args=((1, 0), (1, 2))),
    *moved("numpy.take_along_axis", np.take_along_axis, args=(np.array([[2, 0], [1, 1]]), 1), tiers=TIERS),
]


@pytest.mark.parametrize("record, name", **pytest_params(ELEMENTWISE + REDUCTIONS + PRODUCTS + MOVES))
def test_record(record, name):
    check(record, name)


@pytest.mark.parametrize("name", COMPLEX)
@pytest.mark.parametrize("tier", TIERS)
def test_lists_of_tensors(name, tier):
    a, b = sample((2, 3), name), sample((2, 3), "float32", seed=1)
    for op, reference, axis in (("concatenate", np.concatenate, -1), ("stack", np.stack, 1)):
        (tensor,), (numbers,) = run(f"numpy.{op}", tier, [a, b], axis)
        assert tensor.dtype == NARROW
        np.testing.assert_allclose(numbers, reference([a, b], axis), rtol=1e-6)
    (tensor,), (numbers,) = run("numpy.einsum", tier, "ij,kj,k->ik", a, a, a[:, 0])
    np.testing.assert_allclose(numbers, np.einsum("ij,kj,k->ik", a, a, a[:, 0]), rtol=1e-5)
    (tensor,), (numbers,) = run("numpy.where", tier, np.array([True, False, True]), a, b)
    np.testing.assert_allclose(numbers, np.where([True, False, True], a, b), rtol=1e-6)
    (tensor,), (numbers,) = run("core.scatter_update", tier, a, np.array([[0, 1], [1, 2]]), a[:, 0], "add")
    want = a.copy()
    want[[0, 1], [1, 2]] += a[:, 0]
    np.testing.assert_allclose(numbers, want, rtol=1e-6)
    np.testing.assert_allclose(_native.tensor(a)[1, ::2].numpy(), a[1, ::2])


INFINITIES = [complex(x, y) for x in (0.0, 1.5, -2.0, np.inf, -np.inf, np.nan) for y in (0.0, -1.25, np.inf, np.nan)]


def alike(got, want):
    """Whether two complex numbers have equal parts: near, or infinite or NaN alike."""
    parts = [(got.real, want.real), (got.imag, want.imag)]
    return np.logical_and.reduce([np.isclose(g, w, rtol=1e-5, atol=1e-6, equal_nan=True) for g, w in parts])


@pytest.mark.parametrize("name", COMPLEX)
@pytest.mark.parametrize("op", ["exp", "log", "sqrt", "sinh", "cosh", "tanh", "absolute", "isnan", "isinf", "isfinite"])
@pytest.mark.parametrize("tier", TIERS)
def test_special_values(op, tier, name):
    z = np.array(INFINITIES, name)
    _, (got,) = run(f"numpy.{op}", tier, z)
    with np.errstate(all="ignore"):
        want = getattr(np, op)(z)
    wrong = [f"{op}({x}) = {g}, wanted {w}" for x, g, w in zip(z, got, want, strict=True) if not alike(g, w)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("tier", TIERS)
def test_division_by_zero_and_powers_of_zero(tier):
    zero, two = np.zeros(2, "complex64"), np.array([2, 0], "complex64")
    _, (got,) = run("numpy.divide", tier, np.array([1 - 2j, 0], "complex64"), zero)
    assert np.isinf(got[0].real) and np.isinf(got[0].imag) and np.isnan(got[1])
    np.testing.assert_array_equal(run("numpy.power", tier, zero, two)[1][0], [0, 1])
    np.testing.assert_array_equal(run("numpy.sign", tier, zero)[1][0], zero)
    _, (got,) = run("numpy.power", tier, np.array([1 + 2j], "complex64"), 5)
    np.testing.assert_array_equal(got, [41 - 38j])  # a whole literal: products, which are exact here


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("op", ["sqrt", "log", "absolute", "log1p", "expm1", "tanh", "exp"])
def test_large_and_small_parts(op, tier):
    numbers = [3e37 + 3e36j, 1e-36 - 1e-36j, 88.7 + 1.3j, -80 + 1.5j, 1 + 1e-4j, 1e-5 - 1e-6j]
    z = np.array(numbers[1:] if op in ("exp", "expm1") else numbers, "complex64")
    _, (got,) = run(f"numpy.{op}", tier, z)
    function = getattr(mpmath, {"absolute": "fabs"}.get(op, op))
    want = np.array([complex(function(mpmath.mpc(complex(x)))) for x in z])
    np.testing.assert_allclose(got, want, rtol=2e-6)


@pytest.mark.parametrize("name", COMPLEX)
def test_conversions(name):
    z = sample((3, 2), name)
    for array in (z, z[::2], z.T, z[:, :0], z[0, 0]):
        tensor = ops.convert_to_tensor(array)
        assert (tensor.dtype, tensor.shape) == (name, array.shape)
        for back in (ops.convert_to_numpy(tensor), tensor.numpy(), np.asarray(tensor)):
            np.testing.assert_array_equal(back, array)
            assert back.dtype == name
    assert complex(ops.convert_to_tensor(z[0, 0])) == z[0, 0]
    tensor = ops.convert_to_tensor(z)
    np.testing.assert_array_equal(ops.cast(tensor, "float32"), z.real.astype("float32"))
    np.testing.assert_array_equal(ops.cast(tensor, "int32"), z.real.astype("int32"))
    np.testing.assert_array_equal(ops.cast([0, 1j], "bool"), [False, True])
    np.testing.assert_array_equal(ops.cast([1, 2], name), np.array([1, 2], name))
    assert ops.convert_to_tensor(1j).dtype == "complex64"
    assert ops.convert_to_tensor([[1, 2j]]).dtype == "complex64"
    np.testing.assert_array_equal(ops.full((2,), 0.1 + 0.2j, dtype=name), np.full((2,), 0.1 + 0.2j, name))
    np.testing.assert_array_equal(ops.eye(2, dtype=name), np.eye(2, dtype=name))
    check_error(lambda: float(ops.convert_to_tensor(1j)), "a complex number is no real Python number", TypeError)


def test_float16_and_bfloat16_parts_become_float32():
    for name in ("float16", "bfloat16"):
        tensor = ops.convert_to_tensor([1.5, 2], dtype=name)
        assert (tensor * 1j).dtype == "complex64"


def test_parts_and_polar():
    z = ops.view_as_complex(np.array([[1, 2], [3, -4]], "float32"))
    np.testing.assert_array_equal(z, np.array([1 + 2j, 3 - 4j]))
    np.testing.assert_allclose(ops.nn.polar(np.float32(2), np.float32(0.5)), 2 * np.exp(0.5j), rtol=1e-6)
    np.testing.assert_allclose(function("nn.polar")(2.0, 0.5).numpy(), 2 * np.exp(0.5j), rtol=1e-6)
    np.testing.assert_array_equal(function("math.view_as_complex")(np.array([[1, 2]])).numpy(), [1 + 2j])
    text = "[keras.ops.view_as_complex] the last axis must be the real and the imaginary part, got shape (3,). "
    check_error(lambda: function("math.view_as_complex")(np.ones(3, "float32")), text +
                "Received: x.shape=(3,), x.dtype=float32")  # fmt: skip


@pytest.mark.parametrize("name", COMPLEX)
def test_variables_and_programs(name):
    z = sample((3,), name)
    variable = keras.Variable(z, dtype=name)
    assert variable.dtype == name
    state = keras.Variable(np.zeros((3,)), dtype=name, trainable=False)

    def step(x):
        state.assign(ops.cast(state + x * variable, name))
        return {"z": x * 1j, "real": ops.real(x), "kept": x}

    call = Function(step, [state])
    for count in (1, 2):
        out = call(z)
        np.testing.assert_allclose(out["z"], z * 1j, rtol=1e-6)
        np.testing.assert_array_equal(out["real"], z.real)
        np.testing.assert_array_equal(out["kept"], z)
        np.testing.assert_allclose(state.value.numpy(), count * z * z, rtol=1e-5)


def test_control_flow():
    z = sample((4,), "complex64")

    def f(x):
        chosen = ops.cond(ops.real(x)[0] > 0, lambda: x * 2, lambda: x * 1j)
        last = ops.fori_loop(0, ops.cast(ops.real(ops.sum(x * 0)) + 3, "int32"), lambda i, s: s * x, x)
        total, running = ops.scan(lambda carry, s: (carry + s, carry * s), ops.sum(x * 0) + 1, x)
        return chosen, last, total, running

    def reference(x):
        carry, running = 1, []
        for s in x:
            running.append(carry * s)
            carry = carry + s
        return (x * 2 if x[0].real > 0 else x * 1j), x**4, carry, np.array(running)

    for x in (z, -z):
        for got, want in zip(Function(f)(x), reference(x), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-5)


# Every op of one or two tensors: the number that NumPy has, or an error. What NumPy itself leaves out has no complex form.
def sweep():
    for module, name, parameters, *_ in _native.describe():
        needed = [p for p, _, fallback in parameters if fallback is None and not p.startswith("*")]
        if module != "random" and len(needed) in (1, 2):
            yield f"{module}.{name}", len(needed)


OWN = {  # no function of NumPy's by that name, and right
    "core.scatter_update", "math._get_complex_tensor_from_tuple", "math.rsqrt", "math.view_as_complex",
    "math.view_as_real", "core.unstack", "nn.tanh", "nn.polar", "numpy.get_item", "numpy.empty_like", "numpy.view",
    "nn.tanh_shrink", "nn.hard_shrink", "numpy.select",
}  # fmt: skip


@pytest.mark.parametrize("full_name, count", sweep())
def test_no_op_gives_a_wrong_number(full_name, count):
    z = np.array([[1 + 2j, -0.5 + 0j, 2.25 - 1j], [0.3j, -3 - 0.1j, np.nan + 1j]], "complex64")
    try:
        got = function(full_name)(*(z,) * count)
    except (ValueError, TypeError, IndexError, NotImplementedError) as error:
        assert str(error).startswith("[keras.ops."), error
        return
    if full_name in OWN:
        return
    reference = getattr(np, full_name.split(".")[1], None)
    assert reference is not None, f"{full_name} took complex numbers"
    with np.errstate(all="ignore"):
        want = reference(*(z,) * count)
    flat = zip(keras.tree.flatten(got), keras.tree.flatten(want), strict=True)
    for g, w in flat:
        np.testing.assert_allclose(np.asarray(g), np.asarray(w), rtol=1e-5, atol=1e-6)


def test_error_text():
    z = np.ones(2, "complex64")
    text = "[keras.ops.{}] there is no form of it for complex numbers. Received: x.shape=(2,), x.dtype=complex64"
    for name in ("numpy.floor", "numpy.trunc", "nn.relu", "nn.softmax"):
        check_error(lambda: function(name)(z), _with_arguments(name, text), TypeError)  # noqa: B023
    check_error(
        lambda: function("core.scatter_update")(z, np.array([[0]]), z[:1], "max"),
        "[keras.ops.scatter_update] there is no form of it for complex numbers. Received: inputs.shape=(2,), "
        'inputs.dtype=complex64, indices.shape=(1, 1), indices.dtype=int64, updates.shape=(1,), updates.dtype=complex64, '
        'reduction="max"',
        TypeError,
    )  # fmt: skip


def _with_arguments(name, text):
    return text.format(name.split(".")[1]) + {"nn.softmax": ", axis=-1"}.get(name, "")
