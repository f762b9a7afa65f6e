"""The runner of Keras's tests: what it makes of passes, failures, skips, crashes and interruptions."""

import sys
from pathlib import Path

import pytest

CONFORMANCE = Path(__file__).parents[3] / "conformance"
sys.path.insert(0, str(CONFORMANCE))
import source  # noqa: E402
from record import add_line, counts, is_complete, outcomes, read_record  # noqa: E402

import report  # noqa: E402
import run  # noqa: E402

TESTS = """
import os
import unittest
from unittest import mock
import keras
import plugin
from conftest import skip_if_backend
from keras import ops

class FirstTest(unittest.TestCase):
    def test_passes(self):
        self.assertEqual(keras.backend.backend(), "openvino")

    def test_fails(self):
        self.assertEqual(ops.convert_to_numpy(ops.add(1, 2)), 4)

    def test_skips(self):
        self.skipTest("no reason")

    @skip_if_backend("torch", "not on torch")
    def test_runs(self):
        open(os.environ["PLACE"] + "/ran", "a").write("x")

    def test_z_crashes(self):
        os.abort()

    def test_zz_comes_after(self):
        pass

class ComputedTest(unittest.TestCase):
    def test_every_op_is_wrapped(self):
        for module in ("core", "linalg", "math", "nn", "numpy", "random"):
            functions = vars(getattr(keras.src.backend, module))
            names = [n for n, f in functions.items() if type(f).__name__ == "builtin_function_or_method"]
            self.assertEqual(names, [])
        self.assertTrue(hasattr(keras.src.backend.numpy.add, "__wrapped__"))

    def test_results_are_asked_for_their_numbers(self):
        class Number:
            traced = False
            def numpy(self):
                asked.append(self)
        asked, number = [], Number()
        with mock.patch.object(plugin.keravino, "Tensor", Number):
            plugin.computed(lambda: [number, (number, 3)])()
        self.assertEqual(asked, [number, number])
"""


@pytest.fixture
def keras_source(tmp_path, monkeypatch):
    """A folder as Keras's source, with one file of tests in it."""
    root = tmp_path / "keras-0/root/src"
    (root / "ops").mkdir(parents=True)
    (root / "ops/some_test.py").write_text(TESTS)
    monkeypatch.setenv("PLACE", str(tmp_path))
    return root


def run_file(root, file, record, part=0, count=1):
    job = run.Job(root, file, part, count)
    job.record = record
    run.run_job(job)


def test_every_outcome_is_recorded(keras_source, tmp_path):
    record = tmp_path / "some.jsonl"
    run_file(keras_source, "ops/some_test.py", record)
    lines = read_record(record)
    found = {name.split("::")[-1]: (line["outcome"], line["reason"]) for name, line in outcomes(lines).items()}
    assert found == {
        "test_passes": ("passed", ""),
        "test_fails": ("failed", "AssertionError: array(3, dtype=int32) != 4"),
        "test_skips": ("skipped", "no reason"),
        "test_runs": ("passed", ""),
        "test_z_crashes": ("failed", "crashed the process (status -6)"),
        "test_zz_comes_after": ("passed", ""),
        "test_every_op_is_wrapped": ("passed", ""),
        "test_results_are_asked_for_their_numbers": ("passed", ""),
    }
    assert is_complete(lines) and counts(lines) == {"passed": 5, "failed": 2, "skipped": 1}
    assert (tmp_path / "ran").read_text() == "x"  # once, although the file was started twice
    assert "ops/some_test.py::FirstTest::test_passes" in outcomes(lines)


def test_a_run_goes_on_where_it_was(keras_source, tmp_path):
    record = tmp_path / "some.jsonl"
    add_line(record, id="ops/some_test.py::FirstTest::test_runs", outcome="passed", reason="")
    add_line(record, id="ops/some_test.py::FirstTest::test_z_crashes", outcome="failed", reason="known")
    record.write_text(record.read_text() + '{"id": "cut o')
    run_file(keras_source, "ops/some_test.py", record)
    assert not (tmp_path / "ran").exists()
    assert outcomes(read_record(record))["ops/some_test.py::FirstTest::test_z_crashes"]["reason"] == "known"
    assert counts(read_record(record))["passed"] == 5


