"""Every case of every layer class against Keras: `python layers.py [--write]` prints what is wrong; with --write it
writes docs/layers.md, and not if a case fails."""

import sys
import tempfile
from pathlib import Path

from layer_cases import CASES, CELLS, REFUSED
from layer_check import TOLERANCE, check
from test_layers import TENSORFLOW, make

HEAD = f"""# Layers

Written by `make layers`: every class of `keras.layers`, and what a FeatureSpace and keras.applications have of their own, saved by Keras in several configurations with random weights, run by
the `keravino` command without Python in its process, and compared with Keras on torch (TensorFlow for
{", ".join(TENSORFLOW)}). Each output is within {TOLERANCE:.0e} of its largest number.

| layer | configurations that agree |
|---|---|
"""


def page():
    """The text of docs/layers.md."""
    rows = [f"| {name} | {len(cases)} |" for name, cases in CASES.items()]
    rows += [f"| {name} | in those of {holder} |" for name, holder in CELLS.items()]
    tail = f"""
An error that says why: {", ".join(REFUSED)}.
"""
    return HEAD + "\n".join(sorted(rows)) + "\n" + tail


def main(write):
    wrong = total = 0
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        for name, cases in CASES.items():
            for index in range(len(cases)):
                total += 1
                if fault := check(Path(folder), f"{name}-{index}"):
                    wrong += 1
                    print(f"{name}-{index}: {fault}")
    print(f"{total} configurations of {len(CASES)} classes, {wrong} do not agree")
    if write and not wrong:
        Path(__file__).parents[3].joinpath("docs/layers.md").write_text(page())
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv))
