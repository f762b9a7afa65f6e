"""Saved layers through the command, without Python in its process, against what Keras computed."""

import numpy as np

from command import run

TOLERANCE = 1e-5  # of the largest number of an output


def check(folder, name):
    """What is wrong with a saved case, or None."""
    status, _, err = run("run", folder / f"{name}.keras", "--input", folder / f"{name}.x.npz", "--output", folder / "got.npz")  # fmt: skip
    if status:
        return err.strip().splitlines()[-1]
    with np.load(folder / "got.npz") as got, np.load(folder / f"{name}.y.npz") as wanted:
        if len(got.files) != len(wanted.files):
            return f"{len(got.files)} outputs, wanted {len(wanted.files)}"
        for a, b in zip((got[f] for f in got.files), (wanted[f] for f in wanted.files), strict=True):
            if a.shape != b.shape:
                return f"shape {a.shape}, wanted {b.shape}"
            if "U" in (a.dtype.kind, b.dtype.kind):
                if not np.array_equal(a, b):
                    return f"texts {a.tolist()}, wanted {b.tolist()}"
                continue
            error = np.abs(a.astype("float64") - b).max(initial=0) / max(np.abs(b).max(initial=0), 1e-30)
            if not error <= TOLERANCE:
                return f"error {error:.1e}"
    return None