def test_a_long_file_is_run_in_parts(keras_source, tmp_path, monkeypatch):
    names = [f"test_{i}" for i in range(7)]
    (keras_source / "ops/long_test.py").write_text("".join(f"def {name}():\n    pass\n" for name in names))
    size = (keras_source / "ops/long_test.py").stat().st_size
    monkeypatch.setattr(run, "PART_BYTES", size // 2 - 1)
    jobs = run.jobs_of(keras_source, "ops/long_test.py")
    assert [(job.part, job.count) for job in jobs] == [(0, 3), (1, 3), (2, 3)]
    assert len({job.record for job in jobs}) == 3
    found = []
    for job in jobs:
        record = tmp_path / f"{job.part}.jsonl"
        run_file(keras_source, job.file, record, job.part, job.count)
        found.append([name.split("::")[-1] for name in outcomes(read_record(record))])
    assert found == [names[0::3], names[1::3], names[2::3]]


def test_a_file_that_cannot_run_is_a_failure(keras_source, tmp_path):
    (keras_source / "ops/bad_test.py").write_text("import not_there\n")
    (keras_source / "ops/empty_test.py").write_text("")
    for file, reason in (
        ("bad", "ModuleNotFoundError: No module named 'not_there'"),
        ("empty", "no test of it ran (status 5)"),
    ):
        record = tmp_path / f"{file}.jsonl"
        run_file(keras_source, f"ops/{file}_test.py", record)
        (line,) = outcomes(read_record(record)).values()
        assert (line["id"], line["outcome"]) == (f"ops/{file}_test.py", "failed")
        assert line["reason"].endswith(reason)


def test_a_test_that_hangs_is_stopped(keras_source, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "SILENCE", 20)
    (keras_source / "ops/hang_test.py").write_text("import time\ndef test_hangs():\n    time.sleep(1000)\n")
    record = tmp_path / "hang.jsonl"
    run_file(keras_source, "ops/hang_test.py", record)
    assert [line["reason"] for line in outcomes(read_record(record)).values()] == ["hung"]


def line(name, outcome, reason=""):
    return {"id": f"ops/a_test.py::{name}", "outcome": outcome, "reason": reason}


def test_failures_are_compared_with_the_list(tmp_path, capsys):
    lines = [line("one", "passed"), line("two", "failed", "Error: 3 != 4"), line("three", "skipped", "torch only")]
    todo = tmp_path / "todo.txt"
    todo.write_text("# a remark\nops/a_test.py::two\nops/b_test.py::elsewhere\n")
    assert report.compare({"ops/a_test.py": lines}, tmp_path) == 0
    out = capsys.readouterr().out
    assert "1 passed, 1 failed (1 of them in todo.txt, 0 for want of what lacking.txt names)\n" in out
    assert "     1  torch only\n" in out and "     1  Error: N != N\n" in out

    todo.write_text("ops/a_test.py::one\nops/a_test.py::gone\n")
    assert report.compare({"ops/a_test.py": lines}, tmp_path) == 1
    assert capsys.readouterr().out.endswith(
        "Failed, and in neither list: ops/a_test.py::two\n"
        "Does not fail: take it out of todo.txt: ops/a_test.py::one\n"
        "No such test: take it out of todo.txt: ops/a_test.py::gone\n"
        "1 passed, 1 failed (0 of them in todo.txt, 0 for want of what lacking.txt names)\n"
    )


def test_only_failures_that_say_so_are_for_want_of_something(tmp_path, capsys):
    (tmp_path / "lacking.txt").write_text("# a remark\nops/a_test.py  no network: .*h5\n")
    lines = [line("one", "failed", "no network: a.h5"), line("two", "passed")]
    assert report.compare({"ops/a_test.py": lines}, tmp_path) == 0
    assert "1 passed, 1 failed (0 of them in todo.txt, 1 for want of" in capsys.readouterr().out
    lines = [line("one", "failed", "no network: a.h5"), line("two", "failed", "wrong numbers")]
    assert report.compare({"ops/a_test.py": lines}, tmp_path) == 1
    assert "Failed, and in neither list: ops/a_test.py::two\n" in capsys.readouterr().out


def test_the_list_shrinks_only(tmp_path, capsys):
    todo = tmp_path / "todo.txt"
    todo.write_text(
        "# a remark\nops/a_test.py::one\nops/a_test.py::two\nops/a_test.py::gone\nops/b_test.py::elsewhere\n"
    )
    lines = [line("one", "passed"), line("two", "failed", "known"), line("new", "failed", "news")]
    assert report.compare({"ops/a_test.py": lines}, tmp_path, shrinks=True) == 1  # for the new failure
    assert todo.read_text() == "# a remark\nops/a_test.py::two\nops/b_test.py::elsewhere\n"
    assert report.compare({"ops/a_test.py": lines[:2]}, tmp_path, shrinks=True) == 0


def test_a_failure_in_tear_down_counts():
    lines = [
        line("one", "passed"),
        line("one", "failed", "late"),
        line("two", "failed", "early"),
        line("two", "passed"),
    ]
    assert counts(lines) == {"failed": 2}


def test_conditions_on_the_backend_are_taken_out():
    trainable = '@skipif(backend.backend() not in (\n    "tensorflow",\n    "jax",\n    "torch",\n), reason="trains")'
    assert (
        source.unskip(trainable)
        == '@skipif(backend.backend() not in ("tensorflow", "jax", "torch", "openvino"), reason="trains")'
    )
    assert source.unskip("skipif(not backend.SUPPORTS_COMPLEX_DTYPES)") == "skipif(not True)"
    assert source.unskip('skipif(backend.backend() != "tensorflow")') == 'skipif(backend.backend() != "tensorflow")'
    einsum = 'skipif(\n    {},\n    reason=f"{{backend.backend()}} doesn\'t implement custom ops for einsum.",\n)'
    assert source.unskip(einsum.format('backend.backend() != "tensorflow"')) == einsum.format("False")
    text = 'if backend.backend() in ("numpy", "openvino"):\n    self.skipTest("openvino cannot")\n'
    assert (
        source.unskip(text)
        == 'if backend.backend() in ("numpy", "no_backend"):\n    self.skipTest("openvino cannot")\n'
    )
