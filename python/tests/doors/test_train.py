"""`keravino train`: the same weights, optimizer state and logs as Keras, files that Keras goes on with, and mistakes."""

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import saved
import trained

from command import find_command, run

HERE = Path(__file__).parent
DIGITS = HERE.parents[2] / "examples/digits"
CASES = list(trained.cases(keras))


def train(model, output, x, labels, *arguments):
    """Runs the command, which must succeed; returns stdout."""
    status, out, err = run("train", model, "--input", x, "--labels", *labels, "--output", output, *arguments)
    assert status == 0, err
    return out


def tensors(path):
    """Everything in the weights of a .keras file: numbers, and the attributes beside them."""
    content = {}

    def visit(name, item):
        content.update({f"{name}:{key}": value for key, value in item.attrs.items()})
        if isinstance(item, h5py.Dataset):
            content[name] = np.array(item)

    with h5py.File(io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))) as file:
        file.visititems(visit)
    return content


# Torch draws other numbers; the Python door draws these.
RANDOM = {"cnn_dropout", "cnn_noise", "attention_dropout"}


def same(got, wanted):
    assert got.keys() == wanted.keys()
    for name, value in wanted.items():
        if isinstance(value, str):  # Keras numbers anew what a layer makes for itself
            assert got[name] == value or "/_" in name, name
        else:
            np.testing.assert_allclose(got[name], value, rtol=1e-5, atol=1e-5, err_msg=name)
            assert got[name].dtype == value.dtype, name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The cases, as Keras on torch starts and ends them."""
    folder = tmp_path_factory.mktemp("train")
    script = [sys.executable, HERE / "trained.py", "torch", folder]
    subprocess.run(script, check=True, env={**os.environ, "KERAS_BACKEND": "torch"}, capture_output=True)
    return folder


def train_case(folder, case, *arguments):
    x, labels, weights = trained.files(folder, case)
    output = folder / f"{case}.command.keras"
    more = [] if weights is None else ["--sample-weight", weights]
    batches = ["--batch-size", trained.BATCH, "--no-shuffle"]
    out = train(folder / f"{case}.keras", output, x, labels, *batches, *more, *arguments)
    return output, out


@pytest.mark.parametrize("case", CASES)
def test_as_keras(case, folder):
    output, out = train_case(folder, case, "--json")
    logs = json.loads(out)["epochs"][0]
    if case in RANDOM:
        model, wanted = trained.fit(keras, folder, folder / f"{case}.keras", case)
        model.save(folder / "reference.keras")
        reference = folder / "reference.keras"
    else:
        wanted = json.loads((folder / "torch.json").read_text())[case]
        reference = folder / f"{case}.torch.keras"
    assert list(logs) == sorted(wanted)
    for name, value in wanted.items():
        assert logs[name] == pytest.approx(value, rel=1e-5, abs=1e-6), name
    same(tensors(output), tensors(reference))


@pytest.mark.parametrize("case", trained.H5)
def test_a_legacy_file_goes_on_as_a_keras_file_does(case, folder, tmp_path):
    """With the optimizer, its state, the loss and the metrics that were saved in the attributes of an .h5."""
    x, labels, weights = trained.files(folder, case)
    more = [] if weights is None else ["--sample-weight", weights]
    more += ["--batch-size", trained.BATCH, "--no-shuffle", "--json"]
    logs = []
    for kind, source in (("h5", f"{case}.h5"), ("keras", f"{case}.torch.keras")):
        out = train(folder / source, tmp_path / f"{kind}.keras", x, labels, *more)
        logs.append(json.loads(out)["epochs"])
    assert logs[0] == logs[1]
    # An .h5 has no names of objects, nor groups for layers without weights.
    got, wanted = (
        {name: x for name, x in tensors(tmp_path / f"{kind}.keras").items() if not isinstance(x, str)}
        for kind in ("h5", "keras")
    )
    same(got, wanted)
    model = keras.models.load_model(tmp_path / "h5.keras")
    assert int(model.optimizer._iterations) == wanted["optimizer/vars/0"] > 20


def as_keras_2(source, target, optimizer, metrics, state):
    """Copies an .h5 with what Keras 2 wrote for `compile`; `state` is what its optimizer had."""
    target.write_bytes(source.read_bytes())
    with h5py.File(target, "r+") as file:
        training = json.loads(file.attrs["training_config"])
        training |= {"optimizer_config": optimizer, "metrics": metrics}
        file.attrs["training_config"] = json.dumps(training)
        file.attrs["keras_version"] = "2.10.0"
        del file["optimizer_weights"]
        if state:
            group = file.create_group("optimizer_weights")
            group.attrs["weight_names"] = [name.encode() for name in state]
            for name, value in state.items():
                group[name] = value


def test_a_file_of_keras_2(folder, tmp_path):
    """Its learning rate, which decays by itself, and its functions as metrics; its optimizers' state is another."""
    x, labels, _ = trained.files(folder, "momentum")
    config = {"name": "SGD", "lr": 0.25, "decay": 0.5, "momentum": 0.0, "nesterov": False}
    mean = {"class_name": "MeanMetricWrapper", "config": {"name": "acc", "dtype": "float32", "fn": "sparse_categorical_accuracy"}}  # fmt: skip
    optimizer = {"class_name": "SGD", "config": config}
    as_keras_2(folder / "momentum.h5", tmp_path / "old.h5", optimizer, [[mean]], {})
    batches = ["--batch-size", trained.BATCH, "--no-shuffle", "--json"]
    logs = json.loads(train(tmp_path / "old.h5", tmp_path / "old.keras", x, labels, *batches))["epochs"][0]

    model = keras.models.load_model(folder / "momentum.torch.keras")
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.25, 1, 0.5)
    model.compile(keras.optimizers.SGD(schedule), model.loss, metrics=[keras.metrics.SparseCategoricalAccuracy("acc")])
    wanted = model.fit(np.load(x), np.load(labels[0]), batch_size=trained.BATCH, shuffle=False, verbose=0).history
    assert logs.keys() == wanted.keys() == {"loss", "acc"}
    for name, values in wanted.items():
        assert logs[name] == pytest.approx(values[0], rel=1e-5)
    keras.models.load_model(tmp_path / "old.keras")

    optimizer["config"] |= {"decay": 0.0, "momentum": 0.9}
    state = {f"momentum_{i}:0": np.zeros((4, 6), "float32") for i in range(4)}
    as_keras_2(folder / "momentum.h5", tmp_path / "state.h5", optimizer, [], {"iter:0": np.int64(3)} | state)
    arguments = ["train", "state.h5", "--input", x, "--labels", *labels, "--output", "o.keras"]
    status, _, err = run(*arguments, cwd=tmp_path)
    assert (status, err) == (
        2,
        "keravino: state.h5: has 5 variables of its optimizer, wanted 6; give an optimizer to start afresh\n",
    )
    assert run(*arguments, "--optimizer", "sgd", cwd=tmp_path)[0] == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", ["adam", "cnn_sgd", "warmup", "gathered", "loss_scale"])
