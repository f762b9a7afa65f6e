"""What is measured: one record per case; every backend runs the same records."""

from dataclasses import dataclass, field, replace

from calls import CALLS, HEAVY

APPLICATIONS = (
    "MobileNetV2",
    "ResNet50",
    "DenseNet121",
    "EfficientNetB0",
    "InceptionV3",
    "Xception",
    "NASNetMobile",
    "ConvNeXtTiny",
)

# keras.applications that refuse `channels_first`; for them the TensorFlow detour is the only yardstick.
CHANNELS_LAST_ONLY = ("DenseNet121", "NASNetMobile", "ConvNeXtTiny")


def _add(xp, a, b):
    return xp.add(a, b)


def _log1p(xp, a, b):
    return xp.log1p(a)


def _chain(xp, a, b):
    """Ten element-wise ops."""
    x = xp.add(a, b)
    x = xp.multiply(x, a)
    x = xp.subtract(x, b)
    x = xp.exp(x)
    x = xp.log(x)
    x = xp.abs(x)
    x = xp.sqrt(x)
    x = xp.tanh(x)
    x = xp.maximum(x, b)
    return xp.divide(x, a)


# Functions of a namespace and two arrays: `keras.ops` runs them, `numpy` gives the reference.
OPS = {"add": _add, "log1p": _log1p, "chain": _chain}


@dataclass(frozen=True)
class Case:
    """One thing to time.

    `target` is a name in OPS, in CALLS or a model of models.py; `call` says how a Keras program runs it: "op", "eager",
    "predict", "predict_on_batch", "model(x)" or "fit". `measures` are the rows it makes: "load", "first", "steady",
    "process" (a process from its start to its end, with one answer), "memory".
    """

    name: str
    title: str
    target: str
    call: str = "predict"
    batch: int = 1
    measures: tuple = ("steady",)
    unit: str = "ms"
    precision: str = "f32"
    columns: tuple = field(default=())  # empty: every column

    @property
    def is_model(self):
        """Whether the target is a model, not an op."""
        return self.call not in ("op", "eager", "fit")


_EVERYTHING = ("load", "first", "steady")
_NO_DETOURS = ("keravino", "command", "keras_openvino_f32", "torch", "jax", "tensorflow")

MAIN = (
    Case("mobilenetv2_b1", "MobileNetV2, batch 1, `predict`", "MobileNetV2", measures=_EVERYTHING),
    Case("mobilenetv2_b1_on_batch", "MobileNetV2, batch 1, `predict_on_batch`", "MobileNetV2", "predict_on_batch"),
    Case("mobilenetv2_b8", "MobileNetV2, batch 8, `predict`", "MobileNetV2", batch=8),
    Case("resnet50_b8", "ResNet50, batch 8, `predict`", "ResNet50", batch=8),
    Case("vgg16_b1", "VGG16, batch 1, `predict`", "VGG16", columns=_NO_DETOURS),  # tf2onnx takes a quarter of an hour
    Case("mlp_call", "small MLP, batch 32, `model(x)`", "MLP", "model(x)", batch=32, unit="us"),
    Case("mlp_on_batch", "small MLP, batch 32, `predict_on_batch`", "MLP", "predict_on_batch", batch=32, unit="us"),
    Case("add", "eager `add`, 32x32", "add", "op", unit="us"),
    Case("log1p", "eager `log1p`, 32x32", "log1p", "op", unit="us"),
    Case("chain", "ten-op chain, 32x32", "chain", "op", unit="us"),
    # What a shell script waits for.
    Case("resnet50_process", "ResNet50, one image", "ResNet50", measures=("process",), columns=("command",)),
)

BF16 = (
    Case(
        "resnet50_b8_bf16",
        "ResNet50, batch 8, bf16 by choice",
        "ResNet50",
        batch=8,
        precision="bf16",
        columns=("command", "channels_first"),
    ),
)

APPLICATION_CASES = tuple(
    Case(
        f"{name.lower()}_b{batch}_application",
        f"{name}, batch {batch}",
        name,
        "predict_on_batch",
        batch,
        columns=(
            "keravino",
            "command",
            "savedmodel",
            "channels_first",
            "onnxruntime",
            *(("frugally_deep",) if (name, batch) in (("MobileNetV2", 1), ("ResNet50", 1)) else ()),
        ),
    )
    for name in APPLICATIONS
    for batch in (1, 8)
)

THROUGHPUT_CASES = tuple(
    Case(
        f"{name.lower()}_b32",
        f"{name}, batch 32",
        name,
        "predict_on_batch",
        32,
        columns=("keravino", "command", "keras_openvino_f32", "command_bf16", "keras_openvino"),
    )
    for name in APPLICATIONS
)

_TRAINERS = ("keravino", "torch", "jax", "tensorflow")

TRAINING_CASES = tuple(
    Case(name, title, name, "fit", measures=("first", "steady", "memory"), columns=_TRAINERS)
    for name, title in (
        ("train_cnn", "CNN (Conv32-Pool-Conv64-Pool-Dense128), batch 128"),
        ("train_mlp", "MLP 784-512-512-10 with dropout, batch 128"),
        ("train_lstm", "LSTM(128) over 80 steps, batch 32"),
        ("train_transformer", "transformer of 2 layers (d=128, T=64), batch 32"),
        ("train_resnet", "ResNet of 3x3 convolutions (64 to 256), 64x64, batch 16"),
        ("train_mobilenet", "MobileNetV2, 96x96, batch 16"),
    )
)

EAGER_CASES = tuple(
    Case(f"eager_{name}", f"`{name}`", name, "eager", unit="us", columns=("keravino", "torch")) for name in CALLS
)

# Heavy ops, and models called layer by layer, beside every backend that computes eagerly.
_CALLED = {"MLP": 32, "CNN": 8, "LSTM": 8, "MultiHeadAttention": 8}
_HEAVY = (
    *(Case(f"heavy_{name}", name, name, "eager") for name in HEAVY),
    *(
        Case(f"call_{name.lower()}", f"{name}, batch {n}, `model(x)`", name, "model(x)", n)
        for name, n in _CALLED.items()
    ),
    Case(
        "bidirectional_gru",
        "2 Bidirectional GRU(256), 128 steps, batch 8, `predict_on_batch`",
        "BidirectionalGRU",
        "predict_on_batch",
        8,
        _EVERYTHING,
    ),
)
HEAVY_CASES = tuple(replace(case, columns=("keravino", "torch", "jax", "tensorflow")) for case in _HEAVY)
