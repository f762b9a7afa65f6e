"""Makes the model files that are missing from the cache folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

from cases import CHANNELS_LAST_ONLY
from columns import COLUMNS, QUIET
from models import MAKERS


def prepare(cases, columns, folder):
    """Makes what `columns` read of the models in `cases`, once; returns {target: {kind: seconds it took}}."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds = {}
    for case in filter(lambda case: case.is_model, cases):
        readers = [column for column in columns if column in MAKERS and COLUMNS[column].runs(case)]
        for kind in ("keras", *readers):
            if kind == "channels_first" and case.target in CHANNELS_LAST_ONLY:
                continue
            if kind == "frugally_deep" and "FRUGALLY_DEEP" not in os.environ:
                continue  # its door says so
            done = folder / f"{case.target}.{kind}.json"
            if not done.exists():
                print(f"making {case.target} ({kind})", file=sys.stderr, flush=True)
                _make(kind, case.target, folder)
            seconds.setdefault(case.target, {})[kind] = json.loads(done.read_text())
    return seconds


def _make(kind, target, folder):
    script = Path(__file__).with_name("models.py")
    log = folder / f"{target}.{kind}.log"
    with log.open("w") as output:
        environment = os.environ | QUIET | {"KERAS_BACKEND": MAKERS[kind][0]}
        command = [sys.executable, script, kind, target, folder]
        if subprocess.run(command, env=environment, stdout=output, stderr=output).returncode:
            raise SystemExit(f"cannot make {target} ({kind}); the last lines of {log}:\n" + _tail(log))


def _tail(path):
    return "\n".join(path.read_text(errors="replace").splitlines()[-5:])
