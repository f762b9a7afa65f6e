"""The `keravino` command under test."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def find_command():
    """$KERAVINO_COMMAND, the checkout's own build, or the installed one."""
    beside = [ROOT / "build/dev/keravino", Path(sys.executable).with_name("keravino")]
    candidates = [os.environ.get("KERAVINO_COMMAND"), *(str(p) for p in beside if p.exists()), shutil.which("keravino")]
    return next((c for c in candidates if c), None)


def run(*arguments, cwd=None):
    """Runs the command; returns its status, stdout and stderr."""
    command = find_command()
    assert command, "the keravino command is not built"
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=300)
    return done.returncode, done.stdout, done.stderr
