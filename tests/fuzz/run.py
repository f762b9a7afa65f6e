"""Runs the fuzz targets, each for its share of the time, and stops with 1 at a finding.

    run.py --seconds 60                              all targets
    run.py --seconds 3600 config hdf5                these
    run.py --repeat build/fuzz/findings/config/...   the target of a finding, with that input alone

What they have found worth keeping stays in build/fuzz/corpus, and the next run goes on from there.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import seeds

ROOT = pathlib.Path(__file__).parent.parent.parent
BUILD = ROOT / "build" / "fuzz"
# The share of the time, and the longest input.
TARGETS = {"archive": (1, 1 << 17), "config": (5, 1 << 16), "hdf5": (3, 1 << 17), "index": (1, 1 << 12), "npy": (1, 1 << 16)}  # fmt: skip
LONG = 300  # seconds, from which on every op and every configuration of every layer is a seed of "config"
FILE_MB = 256  # what docs/security.md lets a file of this size ask for
PROCESS_MB = 320  # what the process holds besides: OpenVINO, the models and the sanitizers' own
ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:intercept_tls_get_addr=0:quarantine_size_mb=32:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "LSAN_OPTIONS": f"suppressions={ROOT / 'tests' / 'lsan.supp'}:print_suppressions=0",
    "TBB_ENABLE_SANITIZERS": "1",
}


def call(target, *arguments):
    limits = ["-timeout=10", f"-rss_limit_mb={FILE_MB + PROCESS_MB}", f"-malloc_limit_mb={FILE_MB}"]
    command = [BUILD / "tests" / "fuzz" / f"fuzz_{target}", *limits, *arguments]
    return subprocess.run(command, env=os.environ | ENVIRONMENT).returncode


def fuzz(target, seconds):
    """True if nothing was found."""
    corpus, first, findings = (BUILD / folder / target for folder in ("corpus", "seeds", "findings"))
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    seeds.write(target, first)
    if target == "config" and seconds >= LONG and not list(first.glob("Dense-*")):
        subprocess.run([sys.executable, ROOT / "tests" / "fuzz" / "layer_seeds.py", first], check=True)
    before = set(findings.iterdir())
    options = [f"-max_total_time={seconds}", f"-max_len={TARGETS[target][1]}", f"-dict={ROOT}/tests/fuzz/tokens.dict"]
    status = call(target, *options, f"-artifact_prefix={findings}/", "-print_final_stats=1", corpus, first)
    for finding in sorted(set(findings.iterdir()) - before):
        print(f"To repeat: {sys.executable} {pathlib.Path(__file__).relative_to(ROOT)} --repeat {finding}", flush=True)
    return status == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="target", help=f"of {', '.join(TARGETS)}; all if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--repeat", type=pathlib.Path, help="an input that was found")
    arguments = parser.parse_args()
    if arguments.repeat:
        sys.exit(call(arguments.repeat.resolve().parent.name, arguments.repeat))
    targets = arguments.targets or list(TARGETS)
    if unknown := set(targets) - set(TARGETS):
        parser.error(f"unknown targets: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    shares = sum(TARGETS[target][0] for target in targets)
    sound = [fuzz(target, max(1, arguments.seconds * TARGETS[target][0] // shares)) for target in targets]
    sys.exit(not all(sound))


if __name__ == "__main__":
    main()
