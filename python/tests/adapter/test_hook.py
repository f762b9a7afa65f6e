"""The import hook, in processes of their own: which Keras is loaded is decided once in each."""

import os
import subprocess
import sys

import pytest


def run(*arguments, backend=None):
    """Runs Python; (exit code, stdout, the last line of stderr)."""
    environment = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"} | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    if backend:
        environment["KERAS_BACKEND"] = backend
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout, (done.stderr.strip().splitlines() or [""])[-1]


ADVICE = 'Put "import keravino" before the first "import keras", or run the script with: python -m keravino script.py'


@pytest.mark.parametrize("backend", [None, "openvino"])
def test_import_before_keras(backend):
    code = "import keravino, keras; print(keras.backend.backend(), keras.src.backend.core.__file__)"
    status, out, _ = run("-c", code, backend=backend)
    assert status == 0
    assert out.split()[0] == "openvino" and out.split()[1].endswith("keravino/backend/core.py")


@pytest.mark.parametrize(
    "backend, named", [("numpy", 'the "numpy" backend'), ("openvino", 'its own "openvino" backend')]
)
def test_keras_loaded_before(backend, named):
    status, _, error = run("-c", "import keras; import keravino", backend=backend)
    assert status == 1
    assert error == f"ImportError: keravino: Keras is already loaded with {named}. {ADVICE}"


def test_another_backend_in_the_environment():
    status, _, error = run("-c", "import keravino", backend="torch")
    assert status == 1
    assert error == (
        'ImportError: keravino: the environment variable KERAS_BACKEND asks for "torch", and keravino takes the place '
        'of Keras\'s "openvino" backend. Unset KERAS_BACKEND, or set it to "openvino".'
    )


def test_another_backend_set_by_the_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text('import os\nos.environ["KERAS_BACKEND"] = "numpy"\nimport keras\n')
    status, _, error = run("-m", "keravino", str(script))
    assert status == 1
    assert error == (
        'ImportError: keravino is imported, but Keras is told to use the "numpy" backend. Leave KERAS_BACKEND unset, '
        'or set it to "openvino".'
    )


def test_run_script(tmp_path):
    (tmp_path / "beside.py").write_text("WORD = 'found'\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, keras, beside\n"
        "print(__name__, sys.argv[1:], keras.backend.backend(), beside.WORD, keras.src.backend.core.__file__)\n"
        "sys.exit(3)\n"
    )
    status, out, _ = run("-m", "keravino", str(script), "--flag", "value")
    assert status == 3
    assert out.startswith("__main__ ['--flag', 'value'] openvino found ")
    assert out.strip().endswith("keravino/backend/core.py")


def test_run_module():
    status, out, _ = run("-m", "keravino", "-m", "json.tool", "--help")
    assert status == 0 and out.startswith("usage:")


def test_run_nothing():
    status, out, error = run("-m", "keravino")
    assert (status, out) == (2, "")
    assert error.startswith("Runs a Keras script or module, unchanged, with Keras on OpenVINO.")
    status, out, _ = run("-m", "keravino", "--help")
    assert status == 0 and out.startswith("usage: python -m keravino script.py [arguments ...]\n")
    assert run("-m", "keravino", "none.py") == (2, "", "keravino: none.py: no such file")


@pytest.mark.parametrize("torch", [True, False])
def test_optimizer_saved_by_keras_on_torch(tmp_path, torch):
    """Such files name a class of Keras's torch backend, which is not there without torch and does not work here."""
    path = tmp_path / "torch.keras"
    save = f"""
import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.compile("adam", "mse")
model.save({str(path)!r})
"""
    assert run("-c", save, backend="torch")[0] == 0
    load = f"""
import keravino, keras, sys
{"" if torch else "sys.modules['torch'] = None"}
model = keras.saving.load_model({str(path)!r})
print(type(model.optimizer) is keras.optimizers.Adam, float(model.optimizer.learning_rate))
"""
    status, out, _ = run("-c", load)
    assert status == 0
    assert out.split()[0] == "True" and abs(float(out.split()[1]) - 1e-3) < 1e-9
