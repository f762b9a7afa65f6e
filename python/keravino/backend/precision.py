"""What Keras's dtype policies mean for a compiled program."""

from keras.src.backend.openvino.core import get_device

from keravino import _native, options


def model_precision(model):
    """What `set_defaults` says; else bf16 or f16 if a layer of the model computes in it, f16 only where the device has
    it; else f32."""
    if options.precision:
        return options.precision
    dtypes = {layer.compute_dtype for layer in model._flatten_layers()}
    if "bfloat16" in dtypes:
        return "bf16"
    if "float16" in dtypes and _native.device_has(get_device(), "FP16"):
        return "f16"
    return "f32"
