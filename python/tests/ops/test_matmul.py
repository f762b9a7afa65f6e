"""Products of vectors, matrices and tensors, against NumPy."""

import numpy as np
import pytest
from records import TRACED, Record, check, check_error, function, pytest_params, run

FEW = ("float32", "int32", "bool")


def product(op, reference, *shapes, **more):
    return Record(op, reference, inputs=shapes, **more)


RECORDS = [
    product("numpy.matmul", np.matmul, (3, 4), (4, 2)),
    *[
        product("numpy.matmul", np.matmul, a, b, dtypes=FEW)
        for a, b in [
            ((4,), (4,)),
            ((4,), (4, 2)),
            ((3, 4), (4,)),
            ((5, 3, 4), (4, 2)),
            ((5, 3, 4), (5, 4, 2)),
            ((2, 1, 3, 4), (5, 4, 2)),
            ((3, 0), (0, 2)),
            ((0, 3), (3, 2)),
            ((2, 3, 4), (4,)),
        ]
    ],
    *[
        product("numpy.dot", np.dot, a, b, dtypes=FEW)
        for a, b in [((4,), (4,)), ((3, 4), (4, 2)), ((2, 3, 4), (4,)), ((2, 3, 4), (5, 4, 2)), ((), (3,)), ((3,), ())]
    ],
    product("numpy.vdot", np.vdot, (2, 3), (2, 3), dtypes=FEW),
    *[product("numpy.inner", np.inner, a, b, dtypes=FEW) for a, b in [((4,), (4,)), ((2, 4), (3, 4)), ((), (3,))]],
    *[product("numpy.outer", np.outer, a, b, dtypes=FEW) for a, b in [((4,), (3,)), ((2, 2), (3,)), ((), (3,))]],
    product("numpy.tensordot", np.tensordot, (2, 3, 4), (3, 4, 5), dtypes=FEW),
    product("numpy.tensordot", np.tensordot, (2, 3, 4), (5, 4), args=(((-1,), (1,)),), dtypes=FEW),
    product("numpy.tensordot", np.tensordot, (2, 3, 4), (4, 3, 5), args=(((1, 2), (1, 0)),), dtypes=FEW),
    product("numpy.tensordot", np.tensordot, (2, 3), (4,), args=(0,), dtypes=FEW),
    product("numpy.tensordot", np.tensordot, (2, 3), (2, 3), dtypes=FEW, tiers=TRACED),
    product("numpy.kron", np.kron, (2, 3), (3, 2), dtypes=FEW),
    # Keras's promise leaves the first axis out.
    product("numpy.kron", np.kron, (2, 3, 2), (3, 2), dtypes=FEW, symbolic=False, result=lambda name: name),
    product("numpy.cross", np.cross, (4, 3), (4, 3), dtypes=("float32", "int32")),
    product(
        "numpy.cross",
        np.cross,
        (2, 3, 4),
        (2, 3, 4),
        kwargs={"axis": 1},
        dtypes=("float32",),
        symbolic=False,
        result="float32",
    ),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)


EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij,kj->ki", (2, 3), (4, 3)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->j", (3, 3, 2)),
    ("ij", (2, 3)),
    ("ba", (2, 3)),
    ("i,i->", (3,), (3,)),
    ("i,j->ij", (3,), (4,)),
    ("i,j->ji", (3,), (4,)),
    ("ij,ij->ij", (2, 3), (2, 3)),
    ("bi,bi->b", (2, 3), (2, 3)),
    ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)),
    ("abc,cd->abd", (2, 3, 4), (4, 5)),
    ("abc,cde->abde", (2, 3, 4), (4, 5, 6)),
    ("abcd,cde->abe", (2, 3, 4, 5), (4, 5, 6)),
    ("aecd,abcd->acbe", (2, 5, 3, 4), (2, 6, 3, 4)),
    ("acbe,aecd->abcd", (2, 3, 6, 5), (2, 5, 3, 4)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("...i,i->...", (2, 3, 4), (4,)),
    ("...x,xy->...y", (3,), (3, 4)),
    ("i...->...", (2, 3, 4)),
    ("ij...,jk...->ik...", (2, 3, 4), (3, 5, 4)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("ij,j,i->", (2, 3), (3,), (2,)),
    ("abc,abd,ae->cde", (2, 3, 4), (2, 3, 5), (2, 6)),
    ("ij,jk->ik", (2, 1), (3, 4)),
    ("bqhd,bkhd->bhqk", (2, 3, 4, 5), (2, 6, 4, 5)),
    ("bhqk,bkhd->bqhd", (2, 4, 3, 6), (2, 6, 4, 5)),
    ("i,ij->j", (3,), (3, 4)),
    ("ij,i->j", (3, 4), (3,)),
    (" i j , j k -> i k ", (2, 3), (3, 4)),
    ("ab,cd->abcd", (2, 3), (4, 5)),
    (",ij->ij", (), (2, 3)),
    ("abc,ab->abc", (2, 3, 4), (2, 3)),
    ("btd,dhv->bthv", (2, 3, 4), (4, 2, 2)),
    ("ij,jk->ik", (0, 3), (3, 4)),
    ("ij,jk->ik", (2, 0), (0, 4)),
]


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("case", EINSUMS, ids=[case[0].replace(" ", "_") + str(i) for i, case in enumerate(EINSUMS)])
def test_einsum(case, tier):
    subscripts, *shapes = case
    rng = np.random.default_rng(0)
    for dtype in ("float32", "int32", "int8"):
        xs = [np.asarray(rng.integers(-4, 5, shape)).astype(dtype) for shape in shapes]
        want = np.einsum(subscripts, *[x.astype("int64") for x in xs])
        _, [got] = run("numpy.einsum", tier, subscripts, *xs)
        assert str(got.dtype) == ("int32" if dtype == "int8" else dtype)
        np.testing.assert_array_equal(got, want)


def test_dtypes_of_products():
    a, b = np.ones((2, 2), "int8"), np.ones((2, 2), "bool")
    for name in ("matmul", "dot", "vdot", "inner"):
        assert function(f"numpy.{name}")(a, a).dtype == ("int32" if name == "matmul" else "int8")
        assert function(f"numpy.{name}")(a, b).dtype == function(f"numpy.{name}")(b, a).dtype == "int8"
    assert function("numpy.matmul")(b, b).numpy().tolist() == [[True, True], [True, True]]
    assert function("numpy.matmul")(a, np.ones((2, 2), "float16")).dtype == "float16"
    got = function("numpy.matmul")(np.full((1, 2), 2**20, "int64"), np.full((2, 1), 7, "int64"))
    assert (got.dtype, got.numpy().item()) == ("int32", 7 * 2**21)


def test_einsum_passes_over_hints():
    x = np.arange(6, dtype="float32").reshape(2, 3)
    np.testing.assert_array_equal(function("numpy.einsum")("ij->ji", x, optimize="greedy").numpy(), x.T)


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_norm(tier):
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    for kwargs in (
        {},
        {"axis": 1},
        {"axis": -1, "keepdims": True},
        {"ord": 1, "axis": 0},
        {"ord": np.inf, "axis": 1},
        {"ord": -np.inf, "axis": 1},
        {"ord": 0, "axis": 1},
        {"ord": 3, "axis": 1},
        {"ord": "fro"},
        {"ord": 1},
        {"ord": -1},
        {"ord": np.inf},
        {"ord": -np.inf, "keepdims": True},
    ):
        want = np.linalg.norm(x, **kwargs)
        got = run("linalg.norm", tier, x, **kwargs)[1][0]
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=1e-5, err_msg=str(kwargs))
    assert function("linalg.norm")(np.ones(4, "int32")).dtype == "float32"


X = np.ones((3, 4), "float32")
ERRORS = [
    (
        "numpy.matmul",
        (X, X),
        "inner dimensions differ: 4 and 3. Received: x1.shape=(3, 4), x1.dtype=float32, x2.shape=(3, 4), "
        "x2.dtype=float32",
    ),
    (
        "numpy.einsum",
        ("ij,jk->ik", X),
        '2 terms in the subscripts for 1 operands. Received: subscripts="ij,jk->ik", '
        "operands=(<tensor (3, 4) float32>,)",
    ),
    (
        "numpy.einsum",
        ("ij,jk->ik", X, X),
        '"j" stands for sizes 4 and 3. Received: subscripts="ij,jk->ik", '
        "operands=(<tensor (3, 4) float32>, <tensor (3, 4) float32>)",
    ),
    (
        "numpy.einsum",
        ("ij->k", X),
        'the result "k" must name letters of the operands, each once. Received: '
        'subscripts="ij->k", operands=(<tensor (3, 4) float32>,)',
    ),
]


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    check_error(lambda: function(name)(*args), f"[keras.ops.{name.split('.')[1]}] {text}")
