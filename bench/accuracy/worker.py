"""Computes every function in one backend: `worker.py BACKEND FOLDER` reads points.npz and writes BACKEND.npz.

The backend "openvino" is keravino, in both of its tiers: `interpreted`, and `compiled` by a program of parameters.
"""

import sys
import traceback
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent))
BACKEND = sys.argv[1]
if BACKEND == "openvino":
    import keravino  # before Keras

import keras  # noqa: E402

from accuracy.functions import FUNCTIONS  # noqa: E402
from accuracy.sums import SUMS  # noqa: E402


def peer(call, operands):
    """The result of a call on tensors of the backend."""
    return {BACKEND: keras.ops.convert_to_numpy(call(keras.ops, *map(keras.ops.convert_to_tensor, operands)))}


def ours(call, operands):
    """The results of both tiers."""
    from keravino import _native

    keravino.set_tier("interpret")
    interpreted = keras.ops.convert_to_numpy(call(keras.ops, *map(keras.ops.convert_to_tensor, operands)))
    keravino.set_tier("automatic")
    parameters = [_native.parameter(x.shape, "float32") for x in operands]
    (compiled,) = _native.Program(parameters, [call(keras.ops, *parameters)])(list(operands))
    return {"interpreted": interpreted, "compiled": compiled}


def main():
    """Computes what is in points.npz; a function that the backend cannot compute is left out, its error on stderr."""
    folder, results = Path(sys.argv[2]), {}
    operands = np.load(folder / "points.npz")
    for row in (*FUNCTIONS, *SUMS):
        keys = sorted(key for key in operands if key.startswith(f"{row.name}/"))
        for kind in {key.split("/")[1] for key in keys}:
            numbers = [operands[key] for key in keys if key.split("/")[1] == kind]
            try:
                for tier, result in (ours if BACKEND == "openvino" else peer)(row.call, numbers).items():
                    results[f"{row.name}/{kind}/{tier}"] = result
            except Exception:  # whatever a backend raises
                traceback.print_exc()
    np.savez(folder / f"{BACKEND}.npz", **results)


main()
