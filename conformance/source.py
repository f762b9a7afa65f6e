"""Keras's source archive, which holds its tests; the wheel does not."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

# Conditions that let a test pass by where something is missing, and what they become.
UNSKIP = {
    r'"openvino"': '"no_backend"',
    r'not in \(\s*"tensorflow",\s*"jax",\s*"torch",?\s*\)': 'not in ("tensorflow", "jax", "torch", "openvino")',
    r"backend\.SUPPORTS_COMPLEX_DTYPES": "True",
    # TensorFlow's own einsum for some forms: any backend gives these numbers and dtypes.
    r'backend\.backend\(\) != "tensorflow"(?=,\s*reason=.*custom ops for einsum)': "False",
}
# Files that name the backend for what it is, not for what it cannot do.
KEPT = ("export/", "trainers/trainer_test.py", "utils/backend_utils_test.py")


def unskip(text):
    """A test's text without those conditions: what other backends must pass, this one must pass."""
    for condition, instead in UNSKIP.items():
        text = re.sub(condition, instead, text)
    return text


def rewrite(root):
    """Unskips all tests, and the test case that they derive from."""
    for path in [*root.rglob("*_test.py"), root / "testing/test_case.py"]:
        if not path.relative_to(root).as_posix().startswith(KEPT):
            path.write_text(unskip(path.read_text(encoding="utf-8")), encoding="utf-8")


def unpack(folder):
    """The folder `keras/src` of the installed version's source, downloaded and rewritten at the first call."""
    version = importlib.metadata.version("keras")
    root = folder / f"keras-{version}"
    if not (root / ".rewritten").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "keras"]
        if not (archive := folder / f"keras-{version}.tar.gz").exists():
            subprocess.run([*command, "--dest", folder, f"keras=={version}"], check=True)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        # As Keras's own build does: tests are modules of the package `keras`, and their classes are found there.
        shutil.copytree(root / "keras/api", root / "keras", dirs_exist_ok=True)
        rewrite(root / "keras/src")
        (root / ".rewritten").touch()
    return root / "keras/src"


def test_files(root, parts):
    """The test files of parts such as "ops", "layers/core" or "ops/nn_test.py", as paths below root."""
    files = []
    for part in parts:
        found = [root / part] if part.endswith(".py") else sorted((root / part).rglob("*_test.py"))
        if not found or not found[0].exists():
            sys.exit(f"conformance: Keras has no tests in {part}")
        files += [Path(file).relative_to(root).as_posix() for file in found]
    return list(dict.fromkeys(files))
