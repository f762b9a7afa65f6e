"""One backend in one process: reads requests as JSON lines on stdin, answers with JSON lines on stdout.

`{"open": CASE}` opens a case, runs it once and checks the numbers: load, first, difference.
`{"time": CASE, "budget": S}` runs it for about S seconds: the best call, and the share of the core it had.
Seconds are of the clock named on the command line.
"""

import json
import os
import re
import sys
import time
import traceback
from pathlib import Path

import numpy as np

import doors
from cases import APPLICATION_CASES, BF16, EAGER_CASES, HEAVY_CASES, MAIN, OPS, THROUGHPUT_CASES, TRAINING_CASES
from columns import COLUMNS
from command import CommandDoor
from frugally_deep import FrugallyDeepDoor

TABLES = (MAIN, BF16, APPLICATION_CASES, THROUGHPUT_CASES, EAGER_CASES, HEAVY_CASES, TRAINING_CASES)
CASES = {case.name: case for table in TABLES for case in table}
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
DOORS = {
    "keras": doors.KerasDoor,
    "openvino": doors.OpenVinoDoor,
    "onnx": doors.OnnxDoor,
    "command": CommandDoor,
    "frugally_deep": FrugallyDeepDoor,
}


def reference(case, folder):
    """The numbers every backend must give."""
    if case.is_model:
        return np.load(folder / f"{case.target}-b{case.batch}.reference.npy")
    return OPS[case.target](np, *(array.astype("float64") for array in doors.op_inputs()))


def difference(value, wanted):
    """Largest difference, relative to the largest number wanted."""
    value = np.asarray(value, "float64")
    if value.shape != wanted.shape:
        raise doors.Unable(f"answers with shape {value.shape} instead of {wanted.shape}")
    return float(np.max(np.abs(value - wanted)) / np.max(np.abs(wanted)))


class Worker:
    """Holds the open case of one column."""

    def __init__(self, column, folder, clock):
        self.folder, self.clock = folder, CLOCKS[clock]
        self.door = DOORS[column.door](column, folder, self.clock)
        self.run = None

    def open(self, case):
        """Opens a case and times its first answer."""
        self.run = None
        reset_peak()
        load, run = self.door.open(case)
        start = self.clock()
        value = run()
        first = self.clock() - start
        # The numbers of single ops and of training are what the tests compare.
        wrong = 0.0 if case.call in ("eager", "fit") else difference(value, reference(case, self.folder))
        self.run = run
        measured = getattr(run, "measured", {"load": load, "first": first, "memory": peak()})
        return {"difference": wrong, **measured}

    def time(self, budget):
        """Repeats the open case; a door that times in its own process says so by `steady`."""
        if hasattr(self.run, "steady"):
            return self.run.steady(budget)
        self.run()
        calls, start, cpu = [], time.perf_counter(), time.process_time()
        while len(calls) < 3 or time.perf_counter() - start < budget:
            before = self.clock()
            self.run()
            calls.append(self.clock() - before)
        wall = time.perf_counter() - start
        best = min(calls) / getattr(self.run, "calls", 1)
        return {"best": best, "share": (time.process_time() - cpu) / wall}


def reset_peak():
    """Lets the process's peak memory start anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak():
    """The most memory that this process has had since, in bytes."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024


def answer(worker, request):
    """The reply to one request; a failure is a reply too."""
    try:
        if "open" in request:
            return worker().open(CASES[request["open"]])
        return worker().time(request["budget"])
    except doors.Unable as reason:
        return {"error": str(reason)}
    except Exception as error:  # whatever a backend raises is its footnote
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {first_lines(str(error))}"}


def first_lines(text):
    """The first two lines that say something, without Keras's terminal colours."""
    lines = (re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in text.splitlines())
    return " ".join(list(filter(None, lines))[:2])


def main():
    """Serves requests until stdin closes."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not end up among the replies
    column, folder, clock, made = COLUMNS[sys.argv[1]], Path(sys.argv[2]), sys.argv[3], []

    def worker():
        if not made:
            made.append(Worker(column, folder, clock))
        return made[0]

    for line in sys.stdin:
        replies.write(json.dumps(answer(worker, json.loads(line))) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
