"""keras.src.backend.nn on OpenVINO: the registry's functions."""

from keras.src.backend.openvino.registry import fill

fill(globals(), "nn")
