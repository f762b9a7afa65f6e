"""The `keravino` command: run, inspect, ops, and what it says of mistakes."""

import json
import os
import re
import resource
import subprocess

import numpy as np
import pytest
import saved
from keravino._native import ops as families
from PIL import Image

import keravino
from command import find_command, run

VERSION = "keravino 0.1.0\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("command")


@pytest.fixture(scope="module")
def mlp(folder):
    """A saved model, an input of 70 rows and the output."""
    model = saved.save(saved.mlp(), folder / "mlp.keras")
    x = np.random.default_rng(1).normal(size=(70, 4)).astype("float32")
    np.save(folder / "x.npy", x)
    return folder / "mlp.keras", folder / "x.npy", model.predict(x, verbose=0)


@pytest.fixture(scope="module")
def pair(folder):
    model = saved.save(saved.pair(), folder / "pair.keras")
    rng = np.random.default_rng(2)
    left, right = rng.normal(size=(5, 3)).astype("float32"), rng.normal(size=(5, 2)).astype("float32")
    np.save(folder / "left.npy", left)
    np.save(folder / "right.npy", right)
    np.savez(folder / "both.npz", right=right, left=left, other=left)
    return folder / "pair.keras", model.predict([left, right], verbose=0)


@pytest.fixture(scope="module")
def cnn(folder):
    saved.save(saved.cnn(), folder / "cnn.keras")
    return folder / "cnn.keras"


def good(*arguments, **options):
    """Runs the command, which must succeed; returns stdout."""
    status, out, err = run(*arguments, **options)
    assert status == 0, err
    return out


def close(got, wanted):
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


# run: inputs


def test_npy_and_npz_inputs(mlp, pair, folder, tmp_path):
    model, x, y = mlp
    np.savez(tmp_path / "one.npz", anything=np.load(x))
    np.save(tmp_path / "fortran.npy", np.asfortranarray(np.load(x).astype("float64")))
    for file in (x, tmp_path / "one.npz", tmp_path / "fortran.npy", f"x={x}"):
        good("run", model, "--input", file, "--output", tmp_path / "y.npy")
        close(np.load(tmp_path / "y.npy"), y)
    model, outputs = pair
    left, right = folder / "left.npy", folder / "right.npy"
    for files in ([left, right], [f"right={right}", left], [f"right={right}", f"left={left}"], [folder / "both.npz"]):
        good("run", model, "--input", *files, "--output", tmp_path / "y.npz")
        with np.load(tmp_path / "y.npz") as got:
            assert sorted(got) == ["product", "sum"]
            close(got["sum"], outputs[0])
            close(got["product"], outputs[1])