def test_keras_goes_on_with_the_file(case, folder, tmp_path):
    x, labels, _ = trained.files(folder, case)
    half = trained.ROWS // 2
    np.save(tmp_path / "x.npy", np.load(x)[:half])
    np.save(tmp_path / "y.npy", np.load(labels[0])[:half])
    train(
        folder / f"{case}.keras",
        tmp_path / "half.keras",
        tmp_path / "x.npy",
        [tmp_path / "y.npy"],
        *["--batch-size", trained.BATCH, "--no-shuffle"],
    )
    model, _ = trained.fit(keras, folder, tmp_path / "half.keras", case, first=half)
    model.save(tmp_path / "whole.keras")
    got, wanted = tensors(tmp_path / "whole.keras"), tensors(folder / f"{case}.torch.keras")
    same(got, wanted)


@pytest.fixture
def mixed_float16():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.filterwarnings("error")
def test_half_precision_has_its_loss_scaled(mixed_float16, tmp_path):
    """A policy of mixed_float16 wraps the optimizer, which the file does not say."""
    keras.utils.set_random_seed(0)
    model = trained.mlp(keras, keras.optimizers.SGD(0.1))
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "m.keras")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(32, 4)).astype("float32"), rng.integers(0, 3, 32)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    output = tmp_path / "t.keras"
    train(tmp_path / "m.keras", output, tmp_path / "x.npy", [tmp_path / "y.npy"], "--batch-size", 8, "--no-shuffle")
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    model.save(tmp_path / "p.keras")
    got, wanted = tensors(output), tensors(tmp_path / "p.keras")
    assert got.keys() == wanted.keys()
    assert got["optimizer/vars/2"] == 4 and got["optimizer/vars/4"] == 4  # steps, all of them taken
    for name, value in wanted.items():
        if not isinstance(value, str):
            np.testing.assert_allclose(got[name], value, rtol=1e-2, atol=1e-3, err_msg=name)
    keras.models.load_model(output).fit(x, y, verbose=0)


