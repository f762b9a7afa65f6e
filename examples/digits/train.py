"""Makes digits.keras and digits_test.npz: a small CNN on the 8x8 handwritten digits that scikit-learn ships.

Run with any Keras backend that trains, for example `KERAS_BACKEND=torch python examples/digits/train.py`.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

FOLDER = Path(__file__).parent


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


def main():
    keras.utils.set_random_seed(7)
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1).astype("float32")
    x, x_test, y, y_test = train_test_split(images, labels, test_size=0.2, random_state=7, stratify=labels)
    model = build()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=40, verbose=2)
    print(model.evaluate(x_test, y_test, return_dict=True, verbose=0))
    model.save(FOLDER / "digits.keras")
    np.savez_compressed(FOLDER / "digits_test.npz", image=x_test.astype("uint8"), label=y_test.astype("uint8"))


if __name__ == "__main__":
    main()
