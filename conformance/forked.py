"""A process for a test file, forked from a server that has imported what all of them need: that takes longer than most
files."""

import multiprocessing
import os
import sys
import threading

STARTING = threading.Lock()  # the environment is everybody's
PRELOAD = ["plugin", "keras.src.testing", "pytest"]


def start(folders, environment, log, command):
    """A process that runs `pytest` with these arguments, its output in a log, modules from `folders` before others."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    process = context.Process(target=run, args=(folders, environment, log, command))
    with STARTING:
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(folders)  # for the server, which the first process starts
        try:
            process.start()
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before
    return process


def run(folders, environment, log, command):
    """The process: ends with pytest's status."""
    import pytest

    sys.path[:0] = folders
    os.environ.update(environment)
    os.chdir(folders[1])  # not in keras/src, whose `random` would hide Python's
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.exit(int(pytest.main(command)))