def test_a_new_learning_rate_is_the_inner_optimizers(tmp_path):
    compiled(tmp_path / "m.keras", optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)))
    np.save(tmp_path / "x.npy", np.ones((16, 4)))
    np.save(tmp_path / "y.npy", np.zeros(16, "int64"))
    data = [tmp_path / "x.npy", [tmp_path / "y.npy"]]
    train(tmp_path / "m.keras", tmp_path / "t.keras", *data, "--learning-rate", 0.25)
    assert tensors(tmp_path / "t.keras")["optimizer/inner_optimizer/vars/1"] == 0.25
    optimizer = keras.models.load_model(tmp_path / "t.keras").optimizer
    assert float(optimizer.learning_rate) == 0.25 and int(optimizer.step_counter) == 1


def test_the_command_goes_on_with_its_own_file(folder, tmp_path):
    x, labels, _ = trained.files(folder, "cnn")
    start = folder / "cnn.keras"
    arguments = [x, labels, "--no-shuffle", "--batch-size", 64]  # 160 rows: the last batch is smaller
    train(start, tmp_path / "two.keras", *arguments, "--epochs", 2)
    train(start, tmp_path / "one.keras", *arguments)
    train(tmp_path / "one.keras", tmp_path / "one.keras", *arguments)
    got, wanted = tensors(tmp_path / "one.keras"), tensors(tmp_path / "two.keras")
    assert got["optimizer/vars/0"] == 6
    same(got, wanted)


def test_seeds(folder, tmp_path):
    x, labels, _ = trained.files(folder, "cnn_dropout")
    kernels = []
    for i, seed in enumerate([1, 1, 2]):
        output = tmp_path / f"{i}.keras"
        train(folder / "cnn_dropout.keras", output, x, labels, "--seed", seed)
        kernels.append(tensors(output)["layers/dense/vars/0"])
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert (kernels[0] != kernels[2]).any()


def test_what_the_file_was_not_compiled_with(tmp_path):
    saved.save(saved.mlp(), tmp_path / "m.keras")
    rng = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", rng.normal(size=(32, 4)))
    np.save(tmp_path / "y.npy", rng.normal(size=(32, 3)))
    data = [tmp_path / "x.npy", [tmp_path / "y.npy"]]
    status, _, err = run(
        "train", tmp_path / "m.keras", "--input", data[0], "--labels", *data[1], "--output", tmp_path / "t.keras"
    )
    assert status == 2
    assert err == f"keravino: {tmp_path}/m.keras: was saved without an optimizer; give the optimizer to train with\n"
    sgd = '{"class_name": "SGD", "config": {"momentum": 0.5, "learning_rate": 0.25}}'
    out = train(
        *[tmp_path / "m.keras", tmp_path / "t.keras", *data],
        *["--optimizer", sgd, "--loss", "mse", "--metrics", "mae", "cosine_similarity"],
    )
    assert "  loss " in out and "  mae " in out and "  cosine_similarity " in out
    model = keras.models.load_model(tmp_path / "t.keras")
    assert model.optimizer.momentum == 0.5 and float(model.optimizer.learning_rate) == 0.25
    assert model.loss == "mse" and int(model.optimizer.iterations) == 1
    model.fit(np.load(data[0]), np.load(data[1][0]), verbose=0)
    # Names, and a loss with a config.
    huber = '{"class_name": "Huber", "config": {"delta": 2.0}}'
    train(tmp_path / "m.keras", tmp_path / "n.keras", *data, "--optimizer", "rms_prop", "--loss", huber)
    named = keras.models.load_model(tmp_path / "n.keras")
    assert type(named.optimizer) is keras.optimizers.RMSprop and type(named.loss) is keras.losses.Huber
    # A new learning rate; the optimizer's state stays.
    train(tmp_path / "t.keras", tmp_path / "u.keras", *data, "--learning-rate", 0.0, "--no-shuffle")
    before, after = tensors(tmp_path / "t.keras"), tensors(tmp_path / "u.keras")
    np.testing.assert_allclose(after["optimizer/vars/2"], before["optimizer/vars/2"] * 0.5, rtol=1e-6)
    np.testing.assert_allclose(
        after["layers/dense/vars/0"], before["layers/dense/vars/0"] + after["optimizer/vars/2"], rtol=1e-6
    )
    assert keras.models.load_model(tmp_path / "u.keras").optimizer.learning_rate == 0


