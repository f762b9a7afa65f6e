"""The page of `convert --report` and `inspect --html`, as a browser shows it."""

import html
import json
import shutil
import subprocess
from html.parser import HTMLParser

import keras
import numpy as np
import pytest
import saved
from PIL import Image

from command import run

layers, ops = keras.layers, keras.ops
EVIL = "<img src=x onerror=document.title='gone'>&amp;\"'"
WIDTH = 32


class Tables(HTMLParser):
    """The headings of a page, and the tables' cells below each, by row."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.title, self.tags, self._open = {}, "", set(), None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag in ("h1", "h2", "title"):
            self._open, self._heading = tag, ""
        elif tag == "tr":
            self.tables[self._name].append([])
        elif tag in ("td", "th"):
            self._open = tag
            self.tables[self._name][-1].append("")
        elif tag == "br" and self._open == "td":
            self.tables[self._name][-1][-1] += "\n"

    def handle_data(self, text):
        if self._open in ("h1", "h2", "title"):
            self._heading += text
        elif self._open:
            self.tables[self._name][-1][-1] += text

    def handle_endtag(self, tag):
        if tag == "title":
            self.title = self._heading
        elif tag in ("h1", "h2"):
            self._name = self._heading
            self.tables[self._name] = []
        if tag == self._open:
            self._open = None

    def rows(self, heading):
        head, *rows = self.tables[heading]
        return [dict(zip(head, row, strict=True)) for row in rows]


def chromium(*arguments):
    browser = shutil.which("chromium")
    assert browser, "chromium is not installed; it is in packages.txt: apt-get install chromium"
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000")
    return subprocess.run([browser, *flags, *arguments], capture_output=True, timeout=180, check=True).stdout.decode()


def show(page):
    """The page after a browser has read and shown it."""
    return Tables(chromium("--dump-dom", page.as_uri()))


def transformer():
    """Rotary attention by hand, GELU by hand, an LSTM, and a BatchNormalization behind a product."""
    x = keras.Input((8, WIDTH), name="x")
    heads = ops.reshape(layers.Dense(WIDTH, name="query")(x), (-1, 8, 2, WIDTH // 2))
    q = ops.transpose(heads, (0, 2, 1, 3))
    angles = np.arange(8)[:, None] * np.ones((1, WIDTH // 2))
    first, second = ops.split(q, 2, axis=-1)
    turned = ops.concatenate([-second, first], axis=-1)
    q = q * np.cos(angles)[None, None].astype("float32") + turned * np.sin(angles)[None, None].astype("float32")
    y = ops.matmul(ops.softmax(ops.matmul(q, ops.transpose(q, (0, 1, 3, 2))) * 0.25), q)
    y = ops.reshape(ops.transpose(y, (0, 2, 1, 3)), (-1, 8, WIDTH))
    y = layers.BatchNormalization(name="norm")(layers.Dense(WIDTH, name="wide")(y))
    y = 0.5 * y * (1 + ops.erf(y / np.sqrt(2).astype("float32")))
    y = layers.LSTM(WIDTH, name="lstm")(y)
    y = layers.LSTM(WIDTH, activation="relu", name="relu_lstm")(layers.RepeatVector(4)(y))
    return keras.Model(x, layers.Dense(3, name="out")(y), name="transformer")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    saved.save(transformer(), folder / "plain.keras")

    def rename(config):
        renamed = json.loads(json.dumps(config).replace('"wide"', json.dumps(EVIL)))
        config.update(renamed)
        config["config"]["name"] = EVIL

    saved.edit(folder / "plain.keras", folder / "evil.keras", rename)
    return folder / "plain.keras"


def test_a_conversion(model, tmp_path):
    page = tmp_path / "report.html"
    status, _, err = run("convert", model, "-o", tmp_path, "--precision", "int8", "--static", "2", "--report", page)
    assert status == 0, err
    seen = show(page)
    assert seen.title == "transformer"
    rows = {row["Layer"]: row for row in seen.rows("Layers")}
    assert rows["lstm"]["Class"] == "LSTM" and "LSTMSequence" in rows["lstm"]["OpenVINO ops"]
    assert "RNNSeq" in rows["lstm"]["Runs as"] and float(rows["lstm"]["ms"]) > 0
    assert "TensorIterator" in rows["relu_lstm"]["Runs as"]
    assert "FullyConnected" in rows["query"]["Runs as"]
    np.testing.assert_allclose(sum(float(row["%"]) for row in rows.values()), 100, atol=1)

    outcomes = {(row["What"], row["Layer"]): row["Outcome"] for row in seen.rows("What was recognised")}
    assert outcomes["recurrent layer", "lstm"] == "recognised"
    assert outcomes["recurrent layer", "relu_lstm"].startswith("not: its step is not that of an LSTM")
    assert [o for (what, _), o in outcomes.items() if what == "rotary embedding"] == ["recognised"]
    assert [o for (what, _), o in outcomes.items() if what == "GELU by erf"] == ["recognised"]
    assert [o for (what, _), o in outcomes.items() if what == "attention"] == ["recognised"]
    weights = {row["Layer"]: row for row in seen.rows("Large weights")}
    assert weights["query"]["Precision"] == "int8" and weights["lstm"]["Precision"] == "int8"
    assert float(weights["query"]["After"][:-3]) < float(weights["query"]["Before"][:-3])


def test_inspection(model, tmp_path):
    page = tmp_path / "model.html"
    status, out, err = run("inspect", model, "--html", page)
    assert (status, out) == (0, ""), err
    seen = show(page)
    assert {"Layers", "What was recognised", "Transposes"} <= seen.tables.keys()
    assert "Large weights" not in seen.tables
    assert {row["By"] for row in seen.rows("What was recognised")} == {"keravino", "OpenVINO"}


def test_it_shows(model, tmp_path):
    page, picture = tmp_path / "model.html", tmp_path / "model.png"
    run("inspect", model, "--html", page)
    # The whole page: which layer takes longest, and so has the longest bar, is the machine's affair.
    chromium("--window-size=1200,4000", f"--screenshot={picture}", page.as_uri())
    pixels = np.asarray(Image.open(picture).convert("RGB")).reshape(-1, 3)
    assert (pixels == (74, 127, 181)).all(1).sum() > 500  # bars of time
    assert (pixels == (244, 244, 244)).all(1).sum() > 5000  # heads of tables


def test_names_are_text(model, tmp_path):
    page = tmp_path / "evil.html"
    status, _, err = run("inspect", model.with_name("evil.keras"), "--html", page)
    assert status == 0, err
    seen = show(page)
    assert seen.title == EVIL
    assert EVIL in [row["Layer"] for row in seen.rows("Layers")]
    assert not {"img", "script"} & seen.tags


def test_mistakes(model, tmp_path):
    status, _, err = run("inspect", model, "--html", tmp_path / "none" / "page.html")
    assert status == 2 and "page.html" in err


def test_no_times_without_sizes(tmp_path):
    words = keras.Input((None, WIDTH), name="words")
    saved.save(keras.Model(words, layers.Dense(2, name="out")(words)), tmp_path / "open.keras")
    status, _, err = run("inspect", tmp_path / "open.keras", "--html", tmp_path / "open.html")
    assert status == 0, err
    why = f'there are no random numbers for input "words" of shape (None, None, {WIDTH}): dimension 1 is open'
    assert f"not measured: {html.escape(why)}" in (tmp_path / "open.html").read_text()
    status, _, err = run("convert", "open.keras", "-o", "ir", "--report", "open.html", cwd=tmp_path)
    assert status == 0, err
    assert f"not measured: {html.escape(why)}" in (tmp_path / "open.html").read_text()
    for command in (["bench", "open.keras"], ["verify", "open.keras", "--against", "ir/open.xml"]):
        status, _, err = run(*command, cwd=tmp_path)
        assert (status, err) == (2, f"keravino: {why}; give a file for it\n")
    assert {row["ms"] for row in show(tmp_path / "open.html").rows("Layers")} == {""}
