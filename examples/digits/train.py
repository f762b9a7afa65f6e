"""Trains a small CNN on the 8x8 handwritten digits that scikit-learn ships, and draws how loss and accuracy went.

    python examples/digits/train.py [--epochs 60] [--output build]

The output folder gets digits.keras, digits_test.npz (what was not trained on) and digits_training.png.
"""

import argparse
import sys
import time
from pathlib import Path

import keravino  # noqa: F401  (before keras: it names the backend)

import keras  # isort: skip
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

WANTED = 0.98  # accuracy on the test digits


def build():
    """A CNN for images of (8, 8, 1) with grey values from 0 to 16."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Rescaling(1 / 16),
            layers.Conv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="digits",
    )


def draw(history, path):
    """A picture of the loss and the accuracy of each epoch, of the digits trained on and of the others."""
    figure, panes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for pane, name in zip(panes, ("loss", "accuracy"), strict=True):
        pane.plot(history[name], label="trained on")
        pane.plot(history[f"val_{name}"], label="others")
        pane.set(xlabel="epoch", title=name)
        pane.grid(alpha=0.3)
    panes[0].set_yscale("log")
    panes[1].legend(loc="lower right")
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--output", type=Path, default=Path("build"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(7)
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1).astype("float32")
    x, x_test, y, y_test = train_test_split(images, labels, test_size=0.2, random_state=7, stratify=labels)
    model = build()
    rate = keras.optimizers.schedules.CosineDecay(3e-3, options.epochs * -(-len(x) // 32))
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    run = model.fit(x, y, batch_size=32, epochs=options.epochs, validation_data=(x_test, y_test), verbose=2)
    seconds = time.perf_counter() - start
    accuracy = model.evaluate(x_test, y_test, return_dict=True, verbose=0)["accuracy"]
    model.save(options.output / "digits.keras")
    test = {"image": x_test.astype("uint8"), "label": y_test.astype("uint8")}
    np.savez_compressed(options.output / "digits_test.npz", **test)
    draw(run.history, options.output / "digits_training.png")
    print(
        f"{len(x)} digits, {options.epochs} epochs in {seconds:.1f} s; accuracy on {len(x_test)} others {accuracy:.4f}"
    )
    print(f"picture: {options.output / 'digits_training.png'}")
    if accuracy < WANTED:
        sys.exit(f"the training fell short: accuracy {accuracy:.4f}, wanted {WANTED}")


if __name__ == "__main__":
    main()
