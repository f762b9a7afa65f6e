"""Classifies real handwritten digits through both doors, compares them, and draws a contact sheet."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent
BUILD = FOLDER.parent.parent / "build"
MODEL, DATA = FOLDER / "digits.keras", FOLDER / "digits_test.npz"


def last_line(command):
    """Runs a command and reads the JSON of its last line."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def cpp_door():
    """The keravino command: no Python in that process."""
    output = BUILD / "digits_cpp.npy"
    command = [Path(sys.executable).parent / "keravino", "run", MODEL, "--input", DATA, "--labels", DATA]
    report = last_line([*command, "--output", output, "--batch", "360", "--repeat", "5", "--json"])
    report["seconds_per_image"] = report["steady_seconds"] / report["rows"]
    return report, np.load(output)


def python_door():
    """A Keras script on our backend."""
    output = BUILD / "digits_python.npy"
    report = last_line([sys.executable, FOLDER / "predict.py", output])
    return report, np.load(output)


def contact_sheet(images, labels, predictions, path, columns=15, rows=8, scale=5):
    """Draws the first digits with what they are taken for; the wrong ones are put first and framed in red."""
    guesses = predictions.argmax(-1)
    order = np.argsort(guesses == labels, kind="stable")[: columns * rows]
    cell_w, cell_h = 8 * scale + 12, 8 * scale + 22
    sheet = Image.new("RGB", (columns * cell_w + 8, rows * cell_h + 8), "white")
    draw = ImageDraw.Draw(sheet)
    for place, index in enumerate(order):
        x, y = 4 + place % columns * cell_w, 4 + place // columns * cell_h
        digit = Image.fromarray((255 - images[index, ..., 0].astype("float32") * 255 / 16).astype("uint8"))
        sheet.paste(digit.resize((8 * scale, 8 * scale), Image.Resampling.NEAREST), (x + 6, y + 2))
        wrong = guesses[index] != labels[index]
        text = f"{guesses[index]} not {labels[index]}"[: None if wrong else 1]
        draw.text((x + 6, y + 8 * scale + 5), text, fill="red" if wrong else "black")
        if wrong:
            draw.rectangle((x + 1, y - 1, x + cell_w - 2, y + cell_h - 3), outline="red", width=2)
    sheet.save(path)


def main():
    BUILD.mkdir(exist_ok=True)
    data = np.load(DATA)
    doors = {"C++": cpp_door(), "Python": python_door()}
    print(f"{len(data['label'])} real handwritten digits, {MODEL.name}")
    print(f"{'door':8} {'accuracy':>9} {'load':>10} {'per image':>11}")
    for name, (report, _) in doors.items():
        load, each = report["load_seconds"] * 1e3, report["seconds_per_image"] * 1e6
        print(f"{name:8} {report['accuracy']:9.4f} {load:7.1f} ms {each:8.2f} us")
    difference = float(np.abs(doors["C++"][1] - doors["Python"][1]).max())
    print(f"largest difference between the doors: {difference:.1e}")
    path = BUILD / "digits.png"
    contact_sheet(data["image"], data["label"], doors["C++"][1], path)
    print(f"contact sheet: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    worst = min(report["accuracy"] for report, _ in doors.values())
    if worst < 0.97 or difference > 1e-5:
        sys.exit(f"the demo fell short: accuracy {worst:.4f} (wanted 0.97), difference {difference:.1e} (wanted 1e-5)")


if __name__ == "__main__":
    main()
