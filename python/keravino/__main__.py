"""`python -m keravino script.py ...` runs a Keras script unchanged on OpenVINO."""

import runpy
import sys
from pathlib import Path

USAGE = """usage: python -m keravino script.py [arguments ...]
       python -m keravino -m module [arguments ...]
       python -m keravino --cmake-dir

Runs a Keras script or module, unchanged, with Keras on OpenVINO. --cmake-dir prints the folder for find_package."""


def main():
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    if arguments[0] == "--cmake-dir":
        folder = Path(__file__).parent / "lib/cmake/keravino"
        if not folder.is_dir():
            print(f"keravino: {folder}: no such folder; a checkout has no CMake package", file=sys.stderr)
            return 2
        print(folder)
        return 0
    if arguments[0] == "-m":
        if len(arguments) < 2:
            print(USAGE, file=sys.stderr)
            return 2
        sys.argv = arguments[1:]
        sys.path[0] = ""
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return 0
    script = Path(arguments[0])
    if not script.is_file():
        print(f"keravino: {script}: no such file", file=sys.stderr)
        return 2
    sys.argv = arguments
    sys.path[0] = str(script.resolve().parent)
    runpy.run_path(str(script), run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
