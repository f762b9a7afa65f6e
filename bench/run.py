"""Prints one table: this project beside the other ways to run a Keras model on the same cores in the same run.

.venv/bin/python bench/run.py [--quick] [--applications | --throughput | --ops | --heavy | --training] [--cores 2]
    [--output bench/results.md]
"""

import argparse
import json
import os
import sys
from pathlib import Path

from cases import APPLICATION_CASES, BF16, EAGER_CASES, HEAVY_CASES, MAIN, THROUGHPUT_CASES, TRAINING_CASES
from columns import COLUMNS
from machine import machine
from marks import marks_of
from pool import Pool
from prepare import prepare
from report import eager_markdown, markdown
from results import Results

ROOT = Path(__file__).resolve().parent.parent
# The other tables, by the option that asks for them.
TABLES = {
    "applications": APPLICATION_CASES,
    "throughput": THROUGHPUT_CASES,
    "ops": EAGER_CASES,
    "heavy": HEAVY_CASES,
    "training": TRAINING_CASES,
}


def measure(cases, columns, results, pool, rounds, budget):
    """One pass: opens each case in every column, then times them in turn, round after round."""
    for case in cases:
        print(f"  {case.title}", file=sys.stderr, flush=True)
        timed = []
        for column in columns:
            if not COLUMNS[column].runs(case):
                continue
            if results.opened(case, column, pool.ask(column, {"open": case.name})):
                timed.append(column)
        for _ in range(rounds):
            for column in timed:
                results.timed(case, column, pool.ask(column, {"time": case.name, "budget": budget}))


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one pass of few rounds")
    parser.add_argument("--applications", action="store_true", help="the eight keras.applications instead")
    parser.add_argument("--throughput", action="store_true", help="batches of 32 of the keras.applications instead")
    parser.add_argument("--ops", action="store_true", help="one eager call of every op instead, beside torch")
    parser.add_argument("--heavy", action="store_true", help="heavy ops and models called layer by layer instead")
    parser.add_argument("--training", action="store_true", help="steps of training instead")
    parser.add_argument("--columns", default=",".join(COLUMNS), help="comma-separated; default: %(default)s")
    parser.add_argument("--cases", help="comma-separated case names; default: all")
    parser.add_argument("--cores", type=int, default=1, help="how many cores to use; default: %(default)s")
    parser.add_argument(
        "--clock", choices=("wall", "cpu"), default="wall", help="cpu: seconds of the core, when others use it too"
    )
    parser.add_argument("--passes", type=int, help="times to start every process anew")
    parser.add_argument("--rounds", type=int, help="rounds per pass")
    parser.add_argument("--output", type=Path, help="write the Markdown here, and the samples beside it as .json")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "bench", help="folder for the model files")
    options = parser.parse_args()
    options.columns = options.columns.split(",")
    if unknown := [name for name in options.columns if name not in COLUMNS]:
        parser.error(f"unknown columns {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    cases = next((table for name, table in TABLES.items() if getattr(options, name)), (*MAIN, *BF16))
    names = [case.name for case in cases]
    wanted = options.cases.split(",") if options.cases else names
    if unknown := [name for name in wanted if name not in names]:
        parser.error(f"unknown cases {', '.join(unknown)}; there are {', '.join(names)}")
    options.cases = tuple(case for case in cases if case.name in wanted)
    if options.cores > (present := len(os.sched_getaffinity(0))):
        parser.error(f"--cores {options.cores}: there are {present}")
    return options


def main():
    """Measures and reports."""
    options = arguments()
    passes = options.passes or (1 if options.quick else 3)
    rounds = options.rounds or (2 if options.quick else 5)
    budget = (0.2 if options.quick else 0.5) / (10 if options.ops else 1)
    cases = options.cases
    used = [c for c in options.columns if any(COLUMNS[c].runs(case) for case in cases)]
    options.columns = used
    cache = options.cache.resolve()
    conversions = prepare(cases, options.columns, cache)
    results, info = Results(options.clock), machine(options.cores)
    cores = sorted(os.sched_getaffinity(0))[-options.cores :]
    for number in range(passes):
        print(f"pass {number + 1} of {passes}", file=sys.stderr, flush=True)
        pool = Pool(cache, cores, options.clock)
        try:
            measure(cases, options.columns, results, pool, rounds, budget)
        finally:
            pool.close()
    marks = marks_of({case.name for case in cases}, options.columns)
    if options.ops:
        page = eager_markdown(results, cases, info)
    else:
        page = markdown(results, cases, options.columns, marks, info, conversions)
    print(page)
    if options.output:
        options.output.write_text(page)
        dump = {"machine": info, "conversion_seconds": conversions, **results.as_json()}
        options.output.with_suffix(".json").write_text(json.dumps(dump, indent=1))


if __name__ == "__main__":
    main()
