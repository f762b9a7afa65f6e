"""The tables of derivatives: a row for every OpenVINO op type in any op's graph, and what some rows are made of."""

import numpy as np
import pytest
from derivatives import Case, collected
from extra import EXTRA
from keras import ops
from records import is_float

import keravino
from keravino import _native

RECORDS = collected()
for call in EXTRA:
    RECORDS.setdefault(call.op, []).append(call)


@pytest.mark.parametrize("op", sorted(RECORDS))
def test_every_type_has_a_row(op):
    """In graphs of parameters of known shapes, which hold all nodes; of integers where an op takes nothing else."""
    missing = set()
    for record in RECORDS[op]:
        names = getattr(record, "dtypes", ("float32",))
        name = "float32" if any(is_float(n) for n in names) else names[0]
        case = Case(record, name)
        recording = _native.Recording()
        parameters = [_native.parameter(x.shape, name) for x in case.xs]
        ys = case.call(parameters)
        del recording
        missing |= set(_native.without_rule([y for y in ys if y.traced]))
    assert missing == set()


@pytest.mark.parametrize("form", ["abk,kn->abn", "abk,nk->abn"])
def test_a_matrix_for_a_whole_batch_has_one_product_for_its_gradient(form):
    """Not one for each matrix of the batch, and their sum."""
    first, second, result = form.replace("->", ",").split(",")
    size = {"a": 3, "b": 4, "k": 5, "n": 6}
    x, w, g = (
        np.random.default_rng(i).normal(size=[size[c] for c in axes]).astype("float32")
        for i, axes in enumerate((first, second, result))
    )
    parameters = [_native.parameter(a.shape, "float32") for a in (x, w, g)]
    with keravino.GradientTape() as tape:
        loss = ops.sum(ops.einsum(form, *parameters[:2]) * parameters[2])
    program = _native.Program(parameters, [tape.gradient(loss, parameters[1])])
    np.testing.assert_allclose(program([x, w, g])[0], np.einsum(f"{first},{result}->{second}", x, g), rtol=1e-5)
    assert "ReduceSum" not in program.op_types()
