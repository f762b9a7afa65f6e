"""Keras's backend "openvino": what Keras imports under keras.src.backend.openvino."""

from keras.src.backend.common.name_scope import name_scope
from keras.src.backend.openvino import core, image, linalg, math, nn, numpy, random, rnn  # noqa: F401

MODULES = ("core", "image", "linalg", "math", "nn", "numpy", "random")
CORE = (
    "IS_THREAD_SAFE SUPPORTS_COMPLEX_DTYPES SUPPORTS_RAGGED_TENSORS SUPPORTS_SPARSE_TENSORS Variable associative_scan "
    "cast compute_output_spec cond convert_to_numpy convert_to_tensor custom_gradient device_scope fori_loop is_tensor "
    "map random_seed_dtype remat scan scatter scatter_update shape slice slice_update stop_gradient switch unstack "
    "vectorized_map while_loop"
).split()
RNN = ("bidirectional_gru", "bidirectional_lstm", "cudnn_ok", "gru", "lstm", "rnn")

# Keras takes everything that is public here, so it must be no more than this.
__all__ = ["name_scope", *MODULES, *CORE, *RNN]
globals().update({name: getattr(core, name) for name in CORE} | {name: getattr(rnn, name) for name in RNN})
