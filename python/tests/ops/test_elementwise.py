"""Element-wise ops against NumPy."""

import numpy as np
import pytest
from records import ALL, Record, check, pytest_params

NOT_FLOAT64 = tuple(name for name in ALL if name != "float64")

RECORDS = [
    Record("numpy.add", np.add, inputs=((2, 3), (3,))),
    Record("numpy.add", np.add, inputs=((0, 3), (3,))),
    Record("numpy.add", np.add, inputs=((), ())),
    Record("numpy.log1p", np.log1p, domain=(-0.9, 3.0), dtypes=NOT_FLOAT64),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)
