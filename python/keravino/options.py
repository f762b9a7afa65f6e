"""Defaults for compiled programs: precision and threads."""

from keravino import _native

PRECISIONS = ("f32", "bf16", "f16")
precision = None  # None: what the model's dtype policy says
threads = 0  # 0: the device's own choice


def set_defaults(precision=None, threads=0):
    """Sets how programs are compiled from now on.

    Args:
        precision: "f32", "bf16" or "f16" for what every model predicts and evaluates; None (the default) follows each
            model's dtype policy: f32 unless that is one of bfloat16 or float16. Training follows the policy always.
        threads: number of CPU threads of a program; 0 (the default) leaves it to the device.
    """
    if precision is not None and precision not in PRECISIONS:
        raise ValueError(f'unknown precision "{precision}"; wanted one of {", ".join(PRECISIONS)} or None')
    if not isinstance(threads, int) or threads < 0:
        raise ValueError(f"threads must be an integer that is not negative. Received: threads={threads}")
    globals().update(precision=precision, threads=threads)
    _native.set_threads(threads)
