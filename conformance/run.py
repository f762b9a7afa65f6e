"""Runs Keras's own tests on keravino and compares the failures with todo.txt.

    python conformance/run.py [--jobs 2] [--fresh] [PART ...]

A part is a folder or a file below keras/src: ops, layers/core, ops/nn_test.py. Each file has a process of its own (a
long one several), and a record in build/conformance/results: a run that was broken off goes on where it was. A crash
ends one test, not the run.
"""

import argparse
import concurrent.futures
import importlib.util
import os
import sys
import time
from pathlib import Path

import forked
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
PART_BYTES = 80_000  # a longer file is run in parts


class Job:
    """A file, or one of `count` equal parts of a long one."""

    def __init__(self, root, file, part=0, count=1):
        self.root, self.file, self.part, self.count = root, file, part, count
        self.size = (root / file).stat().st_size // count
        name = file.replace("/", ".") + (f".{part}" if count > 1 else "")
        self.record = FOLDER / "results" / f"{name}.jsonl"


def jobs_of(root, file):
    count = 1 + (root / file).stat().st_size // PART_BYTES
    return [Job(root, file, part, count) for part in range(count)]


def wait(process, record):
    """The process's status, or None if it had to be stopped since its record grew no more."""
    grown, size = time.monotonic(), -1
    while process.is_alive():
        process.join(0.2)
        now = record.stat().st_size if record.exists() else 0
        if now != size:
            grown, size = time.monotonic(), now
        elif time.monotonic() - grown > SILENCE:
            process.kill()
            process.join()
            return None
    return process.exitcode


def run_job(job):
    """Runs a test file, or a part of it, to its end, through crashes."""
    begin, root, record = time.monotonic(), job.root, job.record
    share = f"{job.part}/{job.count}"
    environment = os.environ | {
        "CONFORMANCE_RECORD": str(record),
        "CONFORMANCE_SHARE": share,
        "CUDA_VISIBLE_DEVICES": "",
    }
    folders = [str(HERE), str(root.parents[1]), str(LIBRARY.parents[1])]
    command = ["-c", str(HERE / "pytest.ini"), "--rootdir", str(root), str(root / job.file)]
    while True:
        process = forked.start(folders, environment, str(record.with_suffix(".log")), command)
        status = wait(process, record)
        running = last_start(read_record(record))
        if running is None or (status is not None and 0 <= status <= 5):
            break
        what = "hung" if status is None else f"crashed the process (status {status})"
        add_line(record, id=running, outcome="failed", reason=what)
    if not counts(read_record(record)):
        add_line(record, id=job.file, outcome="failed", reason=f"no test of it ran (status {status})")
    add_line(record, end=True, seconds=round(time.monotonic() - begin, 1))


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
    jobs = [job for file in files for job in jobs_of(root, file)]
    waiting = [job for job in jobs if options.fresh or not is_current(job.record)]
    waiting.sort(key=lambda job: -job.size)  # the longest first, so that none is left for the end
    for record in (job.record for job in waiting):
        if options.fresh or is_complete(read_record(record)):  # one that is not complete is gone on with
            record.unlink(missing_ok=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = {pool.submit(run_job, job): job for job in waiting}
        for n, run in enumerate(concurrent.futures.as_completed(runs), 1):
            run.result()
            job = runs[run]
            print(f"[{n}/{len(waiting)}] {job.record.stem}: {dict(counts(read_record(job.record)))}", flush=True)
    records = {file: [line for job in jobs_of(root, file) for line in read_record(job.record)] for file in files}
    return report.compare(records, HERE, options.shrink)


if __name__ == "__main__":
    sys.exit(main())
