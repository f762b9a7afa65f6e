"""frugally-deep, whose headers are looked for in the folder that FRUGALLY_DEEP names.

The folder holds checkouts of frugally-deep and of FunctionalPlus; Eigen and nlohmann-json come from the system.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np

from doors import Unable, model_input

SOURCE = Path(__file__).with_name("frugally_deep.cc")


class FrugallyDeepDoor:
    """Runs a small program of C++ on what its converter made."""

    def __init__(self, column, folder, clock):
        self.folder = folder

    def open(self, case):
        """A function that runs the program once; the times are the program's own."""
        if not case.is_model:
            raise Unable("runs whole graphs only")
        if "FRUGALLY_DEEP" not in os.environ:
            raise Unable("$FRUGALLY_DEEP names no folder with its headers")
        return 0.0, _Run(self._program(), self.folder, case)

    def _program(self):
        program = self.folder / "frugally_deep"
        if not program.exists():
            headers = Path(os.environ["FRUGALLY_DEEP"])
            folders = [headers / name / "include" for name in ("frugally-deep", "FunctionalPlus")]
            flags = ["-std=c++20", "-O3", "-march=native", "-DNDEBUG", "-pthread", "-isystem", "/usr/include/eigen3"]
            includes = [part for folder in folders for part in ("-isystem", folder)]
            subprocess.run(["g++", *flags, *includes, SOURCE, "-o", program], check=True)
        return program


class _Run:
    def __init__(self, program, folder, case):
        self.model = folder / f"{case.target}.fdeep.json"
        self.program, self.x, self.measured = program, model_input(folder, case), {}
        self.input, self.output = folder / "frugally_deep.in", folder / "frugally_deep.out"

    def __call__(self):
        self.x.astype("float32").tofile(self.input)
        timing = self._run(1)
        self.measured = {"load": timing["load_seconds"], "first": timing["first_seconds"]}
        return np.fromfile(self.output, "float32").reshape(len(self.x), -1)

    def steady(self, budget):
        """The best of some calls."""
        calls = max(3, int(budget / max(self.measured["first"], 1e-3)))
        return {"best": self._run(calls)["steady_seconds"], "share": None}

    def _run(self, repeat):
        command = [self.program, self.model, self.input, self.output, str(repeat), *map(str, self.x.shape)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Unable(f"frugally-deep says: {(done.stderr.strip() or str(done.returncode)).splitlines()[-1]}")
        return json.loads(done.stdout)
