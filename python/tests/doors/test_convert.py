"""`keravino convert`, `verify` and `bench`: IR that any program of OpenVINO's runs, and how far its numbers are off."""

import json

import keras
import numpy as np
import openvino as ov
import pytest
import saved

from command import run

WIDE = 256


def wide():
    """Large enough for weights to be compressed: two matrices, a convolution, a table."""
    image = keras.Input((8, 8, 16), name="image")
    word = keras.Input((4,), dtype="int32", name="word")
    x = keras.layers.Conv2D(16, 3, activation="relu", name="conv")(image)
    x = keras.layers.Dense(WIDE, activation="relu", name="first")(keras.layers.Flatten()(x))
    y = keras.layers.Flatten()(keras.layers.Embedding(50, 32, name="table")(word))
    return keras.Model([image, word], keras.layers.Dense(10, name="out")(keras.layers.concatenate([x, y])))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A file, its inputs in a .npz, and what Keras says."""
    folder = tmp_path_factory.mktemp("convert")
    built = saved.save(wide(), folder / "wide.keras")
    rng = np.random.default_rng(1)
    inputs = {"image": rng.normal(size=(5, 8, 8, 16)).astype("float32"), "word": rng.integers(0, 50, (5, 4), "int32")}
    np.savez(folder / "inputs.npz", **inputs)
    outputs = built.predict(inputs, verbose=0)
    np.savez(folder / "reference.npz", **inputs, out=outputs)
    return folder / "wide.keras", folder / "inputs.npz", outputs


def good(*arguments):
    status, out, err = run(*arguments)
    assert status == 0, err
    return out


def plain(xml, inputs):
    """What OpenVINO gives by itself, by the names of the outputs."""
    core = ov.Core()
    compiled = core.compile_model(core.read_model(xml), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled(dict(np.load(inputs)))
    return {port.any_name: results[port] for port in compiled.outputs}


def off(got, wanted):
    return np.abs(got - wanted).max() / np.abs(wanted).max()


@pytest.mark.parametrize(
    ("precision", "error", "part"),
    [("f32", 1e-5, 1), ("bf16", 1e-2, 0.5), ("f16", 1e-3, 0.5), ("int8", 4e-2, 0.27), ("int4", 0.2, 0.16)],
)
def test_precisions(model, tmp_path, precision, error, part):
    file, inputs, wanted = model
    report = json.loads(good("convert", file, "-o", tmp_path / "ir", "--precision", precision, "--json"))
    got = plain(report["path"], inputs)
    assert off(got["out"], wanted) < error
    before, after = (sum(w[f"bytes_{when}"] for w in report["weights"]) for when in ("before", "after"))
    assert after <= part * before
    assert {w["layer"] for w in report["weights"]} == {"conv", "first", "table", "out"}
    assert sorted(f.name for f in (tmp_path / "ir").iterdir()) == ["wide.bin", "wide.xml"]
    assert (tmp_path / "ir/wide.bin").stat().st_size >= after
    out = json.loads(good("verify", file, "--against", report["path"], "--max-error", error, "--json"))
    assert out["agrees"]


@pytest.mark.parametrize(
    ("equation", "size", "bias"),
    [("abc,cde->abde", (None, 4, 64), "de"), ("abc,dec->abde", (None, 4, 64), "d"), ("abc,cd->abd", (None, 256), None)],
)
def test_int8_of_einsum_dense_stays(tmp_path, equation, size, bias):
    inputs = keras.Input((3, 128), name="x")
    outputs = keras.layers.EinsumDense(equation, size, bias_axes=bias, name="y")(inputs)
    built = keras.Model(inputs, outputs)
    rng = np.random.default_rng(2)
    if bias:
        built.layers[-1].bias.assign(rng.normal(size=built.layers[-1].bias.shape))
    built.layers[-1].quantize("int8")
    built.save(tmp_path / "m.keras")
    x = rng.normal(size=(5, 3, 128)).astype("float32")
    np.savez(tmp_path / "x.npz", x=x)
    path = json.loads(good("convert", tmp_path / "m.keras", "-o", tmp_path / "ir", "--json"))["path"]
    assert off(plain(path, tmp_path / "x.npz")["y"], built.predict(x, verbose=0)) < 1e-5
    assert (tmp_path / "ir/m.bin").stat().st_size < 1.1 * 128 * 256


def quantized(layer, mode, **config):
    """A model of the layer on 128 numbers, or as an embedding of one, quantised; and what to ask it."""
    rng = np.random.default_rng(2)
    table = isinstance(layer, keras.layers.Embedding)
    inputs = keras.Input((3,), dtype="int32", name="x") if table else keras.Input((3, 128), name="x")
    built = keras.Model(inputs, layer(inputs))
    quantizer = keras.quantizers.Int4QuantizationConfig(**config) if config else None
    layer.quantize(mode, config=quantizer)
    return built, rng.integers(0, 128, (5, 3)) if table else rng.normal(size=(5, 3, 128)).astype("float32")


@pytest.mark.parametrize(
    ("mode", "config", "bytes_each"),
    [("int8", {}, 1), ("int4", {}, 0.5), ("int4", {"block_size": 32}, 0.5), ("int4", {"block_size": None}, 0.5)],
)
@pytest.mark.parametrize("name", ["Dense", "EinsumDense", "Embedding"])
def test_quantized_weights_stay_as_they_are_stored(tmp_path, name, mode, config, bytes_each):
    layer = {
        "Dense": lambda: keras.layers.Dense(255, name="y"),
        "EinsumDense": lambda: keras.layers.EinsumDense("abc,cde->abde", (None, 4, 64), name="y"),
        "Embedding": lambda: keras.layers.Embedding(128, 256, name="y"),
    }[name]()
    built, x = quantized(layer, mode, **config)
    built.save(tmp_path / "m.keras")
    np.savez(tmp_path / "x.npz", x=x)
    path = json.loads(good("convert", tmp_path / "m.keras", "-o", tmp_path / "ir", "--json"))["path"]
    assert off(plain(path, tmp_path / "x.npz")["y"], built.predict(x, verbose=0)) < 1e-5
    others = 10_000  # scales and zero points of groups of 32
    assert (tmp_path / "ir/m.bin").stat().st_size < 128 * 256 * bytes_each + others


def test_groups_that_are_not_there(tmp_path):
    layer = keras.layers.Dense(8, name="y")
    built, _ = quantized(layer, "int4", block_size=64)
    layer.g_idx.assign(np.arange(128) // 32)
    built.save(tmp_path / "m.keras")
    status, _, err = run("inspect", tmp_path / "m.keras")
    assert status == 2 and err.endswith('(Dense "y"): "g_idx" has a 2, wanted groups from 0 to 1\n')


def test_auto_keeps_the_error(model, tmp_path):
    file, inputs, wanted = model
    sizes = []
    for error in ("5%", "0.5%", "0.0005"):
        command = ("convert", file, "-o", tmp_path, "--precision", "auto", "--max-error", error, "--samples", inputs)
        report = json.loads(good(*command, "--json"))
        bound = float(error[:-1]) / 100 if error.endswith("%") else float(error)
        assert report["error"] <= bound
        assert off(plain(report["path"], inputs)["out"], wanted) <= bound + 1e-6
        sizes.append(sum(w["bytes_after"] for w in report["weights"]))
    assert sizes[0] < sizes[1] < sizes[2] < sum(w["bytes_before"] for w in report["weights"])
    assert "error" in good(*command)


def test_static_sizes_and_names(model, tmp_path):
    file, _, _ = model
    path = good("convert", file, "-o", tmp_path, "--static", "3").splitlines()[-1]
    graph = ov.Core().read_model(path)
    assert {i.any_name: list(i.shape) for i in graph.inputs} == {"image": [3, 8, 8, 16], "word": [3, 4]}
    assert [(o.any_name, list(o.shape)) for o in graph.outputs] == [("out", [3, 10])]
    assert {op.get_type_info().version_id for op in graph.get_ops()} <= {f"opset{n}" for n in range(1, 17)}
    status, _, err = run("convert", file, "-o", tmp_path, "--static", "3,4")
    assert (status, err) == (2, "keravino: [convert] 2 sizes are given, and only 1 dimensions are open\n")


def test_a_repository_for_model_servers(model, tmp_path):
    file, inputs, wanted = model
    good("convert", file, "-o", tmp_path, "--ovms", "wide")
    assert off(plain(tmp_path / "wide/1/model.xml", inputs)["out"], wanted) < 1e-5
    assert (tmp_path / "wide/config.pbtxt").read_text() == (
        'name: "wide"\nbackend: "openvino"\nmax_batch_size: 0\n'
        'input [\n  { name: "image" data_type: TYPE_FP32 dims: [ -1, 8, 8, 16 ] },\n'
        '  { name: "word" data_type: TYPE_INT32 dims: [ -1, 4 ] }\n]\n'
        'output [\n  { name: "out" data_type: TYPE_FP32 dims: [ -1, 10 ] }\n]\n'
    )


def test_mistakes_of_convert(model, tmp_path):
    file, inputs, _ = model
    (tmp_path / "file").write_text("")
    status, _, err = run("convert", file, "-o", tmp_path / "file")
    assert status == 2 and "file" in err
    status, _, err = run("convert", file, "-o", tmp_path, "--precision", "auto", "--max-error", "much")
    assert (status, err) == (2, 'keravino: --max-error: "much" is no number or percentage\n')
    status, _, err = run("convert", file, "-o", tmp_path, "--precision", "int3")
    assert status == 2 and "int3" in err


def test_verify_against_each_kind(model, tmp_path):
    file, inputs, outputs = model
    folder = file.parent
    out = good("verify", file, "--layers")
    for layer in ("conv", "first", "table"):
        assert f"layer   {layer} " in out
    assert "output  out " in out and "agrees" in out
    good("verify", file, "--against", folder / "reference.npz")
    good("verify", file, "--against", file, "--input", inputs)

    np.savez(tmp_path / "wrong.npz", **np.load(inputs), out=outputs * 1.01)
    status, out, _ = run("verify", file, "--against", tmp_path / "wrong.npz", "--json")
    report = json.loads(out)
    assert status == 1 and not report["agrees"]
    assert report["differences"][0]["name"] == "out"
    np.testing.assert_allclose(report["worst"], 0.01 / 1.01, rtol=1e-3)

    path = good("convert", file, "-o", tmp_path, "--precision", "int8").splitlines()[-1]
    status, out, _ = run("verify", file, "--against", path, "--layers", "--json")
    rows = {row["name"]: row["difference"] for row in json.loads(out)["differences"] if row["layer"]}
    assert status == 1 and 1e-4 < rows["first"] < 0.05 and rows["conv"] < 0.05


def test_mistakes_of_verify(model, tmp_path):
    file, inputs, outputs = model
    np.savez(tmp_path / "none.npz", **np.load(inputs), other=outputs)
    (tmp_path / "bad.xml").write_text("<net>")
    for against, text in (
        ("no.xml", "no.xml: no such file"),
        (tmp_path / "bad.xml", "bad.xml: is no OpenVINO IR, or has no .bin beside it"),
        (tmp_path / "none.npz", 'has no array "out"; it has image, word, other'),
        ("a.txt", "unknown kind of file; wanted .xml, .npz or .keras"),
    ):
        status, _, err = run("verify", file, "--against", against, "--input", inputs)
        assert status == 2 and text in err and err.count("\n") == 1


def test_bench(model):
    file, inputs, _ = model
    for options in ((), ("--hint", "throughput", "--parallel", "2", "--batch", "3"), ("--input", inputs)):
        report = json.loads(good("bench", file, "--seconds", "0.2", "--json", *options))
        latency = report["latency_ms"]
        assert 0 < latency["min"] <= latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"]
        assert report["rows_per_second"] > 0 and report["requests"] > 0
    assert report["batch"] == 5 and report["hint"] == "latency"
    assert "throughput" in good("bench", file, "--seconds", "0.1")


@pytest.mark.parametrize(("precision", "error"), [("f32", 1e-5), ("int8", 5e-2)])
def test_recurrent_layers_become_sequences(tmp_path, precision, error):
    keras.utils.set_random_seed(0)  # weights as Keras begins with: wild ones make a small error grow from step to step
    x = keras.Input((7, 40), name="x")
    y = keras.layers.Bidirectional(keras.layers.LSTM(32, return_sequences=True), name="both")(x)
    built = keras.Model(x, keras.layers.GRU(24, name="out")(y))
    built.save(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(3, 7, 40)).astype("float32")
    np.savez(tmp_path / "x.npz", x=x)
    report = json.loads(good("convert", tmp_path / "model.keras", "-o", tmp_path, "--precision", precision, "--json"))
    assert {(w["layer"].split("/")[0], w["precision"]) for w in report["weights"]} == {
        ("both", precision),
        ("out", precision),
    }
    types = [op.get_type_name() for op in ov.Core().read_model(report["path"]).get_ops()]
    assert types.count("LSTMSequence") == 2 and types.count("GRUSequence") == 1 and "Loop" not in types
    assert off(plain(report["path"], tmp_path / "x.npz")["out"], built.predict(x, verbose=0)) < error
