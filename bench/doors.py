"""How each kind of backend opens a case: `open(case)` gives a function that runs it and returns numpy numbers.

Every door answers with (load seconds, a function): calling the function the first time compiles what must be compiled.
"""

import os
from pathlib import Path

import numpy as np

import training
from calls import CALLS, tensors
from cases import CHANNELS_LAST_ONLY, OPS

THREADS = int(os.environ.get("BENCH_THREADS", "1"))


class Unable(Exception):
    """The backend cannot do this case; the text becomes the footnote."""


def model_input(folder, case):
    """The input that prepare.py saved for a model case."""
    return np.load(folder / f"{case.target}-b{case.batch}.npy")


class KerasDoor:
    """Keras on the backend in KERAS_BACKEND."""

    def __init__(self, column, folder, clock):
        self.folder, self.clock, self.models = folder, clock, {}
        if column.options.get("f32"):
            _compile_in_f32()
        if column.options.get("keravino"):
            import keravino  # noqa: F401  (takes the backend's place: before keras)
        if column.backend == "torch":
            import torch

            torch.set_num_threads(THREADS)
        import keras

        self.keras = keras

    def open(self, case):
        """Loads the model (once per target), or makes the tensors of an op case."""
        if case.call == "eager":
            return 0.0, self._eager(case)
        if case.call == "fit":
            return 0.0, self._fit(case)
        if not case.is_model:
            return 0.0, self._op(case)
        seconds = 0.0
        if case.target not in self.models:
            start = self.clock()
            model = self.keras.models.load_model(self.folder / f"{case.target}.keras")
            seconds = self.clock() - start
            self.models = {case.target: model}
        model, x = self.models[case.target], model_input(self.folder, case)
        if case.call == "predict":
            return seconds, lambda: model.predict(x, batch_size=case.batch, verbose=0)
        if case.call == "predict_on_batch":
            return seconds, lambda: model.predict_on_batch(x)
        to_numpy = self.keras.ops.convert_to_numpy
        return seconds, lambda: to_numpy(model(x))

    def _eager(self, case):
        if not hasattr(self, "tensors"):
            self.tensors = tensors(self.keras)
        ops, function = self.keras.ops, CALLS[case.target]
        return lambda: self.keras.tree.map_structure(ops.convert_to_numpy, function(ops, self.tensors))

    def _fit(self, case):
        """A function that trains on a few batches; the first call on one, and its loss is the answer."""
        model, x, y, batch, steps = training.build(case.target, self.keras)
        calls = []

        def run():
            count = batch * steps if calls else batch
            calls.append(model.fit(x[:count], y[:count], batch_size=batch, shuffle=False, verbose=0))
            return np.array(calls[-1].history["loss"])

        run.calls = steps
        return run

    def _op(self, case):
        ops, function = self.keras.ops, OPS[case.target]
        a, b = (ops.convert_to_tensor(array) for array in op_inputs())
        return lambda: ops.convert_to_numpy(function(ops, a, b))


class OpenVinoDoor:
    """OpenVINO itself, on a file that another tool made; static shape, as its users are advised."""

    def __init__(self, column, folder, clock):
        self.column, self.folder, self.clock = column, folder, clock
        import openvino as ov

        self.core = ov.Core()

    def open(self, case):
        """Reads the file; the first run compiles it."""
        x, path = _detour(self.column, self.folder, case)
        if self.column.options.get("channels_first") and x.ndim == 4:
            x = np.ascontiguousarray(np.moveaxis(x, -1, 1))
        start = self.clock()
        model = self.core.read_model(path)
        model.reshape(x.shape)
        seconds = self.clock() - start
        config = {"INFERENCE_PRECISION_HINT": case.precision, "INFERENCE_NUM_THREADS": THREADS}
        requests = []

        def run():
            if not requests:
                requests.append(self.core.compile_model(model, "CPU", config).create_infer_request())
            return requests[0].infer([x])[0]

        return seconds, run


class OnnxDoor:
    """ONNX Runtime on the file tf2onnx made."""

    def __init__(self, column, folder, clock):
        self.column, self.folder, self.clock = column, folder, clock
        import onnxruntime

        self.runtime = onnxruntime

    def open(self, case):
        """Reads the file; the first run makes the session."""
        x, path = _detour(self.column, self.folder, case)
        options = self.runtime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
        start = self.clock()
        file = path.read_bytes()
        seconds = self.clock() - start
        sessions = []

        def run():
            if not sessions:
                sessions.append(self.runtime.InferenceSession(file, options, providers=["CPUExecutionProvider"]))
            return sessions[0].run(None, {sessions[0].get_inputs()[0].name: x})[0]

        return seconds, run


def op_inputs():
    """The two 32x32 inputs of the op cases, away from the edges of every function's domain."""
    rng = np.random.default_rng(0)
    return rng.uniform(0.5, 1.5, (32, 32)).astype("float32"), rng.uniform(0.1, 0.4, (32, 32)).astype("float32")


def _detour(column, folder, case):
    """Input and converted file of a runtime that has no eager ops and does not read .keras."""
    if not case.is_model:
        raise Unable("runs whole graphs only")
    if case.call == "model(x)":
        raise Unable("has one way to run a model: see `predict_on_batch`")
    if column.options.get("channels_first") and case.target in CHANNELS_LAST_ONLY:
        raise Unable(f"Keras cannot build {case.target} channels-first")
    return model_input(folder, case), Path(folder, column.options["file"].format(target=case.target, batch=case.batch))


def _compile_in_f32():
    """Makes Keras's own backend compile in f32: it leaves the CPU plugin's default, which is bf16 where it can be."""
    import functools

    import openvino

    openvino.compile_model = functools.partial(openvino.compile_model, config={"INFERENCE_PRECISION_HINT": "f32"})
