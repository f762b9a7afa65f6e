"""Saves one of keras.applications with seeded weights, an input, and Keras's own answer.

Run in a process of its own, since a process has one Keras backend: `make_application.py NAME FOLDER`.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))
from models import build, seed_weights  # noqa: E402


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    model = build(name)
    seed_weights(model)
    x = np.random.default_rng(1).uniform(0, 1, (2, *model.input_shape[1:])).astype("float32")
    model.save(folder / f"{name}.keras")
    np.savez(folder / f"{name}.npz", x=x, y=model.predict(x, verbose=0), parameters=model.count_params())


if __name__ == "__main__":
    main()
