"""Texts through the command: from files to outputs, and what is refused."""

import json
import zipfile

import keras
import pytest

from command import run

L = keras.layers


def lookup(path, **config):
    x = keras.Input((2,), dtype="string", name="words")
    keras.Model(x, L.StringLookup(vocabulary=["cat", "naïve"], **config)(x)).save(path)
    return path


def test_words_come_from_json_and_go_to_json(tmp_path):
    (tmp_path / "in.json").write_text('{"words": [["naïve", "cat"], ["dog", ""]]}')
    model = lookup(tmp_path / "m.keras")
    status, _, err = run("run", model, "--input", tmp_path / "in.json", "--output", tmp_path / "out.json")
    assert status == 0, err
    assert list(json.loads((tmp_path / "out.json").read_text()).values()) == [[[2, 1], [0, 0]]]


def test_a_cache_holds_nothing_of_another_vocabulary(tmp_path):
    (tmp_path / "in.json").write_text('[["cat", "dog"]]')
    for vocabulary in (["cat", "dog"], ["dog", "cat"], ["cat", "dog"]):
        x = keras.Input((2,), dtype="string")
        keras.Model(x, L.StringLookup(vocabulary=vocabulary)(x)).save(tmp_path / "m.keras")
        arguments = ["--input", tmp_path / "in.json", "--cache-dir", tmp_path / "cache"]
        status, out, err = run("run", tmp_path / "m.keras", *arguments)
        assert (status, out) == (0, " ".join(str(1 + vocabulary.index(word)) for word in ("cat", "dog")) + "\n"), err


def test_numbers_become_words(tmp_path):
    x = keras.Input((2,), dtype="int64")
    keras.Model(x, L.StringLookup(vocabulary=["cat", "naïve"], invert=True)(x)).save(tmp_path / "m.keras")
    (tmp_path / "in.json").write_text("[[2, 1], [0, 7]]")
    status, out, err = run("run", tmp_path / "m.keras", "--input", tmp_path / "in.json", "--batch", 1)
    assert (status, out) == (0, "naïve cat\n[UNK] [UNK]\n"), err


def test_lines_are_rows(tmp_path):
    x = keras.Input((1,), dtype="string")
    layer = L.TextVectorization(vocabulary=["cat", "the"], output_sequence_length=3)
    keras.Model(x, layer(x)).save(tmp_path / "m.keras")
    (tmp_path / "in.txt").write_text("The cat!\r\n\nthe dog the cat\n")
    status, out, err = run("run", tmp_path / "m.keras", "--input", tmp_path / "in.txt")
    assert (status, out) == (0, "3 2 0\n0 0 0\n3 1 3\n"), err


def test_a_word_that_must_be_known(tmp_path):
    (tmp_path / "in.json").write_text('[["cat", "dog"]]')
    model = lookup(tmp_path / "m.keras", num_oov_indices=0)
    status, _, err = run("run", model, "--input", tmp_path / "in.json")
    assert status == 2
    assert err == 'keravino: [model.predict] "dog" is not in the vocabulary, and num_oov_indices is 0\n'


REFUSED = {
    "/etc/passwd": '"vocabulary" names the file "/etc/passwd", and files outside of the model\'s are not read',
    None: "has no assets/layers/string_lookup/vocabulary.txt in the file",
    (1.5,): '"vocabulary" holds 1.5, wanted strings or integers',
    ("cat", "cat"): 'its vocabulary has "cat" twice',
}


@pytest.mark.parametrize("vocabulary", REFUSED)
def test_vocabularies_that_are_refused(vocabulary, tmp_path):
    keras.utils.clear_session()
    model = lookup(tmp_path / "m.keras")
    with zipfile.ZipFile(model) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(files["config.json"])
    config["config"]["layers"][1]["config"]["vocabulary"] = vocabulary
    with zipfile.ZipFile(tmp_path / "bad.keras", "w") as archive:
        for name, content in (files | {"config.json": json.dumps(config)}).items():
            archive.writestr(name, content)
    (tmp_path / "in.json").write_text('[["cat", "dog"]]')
    status, _, err = run("run", tmp_path / "bad.keras", "--input", tmp_path / "in.json")
    assert status == 2
    assert err.endswith(f'(StringLookup "string_lookup"): {REFUSED[vocabulary]}\n')
