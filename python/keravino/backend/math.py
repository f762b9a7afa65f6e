"""keras.src.backend.math on OpenVINO: the registry's functions."""

from keras.src.backend.openvino.registry import fill

fill(globals(), "math")
