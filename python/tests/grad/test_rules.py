"""Every OpenVINO op type in any op's graph has a row in the tables of derivatives."""

import pytest
from derivatives import Case, collected
from extra import EXTRA
from records import is_float

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
