"""Makes the model files that are missing from the cache folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

from cases import CHANNELS_LAST_ONLY
from columns import QUIET

KINDS = {"tensorflow": "tensorflow", "channels_first": "openvino"}  # kind of files -> Keras backend that makes them


def prepare(targets, folder):
    """Builds and converts `targets` once; returns {target: {column: seconds of conversion}}."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds = {}
    for target in targets:
        for kind, backend in KINDS.items():
            if kind == "channels_first" and target in CHANNELS_LAST_ONLY:
                continue
            done = folder / f"{target}.{kind}.json"
            if not done.exists():
                print(f"making {target} ({kind})", file=sys.stderr, flush=True)
                _make(kind, backend, target, folder)
            seconds.setdefault(target, {}).update(json.loads(done.read_text()))
    return seconds


def _make(kind, backend, target, folder):
    script = Path(__file__).with_name("models.py")
    log = folder / f"{target}.{kind}.log"
    with log.open("w") as output:
        environment = os.environ | QUIET | {"KERAS_BACKEND": backend}
        command = [sys.executable, script, kind, target, folder]
        if subprocess.run(command, env=environment, stdout=output, stderr=output).returncode:
            raise SystemExit(f"cannot make {target} ({kind}); the last lines of {log}:\n" + _tail(log))


def _tail(path):
    return "\n".join(path.read_text(errors="replace").splitlines()[-5:])
