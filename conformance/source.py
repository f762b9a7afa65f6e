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
TAPE_STEP = """elif backend.backend() == "openvino":
            import keravino

            def train_one_step(x, dy):
                with keravino.GradientTape() as tape:
                    loss = loss_fn(x, dy)
                grads = tape.gradient(loss, layer.trainable_variables)
                optimizer.apply(grads, layer.trainable_variables)

        """
TORCH_STEP = 'elif backend.backend() == "torch":\n\n            def train_one_step'
JAX_GRADIENT = """        if backend.backend() == "jax":
            import jax

            def test_op("""
TAPE_GRADIENT = """        if backend.backend() == "openvino":
            import keravino

            def test_op(inputs, *args):
                with keravino.GradientTape() as tape:
                    inputs = tape.watch(inputs)
                    result = quantizers.fake_quant_with_min_max_vars(inputs, *args)
                return initial_gradients * tape.gradient(result, inputs)

"""
# Helpers that switch on the backend's name, and the branch that they lack for this one: (text, what goes before it).
BRANCHES = {
    "trainers/trainer_test.py": ('"tensorflow": "CPU:0",', '"openvino": "CPU", '),
    "layers/core/dense_test.py": (TORCH_STEP, TAPE_STEP),
    "layers/core/einsum_dense_test.py": (TORCH_STEP, TAPE_STEP),
    "quantizers/quantizers_test.py": (JAX_GRADIENT, TAPE_GRADIENT),
}
# Files that name the backend for what it is, not for what it cannot do.
KEPT = ("export/", "trainers/trainer_test.py", "utils/backend_utils_test.py")


def unskip(text):
    """A test's text without those conditions: what other backends must pass, this one must pass."""
    for condition, instead in UNSKIP.items():
        text = re.sub(condition, instead, text)
    return text


def rewrite(root):
    """Unskips all tests, and the test case that they derive from; gives helpers their branches."""
    for path in [*root.rglob("*_test.py"), root / "testing/test_case.py"]:
        if not path.relative_to(root).as_posix().startswith(KEPT):
            path.write_text(unskip(path.read_text(encoding="utf-8")), encoding="utf-8")
    for file, (text, branch) in BRANCHES.items():
        before = (root / file).read_text(encoding="utf-8")
        if before.count(text) != 1:
            sys.exit(f"conformance: {file} of this Keras has another form than BRANCHES expects")
        (root / file).write_text(before.replace(text, branch + text), encoding="utf-8")


def unpack(folder):
    """The folder `keras/src` of the installed version's source, downloaded and rewritten at the first call."""
    version = importlib.metadata.version("keras")
    root = folder / f"keras-{version}"
    rewritten = root / ".rewritten"
    if not rewritten.exists() or rewritten.stat().st_mtime < Path(__file__).stat().st_mtime:
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "keras"]
        if not (archive := folder / f"keras-{version}.tar.gz").exists():
            subprocess.run([*command, "--dest", folder, f"keras=={version}"], check=True)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        # As Keras's own build does: tests are modules of the package `keras`, and their classes are found there.
        shutil.copytree(root / "keras/api", root / "keras", dirs_exist_ok=True)
        rewrite(root / "keras/src")
        rewritten.touch()
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