def test_validation(folder, tmp_path):
    x, labels, _ = trained.files(folder, "cnn")
    out = train(
        folder / "cnn.keras", tmp_path / "v.keras", x, labels, "--validation-split", 0.25, "--epochs", 2, "--json"
    )
    logs = json.loads(out)["epochs"][-1]
    model = keras.models.load_model(tmp_path / "v.keras")
    wanted = model.evaluate(np.load(x)[120:], np.load(labels[0])[120:], return_dict=True, verbose=0)
    assert logs.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    for name, value in wanted.items():
        assert logs[f"val_{name}"] == pytest.approx(value, rel=1e-5)


def interrupt(folder, tmp_path, wait, epochs=1000):
    """Starts a long run and interrupts it when its stdout has `wait` lines; its status and stderr."""
    x, labels, _ = trained.files(folder, "cnn")
    np.save(tmp_path / "x.npy", np.tile(np.load(x), (40, 1, 1, 1)))
    np.save(tmp_path / "y.npy", np.tile(np.load(labels[0]), 40))
    arguments = ["--input", tmp_path / "x.npy", "--labels", tmp_path / "y.npy", "--output", tmp_path / "i.keras"]
    if not wait:  # one epoch that does not end
        arguments += ["--batch-size", "1"]
    process = subprocess.Popen(
        [find_command(), "train", folder / "cnn.keras", *arguments, "--epochs", str(epochs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(wait):
        process.stdout.readline()
    if not wait:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, wait + len(out.splitlines()), err


def test_interrupted_after_an_epoch(folder, tmp_path):
    status, whole, err = interrupt(folder, tmp_path, wait=2)
    assert status == 130
    assert err == f"keravino: interrupted; {tmp_path}/i.keras has the model after epoch {whole}\n"
    assert tensors(tmp_path / "i.keras")["optimizer/vars/0"] == whole * 200
    keras.models.load_model(tmp_path / "i.keras")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["i.keras", "x.npy", "y.npy"]


def test_interrupted_before_an_epoch(folder, tmp_path):
    status, _, err = interrupt(folder, tmp_path, wait=0)
    assert (status, err) == (130, "keravino: interrupted; no epoch was complete, nothing is written\n")
    assert not (tmp_path / "i.keras").exists()


def compiled(path, build=None, **arguments):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax", name="d", **(build or {}))])
    model.compile(**{"optimizer": "adam", "loss": "sparse_categorical_crossentropy", **arguments})
    model.save(path)


class Halves(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of somebody's own."""

    def __call__(self, step):
        return 0.5**step

    def get_config(self):
        return {}


FAULTS = {
    "optimizer": (
        lambda p: compiled(p, optimizer="muon"),
        [],
        'unknown optimizer "Muon"',
    ),
    "loss": (
        lambda p: compiled(p),
        ["--loss", "mze"],
        'config.json /compile_config/loss (mze): unknown loss "mze"; did you mean "mae"?',
    ),
    "metric": (
        lambda p: compiled(p),
        ["--metrics", "acuracy"],
        'config.json /compile_config/metrics (acuracy): unknown metric "acuracy"; did you mean "Accuracy"?',
    ),
    "schedule": (
        lambda p: compiled(p, optimizer=keras.optimizers.SGD(Halves())),
        [],
        'config.json /compile_config/optimizer/config/learning_rate (Halves): unknown learning-rate schedule "Halves"\n',
    ),
    "rate": (
        lambda p: compiled(p, optimizer=keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 5))),
        ["--learning-rate", "0.1"],
        "config.json /compile_config/optimizer: the learning rate is a schedule (CosineDecay), which a number cannot "
        "replace; give an optimizer too",
    ),
    "gathered": (
        lambda p: compiled(p),
        ["--optimizer", '{"class_name": "SGD", "config": {"gradient_accumulation_steps": 1}}'],
        "config.json /compile_config/optimizer (SGD): gradient_accumulation_steps must be 2 or more, got 1\n",
    ),
    "inner_object": (
        lambda p: compiled(p),
        [
            *["--optimizer", '{"class_name": "LossScaleOptimizer", "config": {"inner_optimizer": "adam"}}'],
            *["--learning-rate", "0.1"],
        ],
        "config.json /compile_config/optimizer: has no object as its inner_optimizer",
    ),
    "inner": (
        lambda p: compiled(p, optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.Muon(name="muon"))),
        [],
        'config.json /compile_config/optimizer/config/inner_optimizer (Muon "muon"): unknown optimizer "Muon"',
    ),
    "frozen": (lambda p: compiled(p, {"trainable": False}), [], "[model.fit] the model has no trainable weights"),
    "split": (lambda p: compiled(p), ["--validation-split", "1"], "a validation split from 0 to less than 1, got 1"),
    "labels": (
        lambda p: compiled(p, loss="mse"),
        [],
        '[model.fit] output "d" of shape (16, 3) with labels of shape (16,): MeanSquaredError wants labels of the output\'s rank\n',
    ),
    "ending": (lambda p: compiled(p), ["--output", "x.h5"], "x.h5: unknown kind of output; wanted .keras"),
    "folder": (lambda p: compiled(p), ["--output", "no/x.keras"], 'no/x.keras: there is no folder "no"'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_mistakes(fault, tmp_path):
    make, arguments, wanted = FAULTS[fault]
    make(tmp_path / "m.keras")
    np.save(tmp_path / "x.npy", np.zeros((16, 4)))
    np.save(tmp_path / "y.npy", np.zeros(16, "int64"))
    output = [] if "--output" in arguments else ["--output", "o.keras"]
    status, out, err = run(
        "train", "m.keras", "--input", "x.npy", "--labels", "y.npy", *arguments, *output, cwd=tmp_path
    )
    assert (status, out) == (2, "")
    assert err.startswith("keravino: ") and err.count("\n") == 1
    assert wanted in err
    assert not (tmp_path / "o.keras").exists()


def test_data_that_does_not_fit(tmp_path):
    compiled(tmp_path / "m.keras")
    np.save(tmp_path / "x.npy", np.zeros((16, 4)))
    np.save(tmp_path / "short.npy", np.zeros(15))
    arguments = ["train", "m.keras", "--input", "x.npy", "--output", "o.keras"]
    _, _, err = run(*arguments, "--labels", "short.npy", cwd=tmp_path)
    assert err == 'keravino: [model.fit] labels of output "d": expected 16 rows as in the inputs, got (15,)\n'
    _, _, err = run(*arguments, "--labels", "short.npy", "short.npy", cwd=tmp_path)
    assert err == "keravino: [model.fit] expected labels for 1 outputs, got 2\n"
    _, _, err = run(*arguments, "--labels", "none.npy", cwd=tmp_path)
    assert err == "keravino: none.npy: no such file\n"


def test_digits_from_scratch(tmp_path):
    """The example's CNN with fresh weights, on the digits that it was not tested with."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    keras.utils.set_random_seed(0)
    model = keras.models.clone_model(keras.models.load_model(DIGITS / "digits.keras"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(tmp_path / "fresh.keras")
    images, labels = load_digits(return_X_y=True)
    x, x_test, y, _ = train_test_split(images, labels, test_size=0.2, random_state=7, stratify=labels)
    test = np.load(DIGITS / "digits_test.npz")
    np.testing.assert_array_equal(x_test.reshape(test["image"].shape), test["image"])  # none of them is trained with
    np.save(tmp_path / "x.npy", x.reshape(-1, 8, 8, 1))
    np.save(tmp_path / "y.npy", y)
    output = tmp_path / "digits.keras"
    train(tmp_path / "fresh.keras", output, tmp_path / "x.npy", [tmp_path / "y.npy"], "--epochs", 20)
    status, out, err = run(
        "run", output, "--input", DIGITS / "digits_test.npz", "--labels", DIGITS / "digits_test.npz", "--json"
    )
    assert status == 0, err
    assert json.loads(out)["accuracy"] >= 0.97
