"""The Python door: classifies the test digits with Keras on keravino and prints what it saw as JSON."""

import json
import sys
import time
from pathlib import Path

import keravino  # noqa: F401  isort: skip  (before keras: it names the backend)
import keras  # isort: skip
import numpy as np

FOLDER = Path(__file__).parent


def main(output):
    data = np.load(FOLDER / "digits_test.npz")
    images, labels = data["image"], data["label"]
    start = time.perf_counter()
    model = keras.saving.load_model(FOLDER / "digits.keras")
    loaded = time.perf_counter()
    predictions = model.predict(images, batch_size=len(images), verbose=0)
    start_steady = time.perf_counter()
    model.predict(images, batch_size=len(images), verbose=0)
    seconds = time.perf_counter() - start_steady
    scores = model.evaluate(images, labels, batch_size=len(images), verbose=0, return_dict=True)
    np.save(output, predictions)
    print(
        json.dumps(
            {
                "accuracy": float(scores["accuracy"]),
                "load_seconds": loaded - start,
                "seconds_per_image": seconds / len(images),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
