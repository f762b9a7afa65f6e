"""The C++ door: the `keravino` command, which times itself; no Python in that process."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from doors import THREADS, Unable


class CommandDoor:
    """Runs `keravino run FILE --input X --output Y --json --repeat N`."""

    def __init__(self, column, folder, clock):
        self.folder, self.cpu = folder, clock is time.process_time
        self.precision = column.options.get("precision")
        beside = Path(sys.executable).with_name("keravino")
        self.command = os.environ.get("KERAVINO_COMMAND") or (
            str(beside) if beside.exists() else shutil.which("keravino")
        )

    def open(self, case):
        """A function that runs the command once; its `measured` and `steady` come from the command's own clock."""
        if not case.is_model:
            raise Unable("the command runs models only")
        if case.call == "model(x)":
            raise Unable("the command has one way to run a model: see `predict_on_batch`")
        if not self.command:
            raise Unable("the keravino command is not installed")
        return 0.0, _Run(self.command, self.folder, case, self.cpu, self.precision or case.precision)


class _Run:
    def __init__(self, command, folder, case, cpu, precision):
        self.command, self.folder, self.case, self.cpu, self.precision = command, folder, case, cpu, precision
        self.measured, self.call_seconds = {}, None

    def __call__(self):
        with tempfile.TemporaryDirectory() as scratch:
            output = Path(scratch, "y.npy")
            start = self._clock()
            timing = self._run(1, "--output", str(output))
            self.measured = {
                "process": self._clock() - start,
                "load": timing["load_seconds"],
                "first": timing["compile_seconds"] + timing["first_seconds"],
            }
            self.call_seconds = timing["steady_seconds"]
            return np.load(output)

    def steady(self, budget):
        """One call among as many as fit the budget."""
        calls = max(3, int(budget / self.call_seconds))
        if not self.cpu:
            return {"best": self._run(calls)["steady_seconds"], "share": None}
        # The command's own clock is the wall's: what more calls cost than fewer is the cost of a call.
        spent = [self._spent(1), self._spent(1 + calls)]
        return {"best": (spent[1] - spent[0]) / calls, "share": None}

    def _spent(self, repeat):
        before = self._clock()
        self._run(repeat)
        return self._clock() - before

    def _clock(self):
        """Seconds of the wall's clock, or of the core in all commands so far."""
        if not self.cpu:
            return time.perf_counter()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def _run(self, repeat, *more):
        case = self.case
        inputs = ["--input", self.folder / f"{case.target}-b{case.batch}.npy", "--batch", str(case.batch)]
        options = ["--json", "--repeat", str(repeat), "--threads", str(THREADS), "--precision", self.precision, *more]
        command = [self.command, "run", self.folder / f"{case.target}.keras", *inputs, *options]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Unable(
                f"the command says: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}"
            )
        timing = json.loads(done.stdout)
        if timing["precision"] != self.precision:
            raise Unable(f"ran at {timing['precision']}")
        return timing
