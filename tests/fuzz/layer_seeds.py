"""Writes configs of every layer class, in each configuration that python/tests/doors compares with Keras, and of every op."""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "torch"
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / "python" / "tests" / "doors"))

import keras  # noqa: E402
import seeds  # noqa: E402
from layer_cases import CASES  # noqa: E402


def write(folder):
    for number, operation in enumerate(seeds.operations()):
        (folder / f"operation-{number}").write_bytes(operation)
    for name, cases in CASES.items():
        for number, case in enumerate(cases):
            try:
                config = keras.saving.serialize_keras_object(case.build(name))
            except ImportError:  # of a layer that only another backend has
                continue
            # Of a legacy model, since it is built once with whatever weights its layers want.
            (folder / f"{name}-{number}").write_text("legacy/sequential.h5\n" + json.dumps(config))


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
