"""keras.src.backend.image on OpenVINO: the registry's functions."""

from keras.src.backend.openvino.random import seeded
from keras.src.backend.openvino.registry import fill

fill(globals(), "image")
elastic_transform = seeded(elastic_transform)  # noqa: F821  (one of the registry's)
