"""Every model of keras.applications, a BERT and a GRU through both doors, against Keras on torch: `python agreement.py
[--write] [NAME ...]` prints the largest difference beside the largest output; --write makes docs/models.md of it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from command import run

# Each with the most parameters last, by keras.applications' own names.
NAMES = """
MobileNet MobileNetV2 MobileNetV3Small MobileNetV3Large NASNetMobile NASNetLarge DenseNet121 DenseNet169 DenseNet201
EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7
EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2S EfficientNetV2M EfficientNetV2L
Xception InceptionV3 InceptionResNetV2 ResNet50 ResNet101 ResNet152 ResNet50V2 ResNet101V2 ResNet152V2 VGG16 VGG19
ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge BERT GRU
""".split()
BACKENDS = {"NASNetMobile": "jax", "NASNetLarge": "jax"}  # Keras on torch does not construct them
TOLERANCE = 1e-5
HEAD = f"""# Models

Written by `make models`: each model with random weights, saved by Keras, and predicted for two inputs by Keras on torch (on jax
where named), by Keras on keravino, and by the `keravino` command. A difference is the largest one beside the largest output, at
float32; each is at most {TOLERANCE:.0e}.

| model | parameters | Python | C++ |
|---|---|---|---|
"""
PREDICT = """
import sys, numpy as np, keravino, keras
folder, name = sys.argv[1:]
model = keras.models.load_model(f"{folder}/{name}.keras", compile=False)
np.save(f"{folder}/{name}.python.npy", model.predict(np.load(f"{folder}/{name}.npz")["x"], verbose=0))
"""


def make(name, folder):
    """Saves a model and what Keras on another backend says of it; returns the reference's file."""
    script = Path(__file__).with_name("make_model.py")
    environment = os.environ | {"KERAS_BACKEND": BACKENDS.get(name, "torch"), "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([sys.executable, script, name, folder], env=environment, check=True, capture_output=True)
    return folder / f"{name}.npz"


def by_python(name, folder):
    """What `model.predict` says."""
    subprocess.run([sys.executable, "-c", PREDICT, folder, name], check=True, capture_output=True)
    return np.load(folder / f"{name}.python.npy")


def by_command(name, folder):
    """What `keravino run` says."""
    np.save(folder / "x.npy", np.load(folder / f"{name}.npz")["x"])
    status, _, error = run("run", folder / f"{name}.keras", "--input", folder / "x.npy", "--output", folder / "y.npy")
    if status:
        raise RuntimeError(error)
    return np.load(folder / "y.npy")


def differences(name):
    """(parameters, difference in Python, difference in C++)."""
    with tempfile.TemporaryDirectory() as folder:
        reference = np.load(make(name, Path(folder)))
        wanted = reference["y"]
        doors = [door(name, Path(folder)) for door in (by_python, by_command)]
        return int(reference["parameters"]), *(float(np.abs(y - wanted).max() / np.abs(wanted).max()) for y in doors)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true", help="docs/models.md")
    options = parser.parse_args()
    rows, wrong = [], 0
    for name in options.names or NAMES:
        count, python, command = differences(name)
        wrong += max(python, command) > TOLERANCE
        title = f"{name} (jax)" if name in BACKENDS else name
        rows.append(f"| {title} | {count:,} | {python:.1e} | {command:.1e} |")
        print(rows[-1], flush=True)
    print(f"{len(rows)} models, {wrong} differ by more than {TOLERANCE:.0e}")
    if options.write and not wrong:
        Path(__file__).parents[3].joinpath("docs/models.md").write_text(HEAD + "\n".join(rows) + "\n")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
