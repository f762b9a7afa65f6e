"""The workers of one pass: a process per column, asked in turn, so that only one computes at a time."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

from columns import COLUMNS


class Pool:
    """Starts a worker per column when it is first asked, pinned to some cores; a dead one is started anew."""

    def __init__(self, folder, cores, clock):
        self.folder, self.cores, self.clock, self.processes = folder, cores, clock, {}

    def ask(self, column, request, timeout=600):
        """Sends one request to a column's worker and returns the reply, or {"error": reason}."""
        process = self.processes.get(column) or self._start(column)
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return self._lost(column)
        if not select.select([process.stdout], [], [], timeout)[0]:
            process.kill()
            self._lost(column)
            return {"error": f"no answer within {timeout} s"}
        line = process.stdout.readline()
        return json.loads(line) if line else self._lost(column)

    def close(self):
        """Ends every worker."""
        for process in self.processes.values():
            process.stdin.close()
            process.wait()
        self.processes.clear()

    def _start(self, column):
        command = [sys.executable, Path(__file__).with_name("worker.py"), column, self.folder, self.clock]
        with Path(self.folder, f"worker.{column}.log").open("w") as log:
            self.processes[column] = subprocess.Popen(
                ["taskset", "-c", ",".join(map(str, self.cores)), *command],
                env=os.environ | COLUMNS[column].environment(len(self.cores)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self.processes[column]

    def _lost(self, column):
        code = self.processes.pop(column).wait()
        return {"error": f"the process died ({code}); see worker.{column}.log"}
