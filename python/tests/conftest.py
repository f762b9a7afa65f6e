import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "openvino"
import keravino  # noqa: E402, F401  (before any test imports Keras)

sys.path.insert(0, str(Path(__file__).parent / "ops"))


def pytest_addoption(parser):
    parser.addoption("--examples", type=int, default=0, help="random calls of each op in the property tests")
