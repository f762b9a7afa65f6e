"""Runs Keras's own tests on keravino and compares the failures with todo.txt.

    python conformance/run.py [--jobs 2] [--fresh] [PART ...]

A part is a folder or a file below keras/src: ops, layers/core, ops/nn_test.py. Each file has a process of its own, and
a record in build/conformance/results: a run that was broken off goes on where it was. A crash ends one test, not the
run.
"""

import argparse
import concurrent.futures
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import source
from record import add_line, counts, is_complete, last_start, read_record

import report

HERE = Path(__file__).parent
FOLDER = HERE.parent / "build/conformance"
LIBRARY = Path(importlib.util.find_spec("keravino._native").origin)
WHOLE = ["."]
QUICK = ["ops/einops_test.py", "ops/function_test.py", "ops/operation_test.py", "ops/operation_utils_test.py"]
QUICK += ["random/random_test.py", "backend/common/keras_tensor_test.py", "layers/core/dense_test.py"]
SILENCE = 300  # seconds without a line in the record, after which a test counts as hung


def record_of(file, folder=FOLDER):
    return folder / "results" / (file.replace("/", ".") + ".jsonl")


def wait(process, record):
    """The process's status, or None if it had to be stopped since its record grew no more."""
    grown, size = time.monotonic(), -1
    while process.poll() is None:
        time.sleep(0.2)
        now = record.stat().st_size if record.exists() else 0
        if now != size:
            grown, size = time.monotonic(), now
        elif time.monotonic() - grown > SILENCE:
            process.kill()
            process.wait()
            return None
    return process.returncode


def run_file(root, file, record):
    """Runs a test file to its end, through crashes."""
    start = time.monotonic()
    environment = os.environ | {"CONFORMANCE_RECORD": str(record), "CUDA_VISIBLE_DEVICES": ""}
    environment["PYTHONPATH"] = os.pathsep.join([str(HERE), str(root.parents[1]), environment.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "-c", HERE / "pytest.ini", "--rootdir", root, root / file]
    while True:
        with open(record.with_suffix(".log"), "wb") as log:
            # Not in keras/src, whose `random` would hide Python's.
            streams = {"stdout": log, "stderr": subprocess.STDOUT}
            status = wait(subprocess.Popen(command, env=environment, cwd=root.parents[1], **streams), record)
        running = last_start(read_record(record))
        if running is None or (status is not None and 0 <= status <= 5):
            break
        what = "hung" if status is None else f"crashed the process (status {status})"
        add_line(record, id=running, outcome="failed", reason=what)
    if not counts(read_record(record)):
        add_line(record, id=file, outcome="failed", reason=f"no test of it ran (status {status})")
    add_line(record, end=True, seconds=round(time.monotonic() - start, 1))


def is_current(record):
    """True if the record is complete and younger than the library that it is about."""
    return is_complete(read_record(record)) and record.stat().st_mtime > LIBRARY.stat().st_mtime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--jobs", type=int, default=1, help="files to run at once")
    parser.add_argument("--fresh", action="store_true", help="forget the records of earlier runs")
    parser.add_argument("--quick", action="store_true", help="the part that runs with every change")
    parser.add_argument("--shrink", action="store_true", help="take tests that pass out of todo.txt")
    options = parser.parse_args()
    root = source.unpack(FOLDER)
    files = source.test_files(root, options.parts or (QUICK if options.quick else WHOLE))
    (FOLDER / "results").mkdir(exist_ok=True)
    waiting = [file for file in files if options.fresh or not is_current(record_of(file))]
    for record in map(record_of, waiting):
        if options.fresh or is_complete(read_record(record)):  # one that is not complete is gone on with
            record.unlink(missing_ok=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = {pool.submit(run_file, root, file, record_of(file)): file for file in waiting}
        for n, run in enumerate(concurrent.futures.as_completed(runs), 1):
            run.result()
            print(f"[{n}/{len(waiting)}] {runs[run]}: {dict(counts(read_record(record_of(runs[run]))))}", flush=True)
    return report.compare({file: read_record(record_of(file)) for file in files}, HERE / "todo.txt", options.shrink)


if __name__ == "__main__":
    sys.exit(main())
