"""Element-wise ops against NumPy."""

import keras
import numpy as np
import pytest
from records import Record, check, pytest_params


def promoted(name):
    """Keras's dtype of a sum of two tensors of this dtype."""
    return keras.backend.result_type(name, name)


def floated(name):
    """Floats stay, anything else becomes Keras's default float."""
    return name if "float" in name else "float32"


RECORDS = [
    Record("numpy.add", np.add, inputs=((2, 3), (3,)), result=promoted),
    Record("numpy.add", np.add, inputs=((0, 3), (3,)), result=promoted),
    Record("numpy.add", np.add, inputs=((), ()), result=promoted),
    Record("numpy.log1p", np.log1p, domain=(-0.9, 3.0), result=floated),
]


@pytest.mark.parametrize("record, name", **pytest_params(RECORDS))
def test_record(record, name):
    check(record, name)
