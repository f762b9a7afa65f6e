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


@pytest.fixture(scope="module")
def programs(package, tmp_path_factory):
    """The folder of the built examples."""
    folder = tmp_path_factory.mktemp("programs")
    build(ROOT / "examples/cpp", folder, package)
    return folder


def test_example_agrees_with_python(programs):
    model = ROOT / "examples/digits/digits.keras"
    printed = re.findall(r"^(\d+): (\S+)$", shell(programs / "example", model), re.MULTILINE)
    image = (np.arange(64) % 17).reshape(1, 8, 8, 1).astype("float32")
    wanted = keras.saving.load_model(model).predict(image, verbose=0)[0]
    assert [int(index) for index, _ in printed] == list(range(10))
    np.testing.assert_allclose([float(score) for _, score in printed], wanted, rtol=1e-4, atol=1e-6)


def test_examples_name_their_mistakes(programs, tmp_path):
    done = subprocess.run([programs / "example", "none.keras"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "none.keras: no such file\n")
    for name in ("image_classification", "text_classification", "streaming_lstm", "server"):
        done = subprocess.run([programs / name], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"usage: {name} MODEL.keras")
    (tmp_path / "x.png").write_text("no image")
    model = ROOT / "examples/digits/digits.keras"
    done = subprocess.run(
        [programs / "image_classification", model, tmp_path / "x.png"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path}/x.png: unknown image type\n"


def test_image_classification(programs, tmp_path):
    model = keras.saving.load_model(ROOT / "examples/digits/digits.keras")
    images = np.load(ROOT / "examples/digits/digits_test.npz")["image"][:3].astype("uint8") * 15
    sizes = [(8, 8), (16, 24), (5, 8)]  # as the model takes them, and others
    files = []
    for i, (image, size) in enumerate(zip(images, sizes, strict=True)):
        image = np.kron(image[..., 0], np.ones((3, 3), "uint8"))[: size[0], : size[1], None]
        files.append(tmp_path / f"{i}.png")
        keras.utils.save_img(files[-1], image, scale=False)
    printed = shell(programs / "image_classification", ROOT / "examples/digits/digits.keras", *files).splitlines()
    assert len(printed) == len(files)
    for file, line in zip(files, printed, strict=True):
        image = keras.utils.img_to_array(keras.utils.load_img(file, color_mode="grayscale"))
        resized = keras.ops.image.resize(image[None], (8, 8))
        scores = model.predict(resized, verbose=0)[0]
        best = np.argsort(-scores, kind="stable")[:3]
        assert line.startswith(f"{file}: ")
        found = re.findall(r"(\d+) \(([^)]+)\)", line.removeprefix(f"{file}: "))
        assert [int(index) for index, _ in found] == list(best)
        np.testing.assert_allclose([float(score) for _, score in found], scores[best], rtol=1e-4, atol=1e-6)


def test_text_classification(programs, tmp_path):
    layers = keras.layers
    words = ["the", "a", "good", "bad", "film"]
    text = keras.Input((1,), dtype="string")
    x = layers.TextVectorization(vocabulary=words, output_sequence_length=6)(text)
    x = layers.GlobalAveragePooling1D()(layers.Embedding(7, 4, embeddings_initializer="normal")(x))
    model = keras.Model(text, layers.Dense(3, "softmax")(x))
    model.save(tmp_path / "text.keras")
    lines = ["The good film!", "a BAD, bad film", "", "naïve words that nobody knows"]
    done = subprocess.run(
        [programs / "text_classification", tmp_path / "text.keras"],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    numbers = {word: i + 2 for i, word in enumerate(words)}
    tokens = [[numbers.get(word.strip("!,").lower(), 1) for word in line.split()] for line in lines]
    tokens = np.array([(row + [0] * 6)[:6] for row in tokens])
    scores = np.asarray(keras.Sequential(model.layers[2:])(tokens))
    printed = [re.fullmatch(r"(\d) \((\S+)\) (.*)", line).groups() for line in done.stdout.splitlines()]
    assert [line for _, _, line in printed] == lines
    assert [int(index) for index, _, _ in printed] == list(scores.argmax(1))
    np.testing.assert_allclose([float(score) for _, score, _ in printed], scores.max(1), rtol=1e-4)


def test_streaming_lstm(programs, tmp_path):
    layers = keras.layers
    stack = [layers.LSTM(4, stateful=True, return_sequences=True), layers.GRU(3, stateful=True), layers.Dense(2)]
    keras.Sequential([keras.Input(batch_shape=(1, 1, 2)), *stack]).save(tmp_path / "stream.keras")
    rng = np.random.default_rng(0)
    steps = {name: rng.normal(size=(5, 2)).astype("float32") for name in ("door", "roof")}
    lines = [f"{name} {steps[name][i][0]} {steps[name][i][1]}" for i in range(5) for name in steps]
    lines += ["door", lines[0], lines[1]]  # the door begins anew, the roof goes on
    done = subprocess.run(
        [programs / "streaming_lstm", tmp_path / "stream.keras"], input="\n".join(lines), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    # The same weights over whole sequences.
    whole = keras.Sequential(
        [
            keras.Input((None, 2)),
            layers.LSTM(4, return_sequences=True),
            layers.GRU(3, return_sequences=True),
            layers.Dense(2),
        ]
    )
    whole.set_weights(keras.models.load_model(tmp_path / "stream.keras").get_weights())
    sequences = {name: np.concatenate([x, x[:1]]) for name, x in steps.items()}
    wanted = {name: list(np.asarray(whole(x[None]))[0]) for name, x in sequences.items()}
    wanted["door"][5] = wanted["door"][0]
    printed = [line.split() for line in done.stdout.splitlines()]
    assert [name for name, *_ in printed] == ["door", "roof"] * 6
    for i, (name, *numbers) in enumerate(printed):
        np.testing.assert_allclose(np.float32(numbers), wanted[name][i // 2], rtol=1e-4, atol=1e-5)


def test_server(programs):
    printed = shell(programs / "server", ROOT / "examples/digits/digits.keras", 200, 5)
    pattern = r"200 requests of 5 clients\nlatency (\S+) ms median, (\S+) ms 99 %\nthroughput (\S+) requests/s\n"
    median, most, throughput = map(float, re.fullmatch(pattern, printed).groups())
    assert 0 < median <= most
    assert 0 < throughput <= 5 * 2000 / median  # half of the requests took the median or longer


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


def test_a_layer_of_ones_own(programs, tmp_path):
    model = keras.Sequential([keras.Input((3,)), Scaled(3)])
    model.save(tmp_path / "scaled.keras")
    wanted = model.predict(np.float32([[1, 2, 3]]), verbose=0)[0]
    printed = shell(programs / "own_layer", tmp_path / "scaled.keras").split()
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
