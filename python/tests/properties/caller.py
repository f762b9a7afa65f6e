"""A process of its own that calls ops: an op that crashes or never ends costs that process alone.

`Caller` speaks to it in pickles; run as a script, this file is the process.
"""

import contextlib
import os
import pickle
import resource
import select
import signal
import subprocess
import sys

SECONDS = 20  # that a call may take
BYTES = 6 << 30  # of addresses that the process may ask for
STACK = 2 << 20  # of them for each thread; compiled graphs that are kept have hundreds


def limit():
    """Sets the limits of a process that is about to start."""
    for what, most in ((resource.RLIMIT_AS, BYTES), (resource.RLIMIT_STACK, STACK), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError):  # a lower one is set already
            resource.setrlimit(what, (most, most))


class Crash(AssertionError):
    """A call that ended the process, or did not end."""


class Caller:
    """Calls ops in a process, which is started when it is needed."""

    def __init__(self):
        self.process = None

    def __call__(self, op, args, kwargs, tier="interpret"):
        """A list of (dtype, array), one for each result; or the error as (type's name, text)."""
        if self.process is None:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self.process = subprocess.Popen([sys.executable, __file__], preexec_fn=limit, **pipes)
            pickle.load(self.process.stdout)  # it is ready
        try:
            pickle.dump((op, args, kwargs, tier), self.process.stdin)
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], SECONDS)[0]:
                raise Crash(f"{op} in tier {tier} takes more than {SECONDS} s")
            return pickle.load(self.process.stdout)
        except (EOFError, BrokenPipeError):
            code = self.process.wait()
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            self.process = None
            raise Crash(f"{op} in tier {tier} ends the process: {how}") from None
        except BaseException:
            self.close()
            raise

    def close(self):
        """Ends the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None


def results(op, args, kwargs, tier):
    """What one call gives, see `Caller.__call__`."""
    try:
        if tier == "trace":
            return traced(op, args, kwargs)
        _native.set_tier("automatic" if tier == "repeat" else tier)
        for _ in range(3 if tier == "repeat" else 1):  # the second of a kind makes a recipe, the third runs it
            found = named(records.function(op)(*args, **kwargs))
        too_much = sum(array.nbytes for _, array in found) > BYTES // 8  # a pickle needs it several times
        return ("MemoryError", "") if too_much else found
    except Exception as error:
        return type(error).__name__, str(error)


def named(result):
    """(dtype, array) of each tensor, number or None in a result."""
    found = []
    for x in keras.tree.flatten(result):
        array = x.numpy() if hasattr(x, "numpy") else np.asarray(x)
        found.append((str(x.dtype) if hasattr(x, "numpy") else type(x).__name__, array))
    return found


def traced(op, args, kwargs):
    """The call in a program whose parameters, of unknown dimensions, are the array arguments."""
    arrays = [x for x in args if isinstance(x, np.ndarray)]
    parameters = [_native.parameter((None,) * x.ndim, keras.backend.standardize_dtype(x.dtype)) for x in arrays]
    rest = iter(parameters)
    result = records.function(op)(*(next(rest) if isinstance(x, np.ndarray) else x for x in args), **kwargs)
    flat = keras.tree.flatten(result)
    tensors = [x for x in flat if isinstance(x, _native.Tensor)]
    numbers = iter(_native.Program(parameters, tensors)(arrays) if tensors else [])
    return [(x.dtype, next(numbers)) if isinstance(x, _native.Tensor) else named(x)[0] for x in flat]


def serve(requests, replies):
    """Says that it is ready, and answers calls until there are no more."""
    reply = "ready"
    while True:
        pickle.dump(reply, replies)
        replies.flush()
        try:
            reply = results(*pickle.load(requests))
        except EOFError:
            return


if __name__ == "__main__":
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints stays out of the channel
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))
    import conftest  # noqa: F401  (the backend, and the path to `records`)
    import keras
    import numpy as np
    import records

    from keravino import _native

    serve(sys.stdin.buffer, channel)
