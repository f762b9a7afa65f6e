"""The marks to reach: each a ratio of two columns of the same run, or a limit in seconds."""

from dataclasses import dataclass
from statistics import geometric_mean

from cases import APPLICATION_CASES, CHANNELS_LAST_ONLY, HEAVY_CASES, THROUGHPUT_CASES, TRAINING_CASES

DETOURS = ("savedmodel", "onnxruntime")
DOORS = ("keravino", "command")


@dataclass(frozen=True)
class Mark:
    """`column` may take `limit` times the best of `against`; with no `against`, `limit` seconds of `measures`."""

    title: str
    case: str
    column: str
    against: tuple
    limit: float
    measures: tuple = ("load", "first")

    @property
    def cases(self):
        """The names of the cases it is about."""
        return (self.case,)

    def value(self, results):
        """What was measured: a ratio, or seconds; None if a column is missing."""
        if self.against:
            return results.ratio(self.case, self.column, self.against)
        parts = [results.seconds(self.case, self.column, measure) for measure in self.measures]
        return None if None in parts else sum(parts)


@dataclass(frozen=True)
class MeanMark:
    """The geometric mean of a column's time over another's, of the cases that both can run, may be at most `limit`."""

    title: str
    cases: tuple
    column: str
    against: str
    limit: float

    def value(self, results):
        """What was measured; None if no case was."""
        ratios = [results.ratio(case, self.column, (self.against,)) for case in self.cases]
        ratios = [ratio for ratio in ratios if ratio is not None]
        return geometric_mean(ratios) if ratios else None


def _both(title, case, against, limit):
    return tuple(Mark(f"{title}: {door}", case, door, against, limit) for door in DOORS)


MARKS = (
    Mark("eager `add` against torch", "add", "keravino", ("torch",), 1.0),
    Mark("ten-op chain against torch", "chain", "keravino", ("torch",), 1.0),
    *_both("MobileNetV2, batch 1, against Keras's backend at f32", "mobilenetv2_b1", ("keras_openvino_f32",), 0.35),
    *_both("MobileNetV2, batch 1, against torch", "mobilenetv2_b1", ("torch",), 0.1),
    *_both("ResNet50, batch 8, against Keras's backend at f32", "resnet50_b8", ("keras_openvino_f32",), 0.65),
    *_both("MobileNetV2, batch 1, against the better detour", "mobilenetv2_b1", DETOURS, 1.05),
    *_both("ResNet50, batch 8, against the better detour", "resnet50_b8", DETOURS, 1.05),
    Mark("MobileNetV2, C++: from file to first answer, seconds", "mobilenetv2_b1", "command", (), 1.0),
    Mark("ResNet50, C++: the whole process, seconds", "resnet50_process", "command", (), 1.6, ("process",)),
)


def _application_marks():
    for case in APPLICATION_CASES:
        if case.target not in CHANNELS_LAST_ONLY:
            yield from _both(f"{case.title}, against channels-first", case.name, ("channels_first",), 1.1)
    for case in APPLICATION_CASES:
        yield from _both(f"{case.title}, against ONNX Runtime", case.name, ("onnxruntime",), 1.1)
    names = tuple(case.name for case in APPLICATION_CASES)
    for door in DOORS:
        yield MeanMark(f"all of them, against ONNX Runtime, geometric mean: {door}", names, door, "onnxruntime", 0.95)
    for target, times in (("MobileNetV2", 40), ("ResNet50", 10)):
        name = f"{target.lower()}_b1_application"
        yield from _both(f"{target}, batch 1, against frugally-deep", name, ("frugally_deep",), 1 / times)


# Keras's own backend is given f32 here; as it is, it computes in bf16 where the CPU can.
_THROUGHPUT_MARKS = tuple(
    mark
    for case in THROUGHPUT_CASES
    for mark in (
        *_both(f"{case.title}, against Keras's backend at f32", case.name, ("keras_openvino_f32",), 1 / 1.5),
        Mark(f"{case.title}, bf16 against bf16", case.name, "command_bf16", ("keras_openvino",), 1 / 1.5),
    )
)

_TRAINING_LIMITS = {
    "train_cnn": 1.0,
    "train_mlp": 1.0,
    "train_lstm": 0.8,
    "train_transformer": 0.8,
    "train_resnet": 0.8,
    "train_mobilenet": 0.8,
}

TRAINING_MARKS = tuple(
    Mark(f"{case.title}, against the best peer", case.name, "keravino", ("torch", "jax", "tensorflow"), limit)
    for case in TRAINING_CASES
    for limit in (_TRAINING_LIMITS[case.name],)
)


def _heavy_marks():
    """A heavy op may take 1.3 times the best of the others, a model called layer by layer as long as torch's."""
    peers = ("torch", "jax", "tensorflow")
    for case in HEAVY_CASES:
        if case.call == "model(x)":
            yield Mark(f"{case.title} against torch", case.name, "keravino", ("torch",), 1.0)
        elif case.is_model:
            yield Mark(f"{case.title} against the best", case.name, "keravino", peers, 1.0)
            yield Mark(f"{case.title}: first answer, seconds", case.name, "keravino", (), 1.0, ("first",))
        else:
            yield Mark(f"{case.title} against the best", case.name, "keravino", peers, 1.3)


def marks_of(cases, columns):
    """The marks that are about these cases and columns."""
    every = (*MARKS, *_application_marks(), *_THROUGHPUT_MARKS, *_heavy_marks(), *TRAINING_MARKS)
    return [mark for mark in every if cases.issuperset(mark.cases) and mark.column in columns]
