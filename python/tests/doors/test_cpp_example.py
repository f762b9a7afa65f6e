"""The C++ package as a user meets it: headers, the CMake package and examples/cpp, against what is installed."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import keras
import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
HEADERS = sorted(path.relative_to(ROOT / "include") for path in (ROOT / "include").rglob("*.h"))


def shell(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cmake():
    """The venv's own CMake, as `make` uses it, or the system's."""
    beside = Path(sys.executable).with_name("cmake")
    return str(beside) if beside.exists() else shutil.which("cmake")


@pytest.fixture(scope="module")
def package():
    """The folder of keravinoConfig.cmake: $KERAVINO_PREFIX's (made by `cmake --install`), or the installed wheel's."""
    prefix = os.environ.get("KERAVINO_PREFIX")
    folder = Path(prefix) if prefix else Path(sysconfig.get_path("platlib")) / "keravino"
    return folder / "lib/cmake/keravino"


def build(source, folder, package):
    ccache = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={tool}" for tool in [shutil.which("ccache")] if tool]
    shell(cmake(), "-S", source, "-B", folder, f"-Dkeravino_DIR={package}", *ccache)
    shell(cmake(), "--build", folder, "--parallel", os.cpu_count())


def test_example_agrees_with_python(package, tmp_path):
    build(ROOT / "examples/cpp", tmp_path, package)
    model = ROOT / "examples/digits/digits.keras"
    printed = re.findall(r"^(\d+): (\S+)$", shell(tmp_path / "example", model), re.MULTILINE)
    image = (np.arange(64) % 17).reshape(1, 8, 8, 1).astype("float32")
    wanted = keras.saving.load_model(model).predict(image, verbose=0)[0]
    assert [int(index) for index, _ in printed] == list(range(10))
    np.testing.assert_allclose([float(score) for _, score in printed], wanted, rtol=1e-4, atol=1e-6)


def test_example_names_its_mistakes(package, tmp_path):
    build(ROOT / "examples/cpp", tmp_path, package)
    done = subprocess.run([tmp_path / "example", "none.keras"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "none.keras: no such file\n")


@keras.saving.register_keras_serializable()
class Scaled(keras.layers.Layer):
    """factor * x ** power."""

    def __init__(self, power, **kwargs):
        super().__init__(**kwargs)
        self.power = power

    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="uniform", name="factor")

    def call(self, x):
        return self.factor * x**self.power

    def get_config(self):
        return super().get_config() | {"power": self.power}


def test_a_layer_of_ones_own(package, tmp_path):
    build(ROOT / "examples/cpp", tmp_path, package)
    model = keras.Sequential([keras.Input((3,)), Scaled(3)])
    model.save(tmp_path / "scaled.keras")
    wanted = model.predict(np.float32([[1, 2, 3]]), verbose=0)[0]
    printed = shell(tmp_path / "own_layer", tmp_path / "scaled.keras").split()
    np.testing.assert_allclose(np.float32(printed), wanted, rtol=1e-5)


def test_every_header_compiles_alone(package, tmp_path):
    """With the installed package only, and with the warnings a careful user has."""
    for header in HEADERS:
        name = "_".join(header.with_suffix("").parts)
        (tmp_path / f"{name}.cc").write_text(f"#include <{header.as_posix()}>\n", encoding="utf-8")
    # A header may name what it does not define, until somebody uses it.
    (tmp_path / "use.cc").write_text(
        "#include <keravino/ops/random.h>\n"
        "keravino::Tensor drawn(keravino::Tensor seed) {\n"
        "  return keravino::ops::uniform({int64_t{2}, int64_t{3}}, 0, 1, {}, seed);\n"
        "}\n",
        encoding="utf-8",
    )
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\n"
        "project(headers LANGUAGES CXX)\n"
        "find_package(keravino REQUIRED)\n"
        "file(GLOB sources *.cc)\n"
        "add_library(headers OBJECT ${sources})\n"
        "target_compile_options(headers PRIVATE -Wall -Wextra -Wconversion -Werror)\n"
        "target_link_libraries(headers PRIVATE keravino::keravino)\n",
        encoding="utf-8",
    )
    installed = {
        path.relative_to(package.parents[2] / "include") for path in (package.parents[2] / "include").rglob("*.h")
    }
    assert installed == set(HEADERS)
    build(tmp_path, tmp_path / "build", package)


def test_python_tells_where_the_package_is(package):
    """Of the installed wheel; a checkout has none and says so."""
    done = subprocess.run([sys.executable, "-m", "keravino", "--cmake-dir"], capture_output=True, text=True)
    if done.returncode == 0:
        assert Path(done.stdout.strip(), "keravinoConfig.cmake").exists()
    else:
        assert done.returncode == 2
        assert re.fullmatch(r"keravino: .*: no such folder; a checkout has no CMake package\n", done.stderr)