def test_a_sequential_may_end_in_several_outputs(tmp_path):
    x = np.random.default_rng(3).normal(size=(2, 5, 3)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    wanted = saved.save(saved.states(), tmp_path / "states.keras").predict(x, verbose=0)
    good("run", tmp_path / "states.keras", "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npz")
    with np.load(tmp_path / "y.npz") as got:
        assert sorted(got) == ["lstm", "lstm_1", "lstm_2"]
        for name, value in zip(sorted(got), wanted, strict=True):
            close(got[name], value)


def test_integers_stay_whole(folder, tmp_path):
    saved.save(saved.whole(), tmp_path / "m.keras")
    np.save(tmp_path / "x.npy", np.array([[2**29 + 1, -3, 0]], "int32"))
    assert good("run", tmp_path / "m.keras", "--input", tmp_path / "x.npy") == "1073741826 -6 0\n"
    good("run", tmp_path / "m.keras", "--input", tmp_path / "x.npy", "--output", tmp_path / "y.json")
    assert json.loads((tmp_path / "y.json").read_text()) == {"out": [[1073741826, -6, 0]]}
    good("run", tmp_path / "m.keras", "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy")
    assert np.load(tmp_path / "y.npy").dtype == np.int32


def test_a_fixed_batch(tmp_path):
    saved.save(saved.fixed(), tmp_path / "m.keras")
    x = np.arange(-6, 6).reshape(4, 3).astype("float32")
    np.save(tmp_path / "x.npy", x)
    good("run", tmp_path / "m.keras", "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy", "--batch", 2)
    close(np.load(tmp_path / "y.npy"), np.maximum(x, 0))


def picture(path, size, mode="RGB", seed=0):
    """A smooth picture, so that JPEG keeps it."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (3, 4, len(mode)), "uint8")
    image = Image.fromarray(small.squeeze(), mode).resize(size, Image.BICUBIC)
    image.save(path, quality=95)
    return image


def read_pictures(model, files, folder):
    good("run", model, "--input", *files, "--output", folder / "y.npy")
    return np.load(folder / "y.npy")


@pytest.mark.parametrize("kind", ["png", "jpg", "bmp"])
def test_pictures_of_the_models_size_are_their_pixels(kind, tmp_path):
    saved.save(saved.pixels(30, 40, 3), tmp_path / "m.keras")
    files = [tmp_path / f"{n}.{kind}" for n in range(3)]
    for seed, file in enumerate(files):
        picture(file, (40, 30), seed=seed)
    got = read_pictures(tmp_path / "m.keras", files, tmp_path)
    wanted = np.stack([np.asarray(Image.open(file), "float32") for file in files])
    assert got.shape == (3, 30, 40, 3) and got.dtype == np.float32
    # Decoders of JPEG differ by how they enlarge the colours.
    assert np.abs(got - wanted).max() <= (8 if kind == "jpg" else 0)


@pytest.mark.parametrize("size", [(90, 81), (20, 15), (40, 11)])
def test_pictures_of_another_size_are_resized(size, tmp_path):
    saved.save(saved.pixels(30, 40, 3), tmp_path / "m.keras")
    image = picture(tmp_path / "a.png", size)
    picture(tmp_path / "b.png", (40, 30), seed=1)
    got = read_pictures(tmp_path / "m.keras", [tmp_path / "a.png", tmp_path / "b.png"], tmp_path)
    bands = [np.asarray(band.resize((40, 30), Image.BILINEAR)) for band in image.convert("RGB").split()]
    assert np.abs(got[0] - np.stack(bands, -1)).max() <= 1.01
    assert np.array_equal(got[1], np.asarray(Image.open(tmp_path / "b.png")))


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
@pytest.mark.parametrize("given", ["L", "RGB", "RGBA"])
def test_channels_are_what_the_model_takes(channels, mode, given, tmp_path):
    saved.save(saved.pixels(6, 7, channels), tmp_path / "m.keras")
    picture(tmp_path / "a.png", (7, 6), given)
    got = read_pictures(tmp_path / "m.keras", [tmp_path / "a.png"], tmp_path)
    wanted = np.asarray(Image.open(tmp_path / "a.png").convert(mode)).reshape(1, 6, 7, channels)
    assert np.abs(got - wanted).max() <= 1  # grey is rounded, not cut off


def test_a_model_of_any_size_takes_pictures_of_one_size(tmp_path):
    saved.save(saved.pixels(None, None, 3), tmp_path / "m.keras")
    picture(tmp_path / "a.png", (7, 6))
    picture(tmp_path / "b.png", (7, 6), seed=1)
    picture(tmp_path / "c.png", (6, 7))
    got = read_pictures(tmp_path / "m.keras", [tmp_path / "a.png", tmp_path / "b.png"], tmp_path)
    assert np.array_equal(got[1], np.asarray(Image.open(tmp_path / "b.png")))
    bad("c.png: is 7 x 6; wanted 6 x 7 as the first image, since the model takes any size",
        "run", "m.keras", "--input", "a.png", "c.png", cwd=tmp_path)  # fmt: skip


# run: outputs


def test_every_form_of_output(mlp, tmp_path):
    model, x, y = mlp
    for name in ("y.npy", "y.npz", "y.json", "y.txt"):
        good("run", model, "--input", x, "--output", tmp_path / name)
    close(np.load(tmp_path / "y.npy"), y)
    close(np.load(tmp_path / "y.npz")["out"], y)
    close(json.loads((tmp_path / "y.json").read_text())["out"], y)
    assert np.array_equal(np.loadtxt(tmp_path / "y.txt", dtype="float32"), np.load(tmp_path / "y.npy"))
    status, out, err = run("run", model, "--input", x)
    assert status == 0 and out == (tmp_path / "y.txt").read_text()
    assert re.fullmatch(
        r"precision  f32 on CPU\n"
        r"load       [\d.]+ s, compile [\d.]+ s, first batch [\d.]+ s\n"
        r"time       [\d.]+ ms per row in batches of 32\n",
        err,
    )


def test_several_outputs_as_text(pair, folder):
    model, outputs = pair
    text = good("run", model, "--input", folder / "left.npy", folder / "right.npy")
    head, sums, products = re.fullmatch(r"(sum:\n)((?:.+\n){5})product:\n((?:.+\n){5})", text).groups()
    close(np.loadtxt(sums.splitlines()), outputs[0])
    close(np.loadtxt(products.splitlines()), outputs[1])


def test_labels(mlp, tmp_path):
    model, x, y = mlp
    labels = y.argmax(-1)
    labels[:7] = (labels[:7] + 1) % 3
    np.save(tmp_path / "labels.npy", labels)
    np.savez(tmp_path / "labels.npz", images=np.zeros(3), label=labels.astype("uint8"))
    np.save(tmp_path / "one_hot.npy", np.eye(3)[labels])
    for file in ("labels.npy", "labels.npz", "one_hot.npy"):
        out = good("run", model, "--input", x, "--labels", tmp_path / file)
        assert out.startswith("accuracy   0.9000 (70 rows)\nprecision  f32 on CPU\n")
        assert json.loads(good("run", model, "--input", x, "--labels", tmp_path / file, "--json"))["accuracy"] == 0.9


def test_batches_do_not_change_the_answer(mlp, tmp_path):
    model, x, y = mlp
    for batch, used in ((1, 1), (32, 32), (69, 69), (70, 70), (1000, 70)):
        out = good("run", model, "--input", x, "--output", tmp_path / "y.npy", "--batch", batch, "--json")
        close(np.load(tmp_path / "y.npy"), y)
        assert (json.loads(out)["rows"], json.loads(out)["batch"]) == (70, used)


def test_threads_precision_device_and_repeat(mlp, tmp_path):
    model, x, y = mlp
    report = json.loads(good("run", model, "--input", x, "--json"))
    assert sorted(report) == sorted(
        "model device precision rows batch load_seconds compile_seconds first_seconds steady_seconds outputs".split()
    )
    assert report["outputs"] == {"out": {"shape": [70, 3], "dtype": "float32"}}
    assert (report["model"], report["device"], report["precision"]) == ("mlp", "CPU", "f32")
    out = good("run", model, "--input", x, "--output", tmp_path / "y.npy", "--threads", 1, "--repeat", 3)
    assert out.startswith("precision  f32 on CPU\n")
    close(np.load(tmp_path / "y.npy"), y)
    out = good("run", model, "--input", x, "--output", tmp_path / "y.npy", "--device", "AUTO:CPU")
    assert out.startswith("precision  f32 on AUTO:CPU\n")
    close(np.load(tmp_path / "y.npy"), y)
    out = good("run", model, "--input", x, "--output", tmp_path / "y.npy", "--precision", "bf16")
    assert out.startswith("precision  bf16 on CPU\n")
    assert np.abs(np.load(tmp_path / "y.npy") - y).max() <= 0.03 * np.abs(y).max()


def test_progress_is_for_terminals_and_long_runs_only(mlp, tmp_path):
    """A bar of a model that is run 150,000 times, and none when stderr is no terminal."""
    model, x, _ = mlp
    np.save(tmp_path / "long.npy", np.zeros((150_000, 4), "uint8"))
    command = [find_command(), "run", model, "--input", tmp_path / "long.npy", "--output", tmp_path / "y.npy"]
    command = [*map(str, command), "--batch", "1"]
    assert "[" not in subprocess.run(command, capture_output=True, text=True, timeout=300).stderr

    def on_terminal(arguments):
        main, side = os.openpty()
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=side) as process:
            os.close(side)
            shown = b""
            while True:
                try:
                    part = os.read(main, 1 << 16)
                except OSError:  # the other side is closed
                    break
                shown += part
        os.close(main)
        assert process.returncode == 0
        return shown.decode()

    shown = on_terminal(command)
    bars = re.findall(r"\r\[(=* *)\] (\d+)/150000", shown)
    assert bars and all(len(bar) == 40 for bar, _ in bars)
    counts = [int(count) for _, count in bars]
    assert counts == sorted(counts) and counts[-1] <= 150_000
    assert shown.endswith("\r\x1b[K")
    assert on_terminal([*command[:4], str(x), *command[5:]]) == ""


# inspect, ops, help


def test_inspect(cnn):
    found = json.loads(good("inspect", cnn, "--json"))
    assert sorted(found) == ["inputs", "layers", "name", "outputs", "precision", "transposes"]
    assert found["inputs"] == [{"name": "image", "dtype": "float32", "shape": [None, 8, 8, 3]}]
    assert found["outputs"] == [{"name": "out", "dtype": "float32", "shape": [None, 3]}]
    rows = [(row["name"], row["class_name"], row["output_shapes"], row["parameters"]) for row in found["layers"]]
    assert rows == [
        ("conv", "Conv2D", [[None, 6, 6, 4]], 112),
        ("norm", "BatchNormalization", [[None, 6, 6, 4]], 16),
        ("pool", "MaxPooling2D", [[None, 3, 3, 4]], 0),
        ("flat", "Flatten", [[None, 36]], 0),
        ("out", "Dense", [[None, 3]], 111),
    ]
    assert [row["trainable_parameters"] for row in found["layers"]] == [112, 8, 0, 0, 111]
    ops = {row["name"]: row["ops"] for row in found["layers"]}
    assert ops["conv"]["Convolution"] == ops["pool"]["MaxPool"] == ops["out"]["MatMul"] == 1
    transposes = found["transposes"]
    assert transposes["before"] > transposes["after"] == len(transposes["remaining"]) == 2
    assert all(sorted(one) == ["between", "name", "reason"] for one in transposes["remaining"])
    text = good("inspect", cnn)
    assert text.startswith('Model: "cnn"\n') and "│ (None, 6, 6, 4) │     112 │" in text
    assert " Total params: 239 (956.00 B)\n Trainable params: 231\n Non-trainable params: 8\n" in text
    assert "Inputs:\n  image (None, 8, 8, 3) float32\nOutputs:\n  out (None, 3) float32\nPrecision: f32\n" in text
    assert re.search(r"^  pool  MaxPool$", text, re.MULTILINE)
    assert f"\nTransposes: {transposes['before']} as built, 2 left\n" in text
    for one in transposes["remaining"]:
        assert f"\n  {one['name']}: {one['between']}; {one['reason']}\n" in text


def test_ops():
    listed = json.loads(good("ops", "--json"))
    names = sorted((row["module"], row["name"]) for row in listed)
    assert names == sorted((module, name) for module, family in families.items() for name in family)
    rows = {f"{row['module']}.{row['name']}": row for row in listed}
    log1p = rows["numpy.log1p"]
    assert log1p["signature"] == "log1p(x)" and log1p["doc"] == "log(1 + x), accurate near zero."
    text = good("ops")
    assert "numpy.log1p(x)\n    log(1 + x), accurate near zero.\n" in text
    assert len(text.splitlines()) == 2 * len(listed)


def test_help_has_examples_and_says_what_happens_to_images():
    for command, words in (
        ("run", "--precision bf16"),
        ("inspect", "inspect model.keras --json"),
        ("ops", "ops --json"),
    ):
        text = good(command, "--help")
        assert re.search(rf"Examples:\n(.+\n)*.*{words}", text)
        assert all(len(line) <= 120 for line in text.splitlines())
    assert "resized" in good("run", "--help")
    text = good("--help")
    assert "Examples:\n  keravino run digits.keras --input images.npy --labels labels.npy\n" in text
    assert good("--version") == VERSION


# mistakes


def bad(message, *arguments, cwd=None):
    assert run(*arguments, cwd=cwd) == (2, "", f"keravino: {message}\n")


@pytest.fixture(scope="module")
def faulty(folder, mlp, pair, cnn):
    """The folder of the models, with files that have faults beside them."""
    whole = cnn.read_bytes()
    (folder / "empty.keras").write_bytes(b"")
    (folder / "text.keras").write_text("no model")
    (folder / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (folder / "folder.keras").mkdir()

    def layer(index, **values):
        def change(config):
            entry = config["config"]["layers"][index]
            for key, value in values.items():
                (entry if key == "class_name" else entry["config"])[key] = value

        return change

    for name, options in {
        "no_config": {"without": ["config.json"]},
        "no_weights": {"without": ["model.weights.h5"]},
        "shape": {"change": layer(1, filters=5)},
        "class": {"change": layer(1, class_name="Conv2d")},
        "activation": {"change": layer(5, activation="rellu")},
    }.items():
        saved.edit(cnn, folder / f"{name}.keras", **options)
    rng = np.random.default_rng(3)
    np.save(folder / "rank.npy", rng.normal(size=4).astype("float32"))
    np.save(folder / "wide.npy", rng.normal(size=(2, 5)).astype("float32"))
    np.save(folder / "complex.npy", np.zeros((2, 4), "complex64"))
    np.save(folder / "words.npy", np.full((2, 4), "a"))
    files = {"words.txt": "a\nb\n", "ragged.json": "[[1, 2], [3]]", "mixed.json": '[1, "a"]', "cut.json": "[1"}
    for name, text in files.items():
        (folder / name).write_text(text)
    np.save(folder / "short.npy", np.zeros((4, 2), "float32"))
    np.save(folder / "labels.npy", np.zeros(3, "int64"))
    np.savez(folder / "strange.npz", a=np.zeros(2), b=np.zeros(2))
    (folder / "cut.npy").write_bytes((folder / "x.npy").read_bytes()[:-1])
    (folder / "bad.png").write_text("no picture")
    Image.new("1", (30_000, 30_000)).save(folder / "bomb.png")
    (folder / "taken.npy").mkdir()
    return folder


@pytest.mark.parametrize("kind", ["npy", "npz", "json", "txt"])
def test_no_rows(tmp_path, kind):
    saved.save(saved.cnn(), tmp_path / "cnn.keras")
    np.save(tmp_path / "x.npy", np.zeros((0, 8, 8, 3), "float32"))
    status, out, err = run("run", "cnn.keras", "--input", "x.npy", "--output", f"y.{kind}", "--json", cwd=tmp_path)
    assert status == 0, err
    report = json.loads(out)
    assert (report["rows"], report["batch"]) == (0, 0)
    assert report["outputs"] == {"out": {"shape": [0, 3], "dtype": "float32"}}
    if kind in ("npy", "npz"):
        y = np.load(tmp_path / f"y.{kind}")
        y = y if kind == "npy" else y["out"]
        assert (y.shape, y.dtype) == ((0, 3), "float32")
    else:
        assert (tmp_path / f"y.{kind}").read_text() == ('{"out":[]}\n' if kind == "json" else "")
    status, out, err = run("run", "cnn.keras", "--input", "x.npy", cwd=tmp_path)
    assert (status, out) == (0, "") and err.startswith("precision  f32 on CPU\nload ") and err.count("\n") == 2
    np.save(tmp_path / "labels.npy", np.zeros(0, "int64"))
    bad("accuracy needs a label; there are none", "run", "cnn.keras", "--input", "x.npy", "--labels", "labels.npy", cwd=tmp_path)  # fmt: skip


MODELS = {
    "none.keras": "none.keras: no such file",
    "folder.keras": "folder.keras: is a directory, not a file",
    "empty.keras": "empty.keras: is empty",
    "text.keras": "text.keras: is not a zip archive",
    "cut.keras": "cut.keras: the zip archive is damaged or truncated (Not a zip archive)",
    "no_config.keras": "no_config.keras: has no config.json",
    "no_weights.keras": "no_weights.keras: has no model.weights.h5",
    "shape.keras": 'shape.keras: config.json /config/layers/1 (Conv2D "conv"): weight "kernel": expected (3, 3, 3, 5), got (3, 3, 3, 4)',
    "class.keras": 'class.keras: config.json /config/layers/1 (Conv2d "conv"): unknown layer class "Conv2d"; did you mean "Conv2D"?',
    "activation.keras": 'activation.keras: config.json /config/layers/5 (Dense "out"): unknown activation "rellu"; did you mean "relu"?',
}


@pytest.mark.parametrize("model", MODELS)
def test_faulty_models(model, faulty):
    bad(MODELS[model], "run", model, "--input", "x.npy", cwd=faulty)
    bad(MODELS[model], "inspect", model, cwd=faulty)


INPUTS = {
    "mlp.keras none_such.npy": "none_such.npy: no such file",
    "mlp.keras .": ".: unknown kind of file; wanted .npy, .npz, .json, .txt or an image (png, jpg, bmp, gif ...)",
    "mlp.keras taken.npy": "taken.npy: is a directory, not a file",
    "mlp.keras rank.npy": '[model.predict] input "x": expected shape (None, 4), got (4,)',
    "mlp.keras wide.npy": '[model.predict] input "x": expected shape (None, 4), got (2, 5)',
    "mlp.keras complex.npy": "complex.npy: dtype complex64 has no OpenVINO element type",
    "mlp.keras words.npy": '[model.predict] input "x": expected dtype float32, got string',
    "mlp.keras words.txt": 'input "x", float32 of shape (None, 4), takes no text file',
    "mlp.keras ragged.json": "ragged.json: holds a list whose rows differ in length",
    "mlp.keras mixed.json": "mixed.json: holds something else than numbers or strings alone",
    "mlp.keras cut.json": "cut.json: is not JSON",
    "mlp.keras cut.npy": "cut.npy: has 1119 bytes of data; wanted 1120 for float32 of shape (70, 4)",
    "mlp.keras strange.npz": "strange.npz: has no array named as an input (x); it has a, b",
    "mlp.keras x.npy x.npy": "more input files than the model has inputs (1)",
    "mlp.keras x=x.npy x=x.npy": 'input "x" is given twice',
    "mlp.keras bad.png": 'input "x" of shape (None, 4) takes no image file; give a .npy or .npz file',
    "cnn.keras bad.png": "bad.png: is no image that can be read (unknown image type)",
    "cnn.keras bomb.png": "bomb.png: asks for 2700000000 bytes, more than a file of this size may (268435456 of 268435456 are left)",
    "pair.keras left.npy": 'no file is given for input "right"',
    "pair.keras lefft=left.npy right.npy": 'the model has no input "lefft"; did you mean "left"?; it has left, right',
    "pair.keras left.npy short.npy": '[model.predict] input "right": expected a batch of 5 as in the inputs before, got 4',
}


@pytest.mark.parametrize("line", INPUTS)
def test_faulty_inputs(line, faulty):
    model, *inputs = line.split()
    bad(INPUTS[line], "run", model, "--input", *inputs, cwd=faulty)


def test_an_integer_input_takes_no_floats(faulty):
    saved.save(saved.whole(), faulty / "whole.keras")
    bad(
        '[model.predict] input "x": expected dtype int32, got float32',
        "run",
        "whole.keras",
        "--input",
        "left.npy",
        cwd=faulty,
    )


OPTIONS = {
    "--output y.foo": "y.foo: unknown kind of output; wanted .npy, .npz, .json or .txt",
    "--output nowhere/y.npy": 'nowhere/y.npy: there is no folder "nowhere"',
    "--output taken.npy": "taken.npy: is a directory, not a file",
    "--output": "--output: 1 required FILE missing; see keravino run --help",
    "--labels none.npz": "none.npz: no such file",
    "--labels strange.npz": 'strange.npz: has no array "label", "labels" or "y"; it has a, b',
    "--labels labels.npy": "accuracy needs one row of class scores for each of the 3 labels; the output is (70, 3)",
    "--batch 0": '--batch: "0" is not a whole number from 1 on; see keravino run --help',
    "--batch 1.5": '--batch: "1.5" is not a whole number from 1 on; see keravino run --help',
    "--threads -1": '--threads: "-1" is not a whole number from 0 on; see keravino run --help',
    "--threads many": '--threads: "many" is not a whole number from 0 on; see keravino run --help',
    "--repeat 0": '--repeat: "0" is not a whole number from 1 on; see keravino run --help',
    "--precision f64": "--precision: f64 not in {f32,bf16,f16}; see keravino run --help",
    "--bogus": 'unknown option "--bogus"; see keravino run --help',
}


@pytest.mark.parametrize("option", OPTIONS)
def test_faulty_options(option, faulty):
    bad(OPTIONS[option], "run", "mlp.keras", "--input", "x.npy", *option.split(), cwd=faulty)


def test_an_absent_device_is_answered_with_those_present(faulty):
    present = ", ".join(keravino.devices())
    bad(
        f'device "TPU" is not present. Present: {present}',
        "run",
        "mlp.keras",
        "--input",
        "x.npy",
        "--device",
        "TPU",
        cwd=faulty,
    )


def test_faulty_commands(faulty):
    bad("A subcommand is required; see keravino --help")
    bad('unknown command "walk"; see keravino --help', "walk")
    bad('unknown option "--walk"; see keravino --help', "--walk")
    bad('unknown option "--bogus"; see keravino run --help', "run", "--bogus")
    bad("model is required; see keravino run --help", "run")
    bad("--input is required; see keravino run --help", "run", "mlp.keras", cwd=faulty)
    bad("model is required; see keravino inspect --help", "inspect")
    bad('unexpected argument "more"; see keravino inspect --help', "inspect", "mlp.keras", "more", cwd=faulty)
    bad('unexpected argument "more"; see keravino ops --help', "ops", "more")


@pytest.mark.parametrize("name", ["y.npy", "y.npz", "y.json", "y.txt"])
def test_an_output_is_never_half_written(name, mlp, tmp_path):
    """The disk is full after 512 bytes: the old file stays, and nothing else."""
    model, x, _ = mlp
    (tmp_path / name).write_text("old")
    command = [find_command(), "run", model, "--input", x, "--output", name]
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        restore_signals=False,  # a write past the limit is an error then, not a signal
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512)),
    )
    assert done.returncode == 2 and done.stdout == ""
    assert re.fullmatch(rf"keravino: {name}: cannot be written.*File too large\)?\n", done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "old"
