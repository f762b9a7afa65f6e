"""Writes docs/accuracy.md: the error of every function that is registered, beside torch, jax and tensorflow.

.venv/bin/python bench/accuracy/run.py [--only log1p,tanh] [--output docs/accuracy.md]
"""

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

BENCH = Path(__file__).resolve().parent.parent
sys.path.append(str(BENCH))
from accuracy.discover import missing  # noqa: E402
from accuracy.functions import FUNCTIONS  # noqa: E402
from accuracy.points import exact, points, worst  # noqa: E402
from accuracy.report import markdown  # noqa: E402
from accuracy.special import differences, special_operands  # noqa: E402
from accuracy.sums import SUMS, error  # noqa: E402
from columns import QUIET  # noqa: E402
from machine import machine  # noqa: E402

BACKENDS = ("openvino", "torch", "jax", "tensorflow")
COLUMNS = ("interpreted", "compiled", *BACKENDS[1:])


def reference(function, operands, folder):
    """The exact values, kept in a file named by the function, its points and the rows as they stand."""
    rows = Path(__file__).with_name("functions.py").read_bytes()
    key = hashlib.sha1(rows + b"".join(x.tobytes() for x in operands)).hexdigest()[:12]
    file = folder / f"{function.name} {key}.npy"
    if not file.exists():
        np.save(file, exact(function, operands))
    return np.load(file)


def compute(rows, folder):
    """The results of all backends, by "NAME/KIND/COLUMN"."""
    operands = {}
    for row in rows:
        if isinstance(row, type(SUMS[0])):
            groups = {"sum": row.operands()}
        else:
            groups = {"points": points(row), "special": special_operands(row)}
        for kind, tensors in groups.items():
            operands |= {f"{row.name}/{kind}/{i}": x for i, x in enumerate(tensors)}
    np.savez(folder / "points.npz", **operands)
    results = {}
    for backend in BACKENDS:
        print(f"  {backend}", file=sys.stderr, flush=True)
        environment = os.environ | QUIET | {"KERAS_BACKEND": backend}
        with (folder / f"{backend}.log").open("w") as log:
            command = [sys.executable, Path(__file__).with_name("worker.py"), backend, folder]
            if subprocess.run(command, env=environment, stderr=log, stdout=log).returncode:
                raise SystemExit(f"{backend} failed; see {log.name}")
        results |= np.load(folder / f"{backend}.npz")
    return results


def main():
    """Measures and reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="comma-separated names of keras.ops; default: all, and the sums")
    parser.add_argument("--output", type=Path, help="write the Markdown here")
    parser.add_argument(
        "--cache", type=Path, default=BENCH.parent / "build" / "accuracy", help="folder of the references"
    )
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    names = options.only.split(",") if options.only else None
    functions = [f for f in FUNCTIONS if names is None or f.op.split(".")[1] in names]
    sums = SUMS if names is None else []
    if names is None and (unknown := missing()):
        raise SystemExit(f"no row in bench/accuracy/functions.py for {', '.join(unknown)}")
    results = compute([*functions, *sums], options.cache)

    errors, specials = {}, {}
    for function in functions:
        operands = points(function)
        want = reference(function, operands, options.cache)
        for column in COLUMNS:
            got = results.get(f"{function.name}/points/{column}")
            errors[function.name, column] = None if got is None else worst(function, operands, want, got)
            got = results.get(f"{function.name}/special/{column}")
            specials[function.name, column] = None if got is None else differences(function, got)
    for row in sums:
        want = row.exact(*(x.astype("float64") for x in row.operands()))
        for column in COLUMNS:
            got = results.get(f"{row.name}/sum/{column}")
            errors[row.name, column] = None if got is None else error(got, want)
    page = markdown(machine(), COLUMNS, functions, sums, errors, specials)
    print(page)
    if options.output:
        options.output.write_text(page)


if __name__ == "__main__":
    main()
