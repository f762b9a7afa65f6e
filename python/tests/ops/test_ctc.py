"""Connectionist temporal classification, against torch and Keras's jax backend."""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

import itertools

import keras
import numpy as np
import pytest
import torch
from keras.src.backend.jax import nn as peer
from records import FLOATS, TOLERANCE, dtype, function, run

TIERS = ("interpret", "compile", "trace")
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(4, 9, 5)) * 2
TARGET = np.array([[1, 2, 2, 0], [3, 3, 3, 3], [4, 1, 0, 0], [1, 0, 0, 0]], "int32")
TARGET_LENGTH = np.array([3, 4, 2, 0], "int32")
LENGTH = np.array([9, 8, 5, 4], "int32")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", FLOATS)
def test_loss(name, tier):
    logits = LOGITS.astype(dtype(name))
    got = run("nn.ctc_loss", tier, TARGET, logits, TARGET_LENGTH, LENGTH)[1][0]
    logs = torch.log_softmax(torch.tensor(logits.astype("float64")), -1).transpose(0, 1)
    lengths = [torch.tensor(x, dtype=torch.long) for x in (LENGTH, TARGET_LENGTH)]
    want = torch.nn.functional.ctc_loss(
        logs, torch.tensor(TARGET, dtype=torch.long), *lengths, reduction="none"
    ).numpy()
    result = "float64" if name == "float64" else "float32"
    assert str(got.dtype) == result
    np.testing.assert_allclose(got, want, rtol=TOLERANCE[result] / 10)
    symbols = [keras.KerasTensor(x.shape, str(x.dtype)) for x in (TARGET, logits, TARGET_LENGTH, LENGTH)]
    spec = keras.ops.ctc_loss(*symbols)
    assert (got.shape, str(got.dtype)) == (spec.shape, spec.dtype if name != "float64" else result)


def test_loss_with_the_last_class_as_blank():
    logits = LOGITS.astype("float32")
    logs = torch.log_softmax(torch.tensor(logits), -1).transpose(0, 1)
    args = [torch.tensor(x, dtype=torch.long) for x in (TARGET % 4, LENGTH, TARGET_LENGTH)]
    want = torch.nn.functional.ctc_loss(logs, *args, blank=4, reduction="none").numpy()
    for index in (4, -1):
        got = function("nn.ctc_loss")(TARGET % 4, logits, TARGET_LENGTH, LENGTH, index).numpy()
        np.testing.assert_allclose(got, want, rtol=1e-5)


def test_labels_that_do_not_fit():
    got = function("nn.ctc_loss")(TARGET[1:2], LOGITS[1:2].astype("float32"), np.array([4]), np.array([6])).numpy()
    assert np.isposinf(got).all()  # four equal labels need three blanks between them


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("mask", [0, 2, 4])
def test_greedy(mask, merge, tier):
    logits = LOGITS.astype("float32")
    labels, scores = run("nn.ctc_decode", tier, logits, LENGTH, "greedy", merge_repeated=merge, mask_index=mask)[1]
    want = peer.ctc_decode(logits, LENGTH, "greedy", merge_repeated=merge, mask_index=mask)
    np.testing.assert_array_equal(labels, want[0])
    np.testing.assert_allclose(scores, want[1], rtol=1e-5)
    assert (labels.dtype, scores.dtype) == (np.int32, np.float32)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("width, paths, mask", [(1, 1, 0), (4, 2, 0), (20, 3, 2), (100, 4, 4)])
def test_beam_search(width, paths, mask, tier):
    logits = LOGITS.astype("float32")
    options = {"beam_width": width, "top_paths": paths, "mask_index": mask}
    labels, scores = run("nn.ctc_decode", tier, logits, LENGTH, "beam_search", **options)[1]
    want = peer.ctc_decode(logits, LENGTH, "beam_search", **options)
    np.testing.assert_array_equal(labels, want[0])
    np.testing.assert_allclose(scores, want[1], rtol=1e-4)
    spec = keras.ops.ctc_decode(
        keras.KerasTensor(logits.shape), keras.KerasTensor((4,), "int32"), "beam_search", **options
    )
    assert [labels.shape, scores.shape] == [tuple(s.shape) for s in spec]


def test_a_wide_search_is_the_sum_over_all_paths():
    logits = LOGITS[:1, :4, :3]
    logs = logits[0] - np.log(np.exp(logits[0]).sum(-1, keepdims=True))
    sums = {}
    for path in itertools.product(range(3), repeat=4):
        labels = tuple(k for k, _ in itertools.groupby(path) if k != 0)
        sums[labels] = sums.get(labels, 0) + np.exp(sum(logs[t, c] for t, c in enumerate(path)))
    best = sorted(sums.items(), key=lambda item: -item[1])[:5]
    labels, scores = function("nn.ctc_decode")(logits, np.array([4]), "beam_search", 200, 5)
    np.testing.assert_allclose(scores.numpy()[0], [np.log(p) for _, p in best], rtol=1e-12)
    for row, (want, _) in zip(labels.numpy()[:, 0], best, strict=True):
        np.testing.assert_array_equal(row, np.pad(want, (0, 4 - len(want)), constant_values=-1))


ERRORS = [
    ("ctc_loss", (TARGET, LOGITS[0], TARGET_LENGTH, LENGTH), "logits must be of shape (batch, time, classes), got (9, 5)"),
    ("ctc_loss", (TARGET, LOGITS, TARGET_LENGTH + 9, LENGTH), "a target's length is 12, wanted 0 to 4"),
    ("ctc_loss", (TARGET + 4, LOGITS, TARGET_LENGTH, LENGTH), "label 5 is none of the 5 classes"),
    ("ctc_loss", (TARGET, LOGITS, TARGET_LENGTH[:2], LENGTH),
     "target_length and output must have the same first dimension, got shapes (2,) and (4, 9, 5)"),
    ("ctc_decode", (LOGITS, LENGTH, "best"), 'Invalid strategy: it must be "greedy" or "beam_search"'),
    ("ctc_decode", (LOGITS, LENGTH, "beam_search", 0), "beam_width and top_paths must be positive"),
    ("ctc_decode", (LOGITS, LENGTH, "greedy", 1, 1, True, 5), "mask_index 5 is none of the 5 classes"),
]  # fmt: skip


@pytest.mark.parametrize("name, args, text", ERRORS)
def test_error(name, args, text):
    with pytest.raises(ValueError) as caught:
        function(f"nn.{name}")(*args)
    assert str(caught.value).startswith(f"[keras.ops.{name}] {text}. Received: ")
