"""Trains as the cases say on one of Keras's backends and writes what came out: `runs.py BACKEND FILE`."""

import os
import sys


def main(backend, path):
    if backend == "keravino":
        import keravino  # noqa: F401
    else:
        os.environ["KERAS_BACKEND"] = backend
    import keras
    import numpy as np
    from fit_cases import FIT_CASES
    from optimizer_cases import optimizer_cases, steps

    found = {name: run(keras, np) for name, run in FIT_CASES.items()}
    found |= {name: steps(keras, np, optimizer) for name, optimizer in optimizer_cases(keras.optimizers).items()}
    np.savez(path, **{f"{name}.{i}": array for name, arrays in found.items() for i, array in enumerate(arrays)})


if __name__ == "__main__":
    main(*sys.argv[1:])
